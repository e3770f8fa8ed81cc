package rmsproof.adapter;

import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A port made of classes: finds what they offer, by reflection and in a fixed order. */
final class ClassPort implements Port {
    final ClassLanguage language;
    private final ClassBytes bytes;
    private final ClassLoader loader;
    private final List<Candidate> candidates = new ArrayList<>();
    private final boolean holdsState;

    /**
     * A class with what can be called in it. Reflection promises no order, so constructors and
     * methods are sorted; a class loaded again has them in the same places.
     */
    record Candidate(Class<?> type, Field singleton, List<Constructor<?>> constructors,
            List<Method> methods) {

        boolean onlyStatic() {
            return singleton == null && methods.stream()
                    .allMatch(method -> Modifier.isStatic(method.getModifiers()));
        }
    }

    /**
     * Looks at every class without initializing it.
     *
     * @throws LinkageError where no class can be looked at
     */
    ClassPort(ClassLanguage language, ClassBytes bytes, PortFiles files) {
        this.language = language;
        this.bytes = bytes;
        this.loader = bytes.load();
        boolean state = false;
        LinkageError broken = null;
        for (String name : bytes.names()) {
            try {
                Class<?> type = find(name, loader);
                state |= Arrays.stream(type.getDeclaredFields()).anyMatch(field ->
                        Modifier.isStatic(field.getModifiers()) && language.mayHoldState(field));
                Candidate candidate = files.offers(name) && language.offers(type)
                        ? candidate(type) : null;
                if (candidate != null && !candidate.methods.isEmpty()) {
                    candidates.add(candidate);
                }
            } catch (LinkageError unlinked) {
                state = true;
                broken = unlinked;
            }
        }
        if (candidates.isEmpty() && broken != null) {
            throw broken;
        }
        this.holdsState = state;
    }

    private Candidate candidate(Class<?> type) {
        Field singleton = language.singleton(type);
        List<Constructor<?>> constructors = new ArrayList<>();
        if (singleton == null && !Modifier.isAbstract(type.getModifiers())) {
            for (Constructor<?> constructor : type.getDeclaredConstructors()) {
                if (callable(constructor)) {
                    constructors.add(constructor);
                }
            }
        }
        List<Method> methods = new ArrayList<>();
        for (Method method : methods(type)) {
            boolean abstractly = Modifier.isAbstract(method.getModifiers());
            boolean reachable = !constructors.isEmpty() || singleton != null
                    || Modifier.isStatic(method.getModifiers());
            if (callable(method) && !abstractly && reachable && !method.isBridge()
                    && method.getParameterCount() > 0 && language.offers(method)) {
                methods.add(method);
            }
        }
        constructors.sort(Comparator.comparing(Executable::toString));
        methods.sort(Comparator.comparing(Method::getName).thenComparing(Method::toString));
        return new Candidate(type, singleton, constructors, methods);
    }

    /** The methods of a class and of those it inherits from within the port. */
    private List<Method> methods(Class<?> type) {
        List<Method> methods = new ArrayList<>(List.of(type.getDeclaredMethods()));
        for (Method inherited : type.getMethods()) {
            boolean shown = inherited.getDeclaringClass() == type
                    || !bytes.contains(inherited.getDeclaringClass().getName());
            if (!shown) {
                methods.add(inherited);
            }
        }
        return methods;
    }

    private static boolean callable(Executable executable) {
        return !executable.isSynthetic() && !Modifier.isPrivate(executable.getModifiers());
    }

    private static Class<?> find(String name, ClassLoader loader) {
        try {
            return Class.forName(name, false, loader);
        } catch (ClassNotFoundException absent) {
            throw new NoClassDefFoundError(name);
        }
    }

    /** The candidate in classes of its own where statics could carry state, else as loaded. */
    Candidate fresh(Candidate candidate) {
        if (!holdsState) {
            return candidate;
        }
        return candidate(find(candidate.type.getName(), bytes.load()));
    }

    @Override
    public BoundPort bind(Binding binding) {
        for (Candidate candidate : candidates) {
            if (candidate.type.getName().equals(binding.className())) {
                return new BoundClass(this, candidate, binding);
            }
        }
        throw new IllegalArgumentException("no class " + binding.className() + " among "
                + candidates.stream().map(candidate -> candidate.type.getName()).toList());
    }

    @Override
    public boolean owns(StackTraceElement frame) {
        return bytes.contains(frame.getClassName());
    }

    @Override
    public Map<String, Object> shape() {
        Map<String, Object> shape = new LinkedHashMap<>();
        shape.put("language", language.name());
        shape.put("candidates", candidates.stream().map(this::describe).toList());
        return shape;
    }

    private Map<String, Object> describe(Candidate candidate) {
        Class<?> type = candidate.type;
        Map<String, Object> shape = new LinkedHashMap<>();
        shape.put("class", type.getName());
        shape.put("kind", candidate.singleton != null ? "object"
                : candidate.onlyStatic() ? "static" : type.isRecord() ? "record" : "class");
        shape.put("public", Modifier.isPublic(type.getModifiers()));
        if (candidate.singleton == null && !candidate.onlyStatic()) {
            shape.put("constructors", candidate.constructors.stream()
                    .map(constructor -> Map.of("parameters", describe(constructor))).toList());
        }
        List<Object> methods = new ArrayList<>();
        for (Method method : candidate.methods) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("name", method.getName());
            entry.put("static", Modifier.isStatic(method.getModifiers()));
            entry.put("parameters", describe(method));
            entry.put("returns",
                    language.typeName(method.getGenericReturnType(), candidate.type));
            entry.put("line", null);
            methods.add(entry);
        }
        shape.put("methods", methods);
        return shape;
    }

    private List<Object> describe(Executable executable) {
        Parameter[] parameters = executable.getParameters();
        Class<?> owner = executable.getDeclaringClass();
        List<Object> shapes = new ArrayList<>();
        for (int i = 0; i < parameters.length; i++) {
            Type type = parameters[i].getParameterizedType();
            Accepts accepts = language.accepts(type, owner);
            Map<String, Object> shape = new LinkedHashMap<>();
            shape.put("name", parameters[i].getName());
            shape.put("kind", accepts.kind());
            shape.put("element", accepts.element());
            if (!accepts.storages().isEmpty()) {
                shape.put("storages", accepts.storages());
            }
            shape.put("type", language.typeName(type, owner));
            shape.put("default", language.defaultOf(executable, i) != null);
            shapes.add(shape);
        }
        return shapes;
    }
}
