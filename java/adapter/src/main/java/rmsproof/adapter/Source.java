package rmsproof.adapter;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;

/**
 * An interface of the port's own by which it asks for gradients, and perhaps for weights: {@code
 * double[] gradients(double[] weights)}, {@code getParameters()} beside {@code computeGradients()}.
 *
 * @param type the interface
 * @param arrays how the gradients are wanted
 * @param weights whether it hands out the weights, too
 */
record Source(Class<?> type, Accepts arrays, boolean weights) {

    /** Reads an interface, or returns null where it asks for no gradients. */
    static Source of(Class<?> type) {
        if (!type.isInterface()) {
            return null;
        }
        List<Method> asked = Arrays.stream(type.getMethods())
                .filter(method -> Modifier.isAbstract(method.getModifiers())).toList();
        Accepts arrays = null;
        boolean weights = false;
        for (Method method : asked) {
            Accepts answer = JavaTypes.accepts(method.getGenericReturnType());
            Valued valued = Valued.of(method.getGenericReturnType());
            answer = valued == null ? answer : valued.arrays();
            if (answer.kind().equals("array") || answer.kind().equals("list")) {
                boolean gradients = asksGradients(method, asked.size());
                arrays = gradients ? answer : arrays;
                weights |= !gradients && Names.weights(method.getName());
            }
        }
        return arrays == null ? null : new Source(type, arrays, weights);
    }

    /** Reads a function of another library that maps arrays to arrays; null for any other. */
    static Accepts function(Class<?> type, Type[] arguments) {
        if (!type.isInterface() || arguments.length == 0 || arguments.length > 2) {
            return null;
        }
        List<Method> asked = Arrays.stream(type.getMethods())
                .filter(method -> Modifier.isAbstract(method.getModifiers())).toList();
        Accepts arrays = JavaTypes.accepts(arguments[arguments.length - 1]);
        boolean maps = asked.size() == 1
                && asked.get(0).getParameterCount() == 1 && isArray(arrays)
                && isArray(JavaTypes.accepts(arguments[0]));
        return maps ? new Accepts("source", arrays.element(), arrays.storages(), arrays.holder(),
                null, false) : null;
    }

    /** A library's function of the step, or of nothing, that always answers with one number. */
    static Accepts schedule(Class<?> type, Type[] arguments) {
        List<Method> asked = !type.isInterface() ? List.of() : Arrays.stream(type.getMethods())
                .filter(method -> Modifier.isAbstract(method.getModifiers())).toList();
        if (asked.size() != 1 || asked.get(0).getParameterCount() > 1) {
            return Accepts.OTHER;
        }
        Method one = asked.get(0);
        Class<?> answer = one.getReturnType().isPrimitive() || arguments.length == 0
                ? one.getReturnType() : JavaTypes.erased(arguments[arguments.length - 1]);
        Class<?> given = one.getParameterCount() == 0 ? int.class
                : one.getParameterTypes()[0].isPrimitive() ? one.getParameterTypes()[0]
                : JavaTypes.erased(arguments[0]);
        // Scala's function types do not say which numbers they are of; a variable is no number.
        boolean erased = type.getName().startsWith("scala.Function")
                && List.of(arguments).stream().allMatch(Object.class::equals);
        boolean single = answer == float.class || answer == Float.class;
        boolean counted = List.of(int.class, long.class, Integer.class, Long.class).contains(given)
                || erased;
        if (!counted || !single && !erased && answer != double.class && answer != Double.class) {
            return Accepts.OTHER;
        }
        ClassLoader loader = type.getClassLoader() == null
                ? Source.class.getClassLoader() : type.getClassLoader();
        return new Accepts("number", single ? "float32" : "float64", List.of(), null, value ->
                Proxy.newProxyInstance(loader, new Class<?>[] {type}, (self, method, asking) ->
                        method.isDefault() ? InvocationHandler.invokeDefault(self, method, asking)
                                : method.getDeclaringClass() == Object.class
                                ? method.invoke(value, asking)
                                : single ? (Object) (float) value : (Object) value), false);
    }

    private static boolean isArray(Accepts accepts) {
        return accepts.kind().equals("array") || accepts.kind().equals("list");
    }

    private static boolean asksGradients(Method method, int asked) {
        return Names.gradients(method.getName())
                || asked == 1 && Arrays.stream(method.getGenericParameterTypes())
                        .map(Source::kind).anyMatch(List.of("array", "list")::contains);
    }

    private static String kind(Type type) {
        return JavaTypes.accepts(type).kind();
    }

    /** What the port asks in one step, in the classes of one of its loadings. */
    static Object answering(Class<?> type, Step step) {
        int asked = (int) Arrays.stream(type.getMethods())
                .filter(method -> Modifier.isAbstract(method.getModifiers())).count();
        boolean function = !OwnTypes.owns(type) || type.getTypeParameters().length > 0;
        ClassLoader loader = type.getClassLoader();
        return Proxy.newProxyInstance(
                loader == null ? Source.class.getClassLoader() : loader, new Class<?>[] {type},
                (self, method, given) -> {
                    Class<?> answer = method.getReturnType();
                    if (method.isDefault()) {
                        return InvocationHandler.invokeDefault(self, method, given);
                    } else if (method.getDeclaringClass() == Object.class) {
                        return method.invoke(step, given);
                    }
                    Valued valued = Valued.of(method.getGenericReturnType());
                    if (function || valued != null || step.gradients() instanceof Loop
                            && asksGradients(method, asked)) {
                        Object gradients = step.gradients() instanceof Loop loop
                                ? loop.ask(given) : step.gradients();
                        return valued == null ? gradients : valued.with(gradients);
                    } else if (answer.isInstance(step.gradients())) {
                        return asksGradients(method, asked) ? step.gradients() : step.weights();
                    }
                    return answer == double.class ? 0.0 : answer == float.class ? (Object) 0f
                            : answer == int.class ? (Object) step.length()
                            : answer == boolean.class ? (Object) true : null;
                });
    }
}
