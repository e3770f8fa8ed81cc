package rmsproof.adapter;

import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A port made of classes: finds what they offer, by reflection and in a fixed order. */
final class ClassPort implements Port {
    /** Names of settings that are tried. */
    private static final int MOST_TEXTS = 12;
    final ClassLanguage language;
    private final ClassBytes bytes;
    private final ClassLoader loader;
    private final List<Candidate> candidates = new ArrayList<>();
    private final List<String> offered = new ArrayList<>();
    private final boolean holdsState;
    private ClassLoader last;
    private boolean same;
    private Optional<Type> said;
    /** How the types of the port are made, by how many there are of anything. */
    final Map<Integer, Map<String, Object>> made = new ConcurrentHashMap<>();

    /**
     * A class with what can be called in it. Reflection promises no order, so constructors and
     * methods are sorted; a class loaded again has them in the same places. Where a method of it
     * returns what steps, {@code from} is that.
     */
    record Candidate(Class<?> type, Field singleton, List<Maker> makers, List<Method> methods,
            Method from) {

        String name() {
            return from == null ? type.getName() : type.getName() + "." + from.getName();
        }

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
                boolean offers = files.offers(name) && language.offers(type);
                boolean functions = type.isInterface() && ObjectGraph.methods(type).stream()
                        .anyMatch(method -> Modifier.isStatic(method.getModifiers()));
                boolean made = type.isEnum() ? language.singleton(type) != null
                        : functions || !Modifier.isAbstract(type.getModifiers());
                if (offers && made) {
                    offered.add(name);
                }
                if (offers) {
                    candidates.addAll(candidates(type));
                }
            } catch (LinkageError unlinked) {
                state = true;
                broken = unlinked;
            }
        }
        if (candidates.isEmpty() && broken != null) {
            throw broken;
        }
        // What a class of a name is made for, its own constructor does.
        candidates.removeIf(made -> made.from != null && Returned.isOwn(made.from)
                && candidates.stream().anyMatch(one -> one.from == null && !one.makers.isEmpty()
                        && made.from.getReturnType().isAssignableFrom(one.type)));
        this.holdsState = state;
        this.last = loader;
    }

    /** A class, and what its methods return that steps. */
    private List<Candidate> candidates(Class<?> type) {
        List<Candidate> found = new ArrayList<>();
        Candidate candidate = candidate(type);
        if (!candidate.methods.isEmpty()) {
            found.add(candidate);
        }
        found.addAll(Returned.of(language, type, candidate.singleton));
        return found;
    }

    private Candidate candidate(Class<?> type) {
        Field singleton = language.singleton(type);
        List<Maker> makers = singleton == null ? new Makers(language).of(type)
                : new Makers(language).of(type, singleton);
        // What is made with arrays may step without being given any.
        boolean handed = makers.stream().flatMap(maker -> maker.slots().stream()).map(this::accepts)
                .anyMatch(accepts -> Set.of("array", "list", "map").contains(accepts.kind()));
        List<Method> methods = new ArrayList<>();
        List<Method> bare = new ArrayList<>();
        for (Method method : methods(type)) {
            boolean abstractly = Modifier.isAbstract(method.getModifiers());
            boolean reachable = !makers.isEmpty() || singleton != null
                    || Modifier.isStatic(method.getModifiers());
            if (Makers.callable(method) && (!abstractly || singleton != null) && reachable && !method.isBridge()
                    && language.offers(method)) {
                boolean given = handed || method.getParameterCount() > 0;
                (given ? methods : bare).add(method);
            }
        }
        if (methods.isEmpty()) { // what it steps by may be all that it is made with
            bare.stream().filter(method -> method.getReturnType() == void.class)
                    .forEach(methods::add);
        }
        methods.sort(Comparator.comparing(Method::getName).thenComparing(Method::toString));
        return new Candidate(type, singleton, makers, methods, null);
    }

    /** What a class does without being given anything, beside what it can be bound by. */
    List<Method> bare(Candidate candidate) {
        return methods(candidate.type).stream()
                .filter(method -> method.getParameterCount() == 0 && Makers.callable(method)
                        && method.getReturnType() == void.class && !method.isBridge()
                        && bytes.contains(method.getDeclaringClass().getName())
                        && !candidate.methods.contains(method))
                .sorted(Comparator.comparing(Method::getName)).toList();
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
        // Of what a trait of Scala does, a class has but a bridge to it.
        for (Class<?> at = type; at != null; at = at.getSuperclass()) {
            for (Class<?> base : at.getInterfaces()) {
                if (bytes.contains(base.getName())) {
                    Arrays.stream(base.getMethods()).filter(method -> method.isDefault()
                            && methods.stream().noneMatch(own -> !own.isBridge()
                                    && own.getName().equals(method.getName())
                                    && Arrays.equals(own.getParameterTypes(),
                                            method.getParameterTypes()))).forEach(methods::add);
                }
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
    Candidate fresh(Candidate candidate, boolean anew) {
        ClassLoader own = loaded(anew);
        if (own == loader) {
            return candidate;
        }
        return candidates(find(candidate.type.getName(), own)).stream()
                .filter(one -> one.name().equals(candidate.name())).findFirst().orElseThrow();
    }

    @Override
    public BoundPort bind(Binding binding) {
        for (Candidate candidate : candidates) {
            if (candidate.name().equals(binding.className())) {
                return new BoundClass(this, candidate, binding);
            }
        }
        throw new IllegalArgumentException("no class " + binding.className() + " among "
                + candidates.stream().map(Candidate::name).toList());
    }

    @Override
    public Map<String, Object> explore(String className, long deadline) {
        GraphWays explored = new GraphWays(this, find(className, loader), deadline);
        return Map.of("refused", explored.refused(),
                "ways", explored.ways().stream().map(GraphWay::json).toList());
    }

    @Override
    public Graph graph(GraphPlan plan, ClassLoader loader, Map<String, Double> numbers)
            throws ReflectiveOperationException {
        return new ObjectGraph(this, plan, loader, numbers);
    }

    /** Loads the classes where statics could carry state, else gives the first loading. */
    @Override
    public ClassLoader freshLoader() {
        return loaded(false);
    }

    private ClassLoader loaded(boolean anew) {
        if (!same) {
            last = holdsState || anew ? bytes.load() : loader;
        }
        return last;
    }

    @Override
    public void beside(boolean same) {
        this.same = same;
    }

    /** What a class writes that could be the name of something. */
    List<String> texts(String className) {
        return bytes.pool(className).texts().stream()
                .filter(text -> text.matches("[A-Za-z]\\w{1,30}")).limit(MOST_TEXTS).toList();
    }

    /**
     * What a type variable stands for: arrays or collections, where all that the classes of the port
     * put in its place are the same ones; null else.
     */
    Type variable() {
        if (said == null) {
            List<Type> types = new ArrayList<>();
            for (String name : bytes.names()) {
                try {
                    for (Type base : find(name, loader).getGenericInterfaces()) {
                        if (base instanceof ParameterizedType generic
                                && bytes.contains(JavaTypes.erased(base).getName())) {
                            types.addAll(List.of(generic.getActualTypeArguments()));
                        }
                    }
                } catch (LinkageError | TypeNotPresentException unlinked) {
                    continue; // it says nothing
                }
            }
            types.removeIf(type -> type instanceof TypeVariable);
            said = types.stream().distinct().count() == 1
                    && JavaTypes.accepts(types.get(0)).holder() != null
                    ? Optional.of(types.get(0)) : Optional.empty();
        }
        return said.orElse(null);
    }

    /** What a class writes that says RMSProp, which a text may have to be; "" where nothing does. */
    String algorithm(String className) {
        return bytes.pool(className).texts().stream()
                .filter(text -> Names.algorithm(text) && text.matches("[\\w -]+")
                        && !className.endsWith(text))
                .findFirst().orElse("");
    }

    @Override
    public boolean owns(StackTraceElement frame) {
        return bytes.contains(frame.getClassName());
    }

    @Override
    public Map<String, Object> shape() {
        Map<String, Object> shape = new LinkedHashMap<>();
        shape.put("language", language.name());
        ClassShape described = new ClassShape(this, bytes, loader);
        shape.put("candidates", candidates.stream().map(described::of).toList());
        shape.put("explorable", explorable());
        return shape;
    }

    /** The classes that are offered: those that say RMSProp, those whose code does, all. */
    private List<List<String>> explorable() {
        List<String> named = offered.stream().filter(name -> Names.algorithm(
                name.substring(name.lastIndexOf('.') + 1))).toList();
        return List.of(named, offered.stream().filter(name ->
                bytes.pool(name).texts().stream().anyMatch(Names::algorithm)
                        || named.stream().anyMatch(one -> bytes.mentions(name, one))).toList(),
                offered);
    }

    /** What sets the numbers that static methods have in common; null where nothing does. */
    Maker globals(Candidate candidate) {
        return candidate.from == null ? new Makers(language).globals(candidate.type) : null;
    }

    /** What is called around a step of a candidate; nothing around null. */
    Around around(Candidate candidate, Method step) {
        return new Around(step == null || candidate.from != null ? null : candidate.type, step);
    }

    /** The call of a method that is given settings as an object; null for any other. */
    Maker caller(Method method) {
        return new Makers(language).caller(method);
    }

    /** The parameters of a method of a candidate. */
    List<Maker.Slot> slots(Candidate candidate, Method method) {
        Maker caller = candidate.from == null ? caller(method) : null;
        return candidate.from != null ? Returned.slots(method, candidate.from)
                : caller == null ? slots(method) : caller.slots();
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
        return language.accepts(slot.type(), slot.owner());
    }

    /** Tells whether a parameter need not be given: flags are off, texts are empty then. */
    boolean hasDefault(Maker.Slot slot) {
        return slot.follows() || omissible(slot) || language.supplied(slot.type()) != null
                || Set.of("flag", "text").contains(accepts(slot).kind()) || mayBeAbsent(slot);
    }

    /** Tells whether the source says what a parameter is where nobody gives it. */
    boolean omissible(Maker.Slot slot) {
        return slot.member() instanceof Executable executable
                && language.defaultOf(executable, slot.position()) != null;
    }

    /**
     * Tells whether it is a guess that a parameter need not be given: one of an own type is null, a
     * collection is empty.
     */
    boolean mayBeAbsent(Maker.Slot slot) {
        Class<?> type = slot.raw();
        boolean constructs = slot.member() instanceof Constructor;
        boolean own = OwnTypes.owns(type);
        boolean other = accepts(slot).kind().equals("other") && !type.isPrimitive()
                && language.supplied(slot.type()) == null;
        boolean any = slot.member() instanceof Executable executable && !slot.follows()
                && Bare.none(executable, slot.position()) != null;
        boolean omitted = slot.member() instanceof Method method
                && KotlinDefaults.of(method) != null && accepts(slot).holder() != null
                && accepts(slot).number() == null;
        return any || omitted || constructs && (
                KotlinDefaults.of((Constructor<?>) slot.member()) != null
                || own && type.isInterface() && !accepts(slot).carries())
                || other && (!constructs || own || Bare.empty(type) != null
                        && !CollectionMaker.settings(slot.type()));
    }
}
