package rmsproof.adapter;

import java.io.IOException;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** A language whose ports are classes; the hooks say what the language adds to plain classes. */
public abstract class ClassLanguage implements Language {

    @Override
    public final Port load(PortFiles files) throws LoadException {
        ClassBytes bytes;
        try {
            bytes = ClassBytes.read(files.classpath(), files.loader());
        } catch (IOException unreadable) {
            throw new IllegalArgumentException(
                    "cannot read the classes: " + unreadable.getMessage(), unreadable);
        }
        try {
            return new ClassPort(this, bytes, files);
        } catch (LinkageError | RuntimeException thrown) {
            throw new LoadException("crashes", Failure.explain(thrown, null), thrown);
        }
    }

    /** What a parameter of this type, declared in {@code owner}, can be given. */
    protected abstract Accepts accepts(Type type, Class<?> owner);

    /** Writes a type, used in {@code owner}, as a programmer would. */
    protected abstract String typeName(Type type, Class<?> owner);

    /** Tells whether a class is something a port would offer. */
    protected boolean offers(Class<?> type) {
        boolean inner = type.getEnclosingClass() != null && !Modifier.isStatic(type.getModifiers());
        return !type.isSynthetic() && !type.isAnonymousClass() && !type.isLocalClass()
                && !type.isAnnotation() && !inner;
    }

    /** Tells whether a method is something a port would offer. */
    protected boolean offers(Method method) {
        List<Class<?>> types = List.of(method.getParameterTypes());
        boolean main = method.getName().equals("main") && types.equals(List.of(String[].class));
        boolean equality = method.getName().equals("equals") && types.equals(List.of(Object.class));
        // What Kotlin's compiler writes for a value class.
        boolean unboxed = method.getName().contains("-impl");
        return !main && !equality && !unboxed && !OwnTypes.generated(method);
    }

    /** The field with the one instance of a class that cannot be constructed, or null. */
    protected Field singleton(Class<?> type) {
        return null;
    }

    /** The method that computes a parameter's default, or null where it has none. */
    protected Method defaultOf(Executable executable, int parameter) {
        return null;
    }

    /**
     * What is supplied for a parameter that nobody names: of an enum or a sealed type RMSProp, of
     * another abstract type the only object there is of it; null for others.
     */
    protected Object supplied(Type type) {
        Object meant = meant(type);
        List<Field> objects = meant == null ? objects(JavaTypes.erased(type)) : List.of();
        return objects.size() == 1 ? value(objects.get(0)) : meant;
    }

    /** What of an enum or an abstract type says RMSProp, whatever a default is; null for nothing. */
    static Object meant(Type type) {
        Class<?> asked = JavaTypes.erased(type);
        List<Field> named = asked.isEnum() ? List.of() : objects(asked).stream().filter(field ->
                Names.algorithm(single(field) ? field.getType().getSimpleName() : field.getName()))
                .toList();
        return named.size() == 1 ? value(named.get(0)) : algorithm(asked);
    }

    /** The objects of an abstract type of the port's, as Scala and Kotlin have them. */
    private static List<Field> objects(Class<?> type) {
        List<Field> objects = new ArrayList<>();
        if (!Modifier.isAbstract(type.getModifiers())
                || !(type.getClassLoader() instanceof ClassBytes.Loader loader)) {
            return objects;
        }
        for (String name : loader.names()) {
            try {
                Class<?> owner = Class.forName(name, false, loader);
                Arrays.stream(owner.getDeclaredFields())
                        .filter(field -> Modifier.isStatic(field.getModifiers())
                                && type.isAssignableFrom(field.getType())
                                && (single(field) || name.equals(type.getName() + "$")))
                        .forEach(objects::add);
            } catch (ClassNotFoundException | LinkageError unlinked) {
                continue; // a class that cannot be loaded is nothing to supply
            }
        }
        return objects;
    }

    private static Object value(Field field) {
        try {
            field.setAccessible(true);
            return field.get(null);
        } catch (IllegalAccessException | LinkageError hidden) {
            return null;
        }
    }

    /** Tells whether a field holds the only instance of the class that it is in. */
    private static boolean single(Field field) {
        return field.getType() == field.getDeclaringClass()
                && field.getName().matches("MODULE\\$|INSTANCE");
    }

    /** The constant of an enum that says RMSProp, in short where none says more; null for none. */
    static Object algorithm(Class<?> type) {
        Object[] constants = type.getEnumConstants();
        return constants == null ? null : Arrays.stream(constants)
                .filter(constant -> Names.algorithm(name(constant)) || name(constant).equals("RMS"))
                .max(Comparator.comparing(constant -> Names.algorithm(name(constant))))
                .orElse(null);
    }

    private static String name(Object constant) {
        return ((Enum<?>) constant).name();
    }

    /** The value that says that there is no state yet, for a parameter of this type. */
    protected Object nothing(Class<?> type) {
        return type == Optional.class ? Optional.empty() : null;
    }

    /** A new empty map for a parameter of this type, or null where it takes no map. */
    protected Object emptyMap(Class<?> type) {
        return JavaTypes.emptyMap(type);
    }

    /** Wraps a state that came back bare for a parameter that may have none. */
    protected Object wrap(Object state, Class<?> type) {
        boolean bare = type == Optional.class && !(state instanceof Optional);
        return bare ? Optional.ofNullable(state) : state;
    }

    /** Tells whether a static field may hold something that differs from one run to the next. */
    protected boolean mayHoldState(Field field) {
        boolean constant = Modifier.isFinal(field.getModifiers())
                && (field.getType().isPrimitive() || field.getType() == String.class);
        return !constant;
    }
}
