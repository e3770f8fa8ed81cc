package rmsproof.adapter;

import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a class of the port's own keeps: which of its fields hold numbers, and as what.
 *
 * @param weights the field with the numbers, or null where the class has no such field
 * @param gradients the field with their gradients, or null where it keeps none
 * @param others further fields that hold arrays: biases, caches
 * @param accepts what each of these fields can be given
 */
record Structure(Field weights, Field gradients, List<Field> others, Map<Field, Accepts> accepts) {

    /** Looks at the fields of a class and of those that it inherits from within the port. */
    static Structure of(Class<?> type) {
        Map<Field, Accepts> accepts = new LinkedHashMap<>();
        for (Class<?> at = type; at != null && OwnTypes.owns(at); at = at.getSuperclass()) {
            for (Field field : at.getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers()) || field.isSynthetic()) {
                    continue;
                }
                Accepts value = JavaTypes.accepts(field.getGenericType());
                boolean numbers = value.kind().equals("array") || isMatrix(field, value);
                if (numbers && opened(field)) {
                    accepts.put(field, value);
                }
            }
        }
        Field weights = null;
        Field gradients = null;
        List<Field> others = new ArrayList<>();
        for (Field field : accepts.keySet()) {
            if (Names.gradients(field.getName()) && !Names.biases(field.getName())) {
                gradients = better(gradients, field, others);
            } else if (Names.average(field.getName()) < 0 && !Names.biases(field.getName())) {
                weights = better(weights, field, others);
            } else {
                others.add(field);
            }
        }
        if (weights == null && gradients == null && others.size() == 1) {
            weights = others.remove(0);
        }
        return new Structure(weights, gradients, others, accepts);
    }

    /** Of two fields the one that is called weights or data; the other is one of many. */
    private static Field better(Field one, Field other, List<Field> others) {
        if (one == null) {
            return other;
        }
        boolean first = Names.weights(one.getName()) || !Names.weights(other.getName());
        others.add(first ? other : one);
        return first ? one : other;
    }

    private static boolean isMatrix(Field field, Accepts value) {
        return value.kind().equals("list") && field.getType().isArray();
    }

    private static boolean opened(Field field) {
        try {
            field.setAccessible(true);
            return true;
        } catch (InaccessibleObjectException hidden) {
            return false;
        }
    }

    /** The way in which a field holds one array. */
    Holder holder(Field field) {
        return accepts.get(field).whole();
    }
}
