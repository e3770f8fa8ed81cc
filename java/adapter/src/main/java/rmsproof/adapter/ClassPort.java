package rmsproof.adapter;

import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
    record Candidate(Class<?> type, Field singleton, List<Maker> makers, List<Method> methods) {

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
        List<Maker> makers = singleton == null ? new Makers(language).of(type)
                : new Makers(language).of(type, singleton);
        // What is made with arrays may step without being given any.
        boolean handed = makers.stream().flatMap(maker -> maker.slots().stream()).map(this::accepts)
                .anyMatch(accepts -> Set.of("array", "list", "map").contains(accepts.kind()));
        List<Method> methods = new ArrayList<>();
        for (Method method : methods(type)) {
            boolean abstractly = Modifier.isAbstract(method.getModifiers());
            boolean reachable = !makers.isEmpty() || singleton != null
                    || Modifier.isStatic(method.getModifiers());
            if (Makers.callable(method) && !abstractly && reachable && !method.isBridge()
                    && (handed || method.getParameterCount() > 0) && language.offers(method)) {
                methods.add(method);
            }
        }
        methods.sort(Comparator.comparing(Method::getName).thenComparing(Method::toString));
        return new Candidate(type, singleton, makers, methods);
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
        if (new Makers(language).unprepared(type)) {
            shape.put("unprepared", true);
        }
        if (candidate.singleton == null && !candidate.onlyStatic()
                || candidate.singleton != null && !candidate.makers.isEmpty()) {
            shape.put("constructors", candidate.makers.stream().map(this::describe).toList());
        }
        List<Object> methods = new ArrayList<>();
        for (Method method : candidate.methods) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("name", method.getName());
            entry.put("static", Modifier.isStatic(method.getModifiers()));
            entry.put("parameters", describe(slots(method)));
            entry.put("returns",
                    language.typeName(method.getGenericReturnType(), candidate.type));
            entry.put("result", result(method, candidate.type));
            entry.put("line", null);
            methods.add(entry);
        }
        shape.put("methods", methods);
        return shape;
    }

    private Map<String, Object> describe(Maker maker) {
        List<Map<String, Object>> parameters = describe(maker.slots());
        for (int i = 0; i < parameters.size(); i++) {
            Maker.Place place = maker.places().get(i);
            parameters.get(i).put("argument", place.argument());
            if (place.within() != null) {
                parameters.get(i).put("within", place.within().getName());
            }
            if (place.told() != null) { // once it is made
                parameters.get(i).put("later", place.told().getName());
            }
        }
        Map<String, Object> shape = new LinkedHashMap<>();
        shape.put("parameters", parameters);
        shape.put("called", maker.called());
        return shape;
    }

    /** What kind of thing a method returns: as of a parameter, or {@code nothing}. */
    private String result(Method method, Class<?> owner) {
        Type type = method.getGenericReturnType();
        return type == void.class ? "nothing" : language.accepts(type, owner).kind();
    }

    /** The parameters of a method, as those of a maker. */
    static List<Maker.Slot> slots(Method method) {
        List<Maker.Slot> slots = new ArrayList<>();
        for (int i = 0; i < method.getParameterCount(); i++) {
            slots.add(new Maker.Slot(method.getParameters()[i].getName(), method, i, false));
        }
        return slots;
    }

    /** What a parameter can be given. */
    Accepts accepts(Maker.Slot slot) {
        Executable executable = slot.executable();
        return language.accepts(executable.getGenericParameterTypes()[slot.position()],
                executable.getDeclaringClass());
    }

    /** Tells whether a parameter need not be given: flags are off, texts are empty then. */
    boolean hasDefault(Maker.Slot slot) {
        return slot.follows() || language.defaultOf(slot.executable(), slot.position()) != null
                || supplied(slot) != null
                || Set.of("flag", "text").contains(accepts(slot).kind()) || mayBeAbsent(slot);
    }

    private Object supplied(Maker.Slot slot) {
        return language.supplied(slot.executable().getGenericParameterTypes()[slot.position()]);
    }

    /**
     * Tells whether it is a guess that a parameter need not be given: one of an own type is null, a
     * collection is empty.
     */
    private boolean mayBeAbsent(Maker.Slot slot) {
        Class<?> type = slot.executable().getParameterTypes()[slot.position()];
        boolean constructs = !(slot.executable() instanceof Method);
        boolean own = OwnTypes.owns(type);
        boolean other = accepts(slot).kind().equals("other") && !type.isPrimitive()
                && supplied(slot) == null;
        return constructs && (KotlinDefaults.of(slot.executable()) != null
                || own && type.isInterface() && !accepts(slot).carries())
                || other && (!constructs || own || Bare.empty(type) != null);
    }

    private List<Map<String, Object>> describe(List<Maker.Slot> slots) {
        List<Map<String, Object>> shapes = new ArrayList<>();
        for (Maker.Slot slot : slots) {
            Executable executable = slot.executable();
            Accepts accepts = accepts(slot);
            Map<String, Object> shape = new LinkedHashMap<>();
            shape.put("name", slot.name());
            shape.put("kind", accepts.kind());
            shape.put("element", accepts.element());
            if (!accepts.storages().isEmpty()) {
                shape.put("storages", accepts.storages());
            }
            if (accepts.carries()) {
                shape.put("carries", true);
            }
            if (OwnTypes.owns(executable.getParameterTypes()[slot.position()])) {
                shape.put("own", true);
            }
            List<String> hints = new Hints(language)
                    .of(executable.getGenericParameterTypes()[slot.position()]);
            if (!hints.isEmpty()) {
                shape.put("hints", hints);
            }
            if (mayBeAbsent(slot)) {
                shape.put("absent", true);
                shape.put("silent",
                        Bare.standsIn(executable.getParameterTypes()[slot.position()]));
            }
            if (slot.follows()) {
                shape.put("setter", true);
            }
            shape.put("type", language.typeName(
                    executable.getGenericParameterTypes()[slot.position()],
                    executable.getDeclaringClass()));
            shape.put("default", hasDefault(slot));
            shape.put("omissible", language.defaultOf(slot.executable(), slot.position()) != null);
            shapes.add(shape);
        }
        return shapes;
    }
}
