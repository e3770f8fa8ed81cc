package rmsproof.adapter;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Stands in for an interface of the port's own by which it reads and writes arrays: {@code double[]
 * getValues()} beside {@code getGradients()}, {@code double get(int i)} and {@code set(int i,
 * double value)}. What else it declares is answered by its default methods, or refused.
 */
final class ProxyHolder extends JavaHolders.PlainHolder {
    private static final String WEIGHTS = "weights";
    private static final String GRADIENTS = "gradients";

    private final Class<?> type;
    private final Holder arrays;
    private final boolean carries;

    private ProxyHolder(Class<?> type, Holder arrays, boolean carries) {
        super(arrays.stored(0.1) != 0.1);
        this.type = type;
        this.arrays = arrays;
        this.carries = carries;
    }

    /** A holder of objects that implement an interface, or null where it handles no arrays. */
    static ProxyHolder of(Class<?> type) {
        if (!(type.getClassLoader() instanceof ClassBytes.Loader)) {
            return null; // a library has classes that know each other
        }
        Accepts whole = null;
        boolean element = false;
        boolean put = false;
        boolean single = false;
        boolean gradients = false;
        for (Method method : asked(type)) {
            Accepts answer = JavaTypes.accepts(method.getGenericReturnType());
            boolean read = isArray(answer);
            boolean at = isAt(method);
            put |= method.getReturnType() == void.class && method.getParameterCount() == 2
                    && method.getParameterTypes()[0] == int.class;
            if (read || at) {
                gradients |= place(method).equals(GRADIENTS);
                whole = read ? answer : whole;
                element |= at;
                single |= at && method.getReturnType() == float.class;
            }
        }
        if (whole == null && !(element && put)) {
            return null; // a schedule that is asked for a number, and the like
        }
        Holder arrays = whole != null ? whole.whole() : JavaHolders.numbers(single);
        return new ProxyHolder(type, arrays, gradients);
    }

    /** The same where it answers all that the interface asks for, gradients among it; else null. */
    static ProxyHolder ofArrays(Class<?> type) {
        boolean all = asked(type).stream().allMatch(method ->
                isArray(JavaTypes.accepts(method.getGenericReturnType())) || isAt(method)
                        || method.getReturnType() == int.class && method.getParameterCount() == 0
                        || method.getReturnType() == void.class
                                && (method.getParameterCount() == 2 || method.getParameterCount() == 1 && Arrays.stream(
                                        method.getGenericParameterTypes()).allMatch(
                                        given -> isArray(JavaTypes.accepts(given)))));
        ProxyHolder holder = all ? of(type) : null;
        return holder == null || !holder.carries ? null : holder;
    }

    private static List<Method> asked(Class<?> type) {
        return Arrays.stream(type.getMethods())
                .filter(method -> Modifier.isAbstract(method.getModifiers())).toList();
    }

    private static boolean isArray(Accepts accepts) {
        return accepts.kind().equals("array") || accepts.kind().equals("list");
    }

    private static boolean isAt(Method method) {
        Class<?> answer = method.getReturnType();
        return method.getParameterCount() == 1 && method.getParameterTypes()[0] == int.class
                && (answer == double.class || answer == float.class);
    }

    /** Whose numbers a method reads or writes: the weights', their gradients', or others'. */
    private static String place(Method method) {
        String name = method.getName().replaceFirst("_\\$eq$", "")
                .replaceFirst("^(?:get|set|put|update)(?=[A-Z_]|$)", "");
        return Names.gradients(name) ? GRADIENTS
                : Names.average(name) >= 0 || Names.biases(name) ? name.toLowerCase(Locale.ROOT) : WEIGHTS;
    }

    /** One object: arrays by what they hold. */
    private final class StandIn implements InvocationHandler {
        private final Map<String, Object> held = new HashMap<>();
        private final int length;

        StandIn(Object weights, int length) {
            this.length = length;
            held.put(WEIGHTS, weights);
        }

        Object held(String place) {
            return held.computeIfAbsent(
                    place, name -> arrays.array(new double[length], 0, length));
        }

        @Override
        public Object invoke(Object self, Method method, Object[] given) throws Throwable {
            if (method.isDefault()) {
                return Bare.byDefault(self, method, given);
            } else if (method.getDeclaringClass() == Object.class) {
                return switch (method.getName()) {
                    case "equals" -> self == given[0];
                    case "hashCode" -> System.identityHashCode(self);
                    default -> type.getSimpleName();
                };
            }
            Class<?> answer = method.getReturnType();
            String place = place(method);
            if (method.getParameterCount() == 0 && answer == int.class) {
                return method.getName().toLowerCase(Locale.ROOT).contains("row") ? 1 : length;
            } else if (isArray(JavaTypes.accepts(method.getGenericReturnType()))) {
                return held(place);
            } else if (isAt(method)) {
                double value = flat(place)[(int) given[0]];
                return answer == float.class ? (Object) (float) value : (Object) value;
            } else if (answer == void.class && given != null && given.length == 1
                    && isArray(JavaTypes.accepts(method.getGenericParameterTypes()[0]))) {
                held.put(place, given[0]);
                return null;
            } else if (answer == void.class && given != null && given.length == 2
                    && given[0] instanceof Integer index && given[1] instanceof Number value) {
                double[] row = flat(place);
                row[index] = value.doubleValue();
                held.put(place, arrays.array(row, 0, row.length));
                return null;
            }
            throw new UnsupportedOperationException(type.getSimpleName() + "." + method.getName());
        }

        private double[] flat(String place) {
            return Flat.of(arrays.view(held(place)));
        }
    }

    @Override
    public Object array(double[] values, int offset, int length) {
        return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
                new StandIn(arrays.array(values, offset, length), length));
    }

    private static StandIn standIn(Object object) {
        return object != null && Proxy.isProxyClass(object.getClass())
                && Proxy.getInvocationHandler(object) instanceof StandIn own ? own : null;
    }

    @Override
    public Object view(Object object) {
        StandIn own = standIn(object);
        return own == null ? object : arrays.view(own.held(WEIGHTS));
    }

    @Override
    public Holder gradients() {
        return carries ? arrays : null;
    }

    @Override
    public void feed(Object object, Object gradients) {
        standIn(object).held.put(GRADIENTS, gradients);
    }

    @Override
    public Holder in(ClassLoader loader) {
        return type.getClassLoader() == loader ? this
                : new ProxyHolder(OwnTypes.in(type, loader), arrays.in(loader), carries);
    }
}
