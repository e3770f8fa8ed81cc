package rmsproof.adapter;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Functions that return what steps: a function, as in {@code fun rmsprop(lr: Double): (DoubleArray,
 * DoubleArray) -> DoubleArray}, or an object of an interface that no class of a name implements.
 */
final class Returned {
    private static final String FUNCTION =
            "(?:kotlin\\.jvm\\.functions\\.|scala\\.)Function[1-9]"
                    + "|java\\.util\\.function\\.(?:Bi)?(?:Function|Consumer)"
                    + "|java\\.util\\.function\\.(?:Unary|Binary)Operator";
    private static final Set<String> NOTHING =
            Set.of("void", "kotlin.Unit", "scala.runtime.BoxedUnit", "java.lang.Void");
    /** What a function's parameters are called of which nobody knows more. */
    private static final List<String> NAMES = List.of("first", "second", "third", "fourth");
    private static final Set<String> ARRAYS = Set.of("array", "list", "map");

    private Returned() {}

    /** What a class's static methods, or those of its only instance, return that steps. */
    static List<ClassPort.Candidate> of(ClassLanguage language, Class<?> type, Field singleton) {
        List<ClassPort.Candidate> candidates = new ArrayList<>();
        Method[] methods = type.getDeclaredMethods();
        Arrays.sort(methods, Comparator.comparing(Method::toString));
        for (Method method : methods) {
            boolean free = Modifier.isStatic(method.getModifiers()) || singleton != null;
            if (!free || !Makers.callable(method) || !language.offers(method)
                    || method.getParameterCount() == 0) {
                continue;
            }
            List<Method> stepping = stepping(method.getReturnType()).stream()
                    .filter(step -> slots(step, method).stream().anyMatch(slot ->
                            ARRAYS.contains(language.accepts(slot.type(), type).kind())))
                    .toList();
            if (!stepping.isEmpty()) {
                Field receiver = Modifier.isStatic(method.getModifiers()) ? null : singleton;
                Maker maker = new Makers(language).returned(method, receiver);
                candidates.add(new ClassPort.Candidate(
                        type, null, List.of(maker), stepping, method));
            }
        }
        return candidates;
    }

    /** What can be called in a function, or in an interface of the port's own. */
    private static List<Method> stepping(Class<?> returned) {
        boolean function = returned.getName().matches(FUNCTION);
        boolean own = OwnTypes.owns(returned) && Modifier.isAbstract(returned.getModifiers());
        return !function && !own ? List.of() : Arrays.stream(returned.getMethods())
                .filter(method -> Modifier.isAbstract(method.getModifiers()))
                .sorted(Comparator.comparing(Method::toString)).toList();
    }

    /** Tells whether a method returns an object of a type of the port's own. */
    static boolean isOwn(Method from) {
        return OwnTypes.owns(from.getReturnType());
    }

    /** The parameters of a step, in the types that the method that returns it says. */
    static List<Maker.Slot> slots(Method step, Method from) {
        Map<Type, Type> settled = settled(from.getGenericReturnType());
        List<Maker.Slot> slots = new ArrayList<>();
        Type[] types = step.getGenericParameterTypes();
        for (int i = 0; i < types.length; i++) {
            String name = isOwn(from) ? step.getParameters()[i].getName()
                    : NAMES.get(Math.min(i, NAMES.size() - 1));
            slots.add(new Maker.Slot(name, step, i, false, settled.get(types[i])));
        }
        return slots;
    }

    /** What a step returns; void where that is nothing. */
    static Type result(Method step, Method from) {
        Type returned = step.getGenericReturnType();
        Type result = from == null ? returned
                : settled(from.getGenericReturnType()).getOrDefault(returned, returned);
        return NOTHING.contains(result.getTypeName()) ? void.class : result;
    }

    /** What each variable of a type, and of those that it extends, stands for. */
    private static Map<Type, Type> settled(Type type) {
        Map<Type, Type> settled = new HashMap<>();
        settle(type, settled);
        return settled;
    }

    private static void settle(Type type, Map<Type, Type> settled) {
        Class<?> raw = JavaTypes.erased(type);
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            for (int i = 0; i < arguments.length; i++) {
                settled.put(raw.getTypeParameters()[i],
                        settled.getOrDefault(arguments[i], arguments[i]));
            }
        }
        for (Type base : raw.getGenericInterfaces()) {
            settle(base, settled);
        }
    }
}
