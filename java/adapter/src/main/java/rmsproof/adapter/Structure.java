package rmsproof.adapter;

import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a class of the port's own keeps: which of its fields hold numbers, and as what.
 *
 * @param weights the field with the numbers, or null where the class has no such field
 * @param gradients the field with their gradients, or null where it keeps none
 * @param biases a second field with numbers and gradients of its own, or null
 * @param biasGradients these gradients, or null
 * @param parts fields with objects that hold weights and gradients themselves: of a model its
 *     layers, of a layer its parameters; the one for biases last
 * @param accepts what each field that holds arrays can be given, caches among them
 */
record Structure(Field weights, Field gradients, Field biases, Field biasGradients,
        List<Field> parts, Map<Field, Accepts> accepts) {

    /** Looks at the fields of a class and of those that it inherits from within the port. */
    static Structure of(Class<?> type) {
        Map<Field, Accepts> accepts = new LinkedHashMap<>();
        List<Field> parts = new ArrayList<>();
        for (Class<?> at = type; at != null && OwnTypes.owns(at); at = at.getSuperclass()) {
            for (Field field : at.getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers()) || field.isSynthetic()) {
                    continue;
                }
                Accepts value = JavaTypes.accepts(JavaTypes.inherited(field, type));
                boolean numbers = value.kind().equals("array")
                        || value.kind().equals("list") && !value.carries();
                if ((value.carries() || numbers) && opened(field)) {
                    accepts.put(field, value);
                    if (value.carries()) {
                        parts.add(field);
                    }
                }
            }
        }
        parts.sort(Comparator.comparing(field -> Names.biases(field.getName())));
        return sorted(accepts, parts);
    }

    private static Structure sorted(Map<Field, Accepts> accepts, List<Field> parts) {
        Field weights = null;
        Field gradients = null;
        Field biases = null;
        Field biasGradients = null;
        List<Field> others = new ArrayList<>();
        for (Field field : accepts.keySet()) {
            String name = field.getName();
            boolean bias = Names.biases(name);
            if (parts.contains(field)) {
                continue;
            } else if (Names.gradients(name)) {
                biasGradients = bias ? better(biasGradients, field, others) : biasGradients;
                gradients = bias ? gradients : better(gradients, field, others);
            } else if (bias) {
                biases = better(biases, field, others);
            } else if (Names.average(name) < 0) {
                weights = better(weights, field, others);
            } else {
                others.add(field);
            }
        }
        if (weights == null && gradients == null && others.size() == 1) {
            weights = others.get(0);
        }
        if (weights == null && gradients == null) { // biases alone are weights like others
            weights = biases;
            gradients = biasGradients;
            biases = null;
        }
        if (weights == null) { // what holds nothing but a gradient holds it as any array
            weights = gradients;
            gradients = null;
        }
        if (gradients == null || biases == null || biasGradients == null) {
            biases = null;
            biasGradients = null;
        }
        return new Structure(weights, gradients, biases, biasGradients, parts, accepts);
    }

    /** The fields with weights, biases and the gradients of both, those that it has. */
    List<Field> numbers() {
        return Stream.of(weights, gradients, biases, biasGradients)
                .filter(accepts::containsKey).toList();
    }

    /** Fields with arrays besides, as with averages. */
    List<Field> others() {
        return accepts.keySet().stream().filter(field -> !parts.contains(field)
                && !numbers().contains(field)).toList();
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

    private static boolean opened(Field field) {
        try {
            field.setAccessible(true);
            return true;
        } catch (InaccessibleObjectException hidden) {
            return false;
        }
    }

    /** The way in which a field holds one array: a list of lists is a matrix of one row. */
    Holder holder(Field field) {
        return accepts.get(field).one();
    }
}
