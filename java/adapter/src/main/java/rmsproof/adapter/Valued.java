package rmsproof.adapter;

import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;

/**
 * Gradients beside the value of what they are of, in one answer: a record or a class of the port's
 * own that is made of a number and an array, a library's pair of both. The number is 0.
 *
 * @param way makes it
 * @param place of the array among what it is made of
 * @param arrays how the gradients are wanted
 */
record Valued(Constructor<?> way, int place, Accepts arrays) {

    /** Reads the type of an answer, or returns null where it is made of anything else. */
    static Valued of(Type type) {
        Class<?> raw = JavaTypes.erased(type);
        if (List.of("array", "list").contains(JavaTypes.accepts(type).kind())) {
            return null; // it is gradients, whatever else it is made of
        }
        Constructor<?>[] ways = raw.isArray() || raw.isPrimitive() || raw.isInterface()
                ? new Constructor<?>[0] : raw.getDeclaredConstructors();
        for (Constructor<?> way : ways) {
            List<Type> parts = OwnTypes.owns(raw) ? List.of(way.getGenericParameterTypes())
                    : type instanceof ParameterizedType pair
                            ? List.of(pair.getActualTypeArguments()) : List.of();
            List<Accepts> taken = parts.stream().map(JavaTypes::accepts).toList();
            for (int i = 0; i < 2 && parts.size() == 2 && way.getParameterCount() == 2; i++) {
                // Scala does not say which numbers its pairs are of.
                boolean number = List.of("number", "any").contains(taken.get(1 - i).kind());
                if (number && List.of("array", "list").contains(taken.get(i).kind())) {
                    way.setAccessible(true);
                    return new Valued(way, i, taken.get(i));
                }
            }
        }
        return null;
    }

    /** The answer with these gradients. */
    Object with(Object gradients) throws ReflectiveOperationException {
        Class<?> number = way.getParameterTypes()[1 - place];
        Object value = number == float.class ? (Object) 0f : (Object) 0.0;
        return way.newInstance(place == 0 ? Arrays.asList(gradients, value).toArray()
                : Arrays.asList(value, gradients).toArray());
    }
}
