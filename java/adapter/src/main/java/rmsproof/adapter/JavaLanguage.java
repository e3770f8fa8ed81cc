package rmsproof.adapter;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;

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

    /** An object of Kotlin, an enum of one value, a class that keeps its one instance to itself. */
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
        if (instances.size() != 1) {
            return null;
        }
        instances.get(0).setAccessible(true);
        return instances.get(0);
    }

    @Override
    public Object[] pair(Object value) {
        if (!(value instanceof Record)) {
            return super.pair(value);
        }
        RecordComponent[] components = value.getClass().getRecordComponents();
        if (components.length != 2) {
            return null;
        }
        Object[] parts = new Object[2];
        for (int i = 0; i < 2; i++) {
            Method accessor = components[i].getAccessor();
            accessor.setAccessible(true);
            try {
                parts[i] = accessor.invoke(value);
            } catch (ReflectiveOperationException thrown) {
                return null;
            }
        }
        return parts;
    }
}
