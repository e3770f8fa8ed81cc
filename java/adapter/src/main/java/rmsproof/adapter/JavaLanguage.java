package rmsproof.adapter;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Java: classes as they are, and records as pairs. */
final class JavaLanguage extends ClassLanguage {

    @Override
    public String name() {
        return "java";
    }

    @Override
    protected Accepts accepts(Type type, Class<?> owner) {
        return JavaTypes.accepts(type);
    }

    @Override
    protected String typeName(Type type, Class<?> owner) {
        return JavaTypes.name(type);
    }

    /**
     * An object of Kotlin, an enum of one value, a class that keeps its one instance to itself; of
     * several values the one that says RMSProp.
     */
    @Override
    protected Field singleton(Class<?> type) {
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            if (!Modifier.isPrivate(constructor.getModifiers()) && !constructor.isSynthetic()) {
                return null;
            }
        }
        List<Field> instances = Arrays.stream(type.getDeclaredFields())
                .filter(field -> field.getType() == type && Modifier.isStatic(field.getModifiers()))
                .toList();
        if (instances.size() > 1) {
            instances = instances.stream()
                    .filter(field -> Names.algorithm(field.getName())).toList();
        }
        if (instances.size() != 1) {
            return null;
        }
        instances.get(0).setAccessible(true);
        return instances.get(0);
    }

    /** Two fields are a pair: those of a record, of a data class, of a class that says Result. */
    @Override
    public Object[] pair(Object value) {
        Object[] several = super.pair(value);
        if (several != null || value == null || value instanceof Iterable || value instanceof Map
                || value.getClass().getModule().isNamed()) {
            return several;
        }
        List<Field> fields = Arrays.stream(value.getClass().getDeclaredFields())
                .filter(field -> !Modifier.isStatic(field.getModifiers()) && !field.isSynthetic())
                .toList();
        if (fields.size() != 2) {
            return null;
        }
        Object[] parts = new Object[2];
        for (int i = 0; i < 2; i++) {
            try {
                fields.get(i).setAccessible(true);
                parts[i] = fields.get(i).get(value);
            } catch (IllegalAccessException | RuntimeException hidden) {
                return null;
            }
        }
        return parts;
    }
}
