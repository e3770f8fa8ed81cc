package rmsproof.adapter;

import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.util.Arrays;

/**
 * Kotlin's defaults of a constructor's parameters: a second constructor takes, behind all of them,
 * a bit for each that is left out, and a marker.
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

    /** Makes an instance; arguments that are {@link Maker#ABSENT} take their defaults. */
    static Object make(Constructor<?> constructor, Object[] arguments)
            throws ReflectiveOperationException {
        Class<?>[] types = constructor.getParameterTypes();
        Object[] given = Arrays.copyOf(arguments, types.length);
        int[] masks = new int[types.length - arguments.length - 1];
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i] == Maker.ABSENT) {
                masks[i / BITS] |= 1 << i % BITS;
                // What stands there is not looked at, but must be of the type.
                given[i] = types[i].isPrimitive()
                        ? java.lang.reflect.Array.get(
                                java.lang.reflect.Array.newInstance(types[i], 1), 0)
                        : null;
            }
        }
        for (int i = 0; i < masks.length; i++) {
            given[arguments.length + i] = masks[i];
        }
        constructor.setAccessible(true);
        return constructor.newInstance(given);
    }
}
