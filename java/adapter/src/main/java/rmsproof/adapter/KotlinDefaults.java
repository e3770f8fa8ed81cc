package rmsproof.adapter;

import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;

/**
 * Kotlin's defaults of parameters: a second constructor, or a static method, takes behind all of
 * them a bit for each that is left out, and a marker.
 */
final class KotlinDefaults {
    private static final String MARKER = "kotlin.jvm.internal.DefaultConstructorMarker";
    private static final int BITS = 32;

    private KotlinDefaults() {}

    /** Tells whether a constructor that is hidden is called by one that takes a marker besides. */
    static boolean opens(Constructor<?> hidden) {
        Class<?>[] own = hidden.getParameterTypes();
        return Arrays.stream(hidden.getDeclaringClass().getDeclaredConstructors())
                .map(Constructor::getParameterTypes)
                .anyMatch(types -> types.length == own.length + 1
                        && types[own.length].getName().equals(MARKER)
                        && Arrays.equals(own, Arrays.copyOf(types, own.length)));
    }

    /** The constructor by which some of another's parameters can be left out, or null. */
    static Constructor<?> of(Executable executable) {
        if (!(executable instanceof Constructor<?> plain)) {
            return null;
        }
        Class<?>[] own = plain.getParameterTypes();
        int masks = (own.length + BITS - 1) / BITS;
        for (Constructor<?> other : plain.getDeclaringClass().getDeclaredConstructors()) {
            Class<?>[] types = other.getParameterTypes();
            boolean fits = other.isSynthetic() && types.length == own.length + masks + 1
                    && types[types.length - 1].getName().equals(MARKER)
                    && Arrays.equals(own, Arrays.copyOf(types, own.length));
            if (fits) {
                return other;
            }
        }
        return null;
    }

    /** The static method by which some of a method's parameters can be left out, or null. */
    static Method of(Method method) {
        int receiver = Modifier.isStatic(method.getModifiers()) ? 0 : 1;
        for (Method other : method.getDeclaringClass().getDeclaredMethods()) {
            Class<?>[] types = other.getParameterTypes();
            boolean fits = other.getName().equals(method.getName() + "$default")
                    && types.length > receiver + method.getParameterCount() + 1
                    && Arrays.equals(method.getParameterTypes(), Arrays.copyOfRange(
                            types, receiver, receiver + method.getParameterCount()));
            if (fits) {
                return other;
            }
        }
        return null;
    }

    /** Makes an instance; arguments that are {@link Maker#ABSENT} take their defaults. */
    static Object make(Constructor<?> constructor, Object[] arguments)
            throws ReflectiveOperationException {
        constructor.setAccessible(true);
        return constructor.newInstance(
                masked(constructor.getParameterTypes(), arguments, new Object[0]));
    }

    /** The same of a call of a method, by that which {@link #of(Method)} has for it. */
    static Object call(Method method, Method partly, Object target, Object[] arguments)
            throws ReflectiveOperationException {
        boolean free = Modifier.isStatic(method.getModifiers());
        partly.setAccessible(true);
        return partly.invoke(null, masked(partly.getParameterTypes(), arguments,
                free ? new Object[0] : new Object[] {target}));
    }

    private static Object[] masked(Class<?>[] types, Object[] arguments, Object[] receiver) {
        Object[] given = Arrays.copyOf(receiver, types.length);
        int first = receiver.length;
        for (int i = 0; i < types.length - first - 1 - arguments.length; i++) {
            given[first + arguments.length + i] = 0;
        }
        for (int i = 0; i < arguments.length; i++) {
            Class<?> type = types[first + i];
            boolean absent = arguments[i] == Maker.ABSENT;
            // What stands there is not looked at, but must be of the type.
            given[first + i] = !absent ? arguments[i] : type.isPrimitive()
                    ? Array.get(Array.newInstance(type, 1), 0) : null;
            if (absent) {
                int mask = first + arguments.length + i / BITS;
                given[mask] = (int) given[mask] | 1 << i % BITS;
            }
        }
        return given;
    }
}
