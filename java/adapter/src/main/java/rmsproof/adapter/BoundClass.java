package rmsproof.adapter;

import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A class, or an object with no constructor, bound to a method of its own. */
final class BoundClass implements BoundPort {
    private final ClassPort port;
    private final ClassPort.Candidate candidate;
    private final Binding binding;
    private final Accepts[] construct;
    private final Accepts[] call;
    private final Holder gradients;
    private final Holder weights;
    private final Entry entry;

    BoundClass(ClassPort port, ClassPort.Candidate candidate, Binding binding) {
        this.port = port;
        this.candidate = candidate;
        this.binding = binding;
        this.entry = resolve(candidate);
        this.construct = constructed(entry);
        this.call = accepts("call", entry.slots, binding.call());
        Holder carrier = !binding.paired() ? holder("parameters")
                : new PairHolder(whole("weights"), whole("gradients"), whole("biases"),
                        whole("bias_gradients"));
        Holder source = holder("source");
        Holder forGradients = binding.paired() ? whole("gradients")
                : carrier != null ? carrier.gradients()
                : source != null ? source : holder("gradients");
        Holder forWeights = carrier == null ? holder("weights") : carrier;
        this.gradients = forGradients;
        this.weights = forWeights == null ? forGradients : forWeights;
        if (carrier == null && gradients.container() != weights.container()) {
            throw new IllegalArgumentException(entry.method.getName() + " takes gradients in "
                    + gradients.container().word() + " form, weights in "
                    + weights.container().word() + " form");
        }
    }

    /** How what plays a role holds arrays, or null where nothing plays it. */
    private Holder holder(String role) {
        int called = binding.call().indexOf(role);
        int constructed = binding.construct() == null ? -1 : binding.construct().indexOf(role);
        if (called < 0 && constructed < 0) {
            return null;
        }
        Accepts accepts = called >= 0 ? call[called] : construct[constructed];
        return accepts.holder().apply(binding.storage());
    }

    /** How what plays a role in the call holds one array. */
    private Holder whole(String role) {
        return call[binding.call().indexOf(role)].whole();
    }

    /** What one loading of the classes resolves to. */
    private record Entry(Maker maker, Field singleton, Method method, List<Maker.Slot> slots,
            Field average, Maker caller, Method partly, Around around) {}

    private Entry resolve(ClassPort.Candidate from) {
        Method method = Binding.choose("method", from.methods(), binding.method());
        method.setAccessible(true);
        boolean constructs = !Modifier.isStatic(method.getModifiers())
                && (from.singleton() == null || !from.makers().isEmpty());
        Maker maker = constructs
                ? Binding.choose("constructor", from.makers(), binding.constructor())
                : Modifier.isStatic(method.getModifiers()) ? port.globals(from) : null;
        return new Entry(maker, constructs ? null : from.singleton(), method,
                port.slots(from, method), from.from() == null ? average(from) : null,
                from.from() == null ? port.caller(method) : null, KotlinDefaults.of(method),
                port.around(from, binding.loop() || indexed() ? null : method));
    }

    /** The field that most likely holds the moving average, or null. */
    private Field average(ClassPort.Candidate from) {
        Field best = null;
        int rank = Integer.MAX_VALUE;
        for (Class<?> type = from.type(); type != null; type = type.getSuperclass()) {
            if (type.getClassLoader() != from.type().getClassLoader()) {
                break;
            }
            for (Field field : type.getDeclaredFields()) {
                int place = Names.average(field.getName());
                Accepts accepts = port.language.accepts(field.getGenericType(), type);
                if (place >= 0 && place < rank && accepts.holder() != null
                        && !accepts.kind().equals("number")) {
                    best = field;
                    rank = place;
                }
            }
        }
        try {
            if (best != null) {
                best.setAccessible(true);
            }
            return best;
        } catch (InaccessibleObjectException hidden) {
            return null;
        }
    }

    private Accepts[] constructed(Entry from) {
        return from.maker == null ? new Accepts[0]
                : accepts("construct", from.maker.slots(), binding.construct());
    }

    private Accepts[] accepts(String what, List<Maker.Slot> slots, List<String> roles) {
        if (roles == null || roles.size() != slots.size()) {
            throw new IllegalArgumentException(what + " has " + slots.size()
                    + " parameters, the binding " + (roles == null ? "no" : roles.size())
                    + " roles for them");
        }
        Accepts[] accepts = new Accepts[slots.size()];
        for (int i = 0; i < accepts.length; i++) {
            Maker.Slot slot = slots.get(i);
            accepts[i] = port.accepts(slot);
            String role = roles.get(i);
            Class<?> raw = slot.raw();
            boolean fits = role == null ? port.hasDefault(slot)
                    : Binding.isConstant(role) ? Binding.admits(raw, role)
                    : Binding.HYPERPARAMETERS.contains(role) ? accepts[i].number() != null
                    : Binding.COUNTS.contains(role)
                            ? List.of("count", "sizes").contains(accepts[i].kind())
                    : role.equals("name") ? accepts[i].kind().equals("text")
                    : role.equals("parameters") ? accepts[i].carries()
                    : role.equals("source") ? accepts[i].kind().equals("source")
                    : role.equals("silent") ? Bare.standsIn(raw)
                    : role.equals("state") || accepts[i].holder() != null;
            if (!fits) {
                Member owner = slot.member();
                throw new IllegalArgumentException("parameter " + (i + 1) + " of "
                        + owner.getName() + " ("
                        + port.language.typeName(slot.type(), owner.getDeclaringClass()) + ") "
                        + (role == null ? "has no default" : "cannot be given " + role));
            }
        }
        return accepts;
    }

    @Override
    public Holder gradients() {
        return gradients;
    }

    @Override
    public Holder weights() {
        return weights;
    }

    @Override
    public boolean plain() {
        return weights.container() == Container.ARRAY || weights.container() == Container.SCALAR;
    }

    @Override
    public boolean indexed() {
        return binding.call().contains("index");
    }

    @Override
    public boolean untold() {
        return entry.singleton == null && candidate.from() == null
                && new Makers(port.language).untold(candidate.type(), entry.method, entry.maker);
    }

    @Override
    public boolean carries() {
        return binding.carries();
    }

    @Override
    public boolean takes(Object container) {
        int position = binding.call().indexOf(carries() ? "parameters" : "weights");
        return position >= 0 && entry.slots.get(position).raw().isInstance(container);
    }

    @Override
    public boolean showsAverage() {
        return entry.average != null;
    }

    @Override
    public boolean takesState() {
        return binding.call().contains("state");
    }

    @Override
    public List<Object> initialStates(String[] names, int[] lengths, ClassLoader loader) {
        int position = binding.call().indexOf("state");
        Maker.Slot slot = entry.slots.get(position);
        States own = new States(port.language, entry.method, slot.raw(), loader);
        Layout layout = Layout.of(names, lengths);
        Holder held = weights.in(loader);
        List<Object> states = new ArrayList<>();
        states.add(port.language.defaultOf(entry.method, slot.position()) != null ? DEFAULT
                : own.made(layout, held).orElseGet(() -> port.language.nothing(slot.raw())));
        Object empty = port.language.emptyMap(slot.raw());
        if (own.elsewhere(slot.type())) {
            return states; // what the port makes is neither empty nor zeros of ours
        }
        states.add(empty != null ? empty
                : own.constructed(layout, held, false).orElse(states.get(0)));
        own.constructed(layout, held, true).ifPresent(states::add);
        Accepts accepts = call[position];
        Holder holder = accepts.holder() == null ? null
                : accepts.holder().apply(binding.storage()).in(loader);
        boolean stored = holder != null && !binding.step().isEmpty()
                && holder.container() == Container.LIST;
        if (stored || holder != null && holder.container() == weights.container()) {
            Object[] made = Arrays.stream(lengths).mapToObj(length -> {
                double[] begun = new double[length];
                Arrays.fill(begun, binding.begun());
                return holder.array(begun, 0, length);
            }).toArray();
            if (binding.begun() != 0) {
                states.clear(); // a caller says so, in place of the port
            }
            states.add(holder.together(names, made));
        }
        return states;
    }

    @Override
    public Optimizer open(Map<String, Double> hyperparameters, Start start) throws Throwable {
        // What is told to all objects of a class would stay so for those that are not told.
        boolean shared = binding.placed().keySet().stream()
                .anyMatch(path -> !path.startsWith("this"));
        ClassPort.Candidate fresh = port.fresh(candidate, shared);
        Entry own = fresh == candidate ? entry : resolve(fresh);
        Instance instance = new Instance(own, fresh.type().getClassLoader(), hyperparameters);
        try {
            instance.construct(start);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
        return instance;
    }

    /** Computes a default; those of a later parameter list are given the earlier arguments. */
    private Object defaultValue(Executable executable, int position, Object target,
            Object[] earlier) throws ReflectiveOperationException {
        Method method = port.language.defaultOf(executable, position);
        if (method == null
                || ClassLanguage.meant(executable.getParameterTypes()[position]) != null) {
            Type type = executable.getGenericParameterTypes()[position];
            Accepts accepts = port.language.accepts(type, executable.getDeclaringClass());
            Object supplied = port.language.supplied(type);
            return supplied != null ? supplied
                    : accepts.number() != null ? accepts.number().apply(0)
                    : Bare.empty(executable, position);
        }
        method.setAccessible(true);
        Object owner = target;
        if (!Modifier.isStatic(method.getModifiers())
                && !method.getDeclaringClass().isInstance(target)) {
            owner = port.language.singleton(method.getDeclaringClass()).get(null);
        }
        return method.invoke(owner, Arrays.copyOf(earlier, method.getParameterCount()));
    }

    private final class Instance implements Optimizer {
        private final Entry own;
        private final ClassLoader loader;
        private final Map<String, Double> hyperparameters;
        private final Accepts[] construct;
        private Object target;

        Instance(Entry own, ClassLoader loader, Map<String, Double> hyperparameters) {
            this.own = own;
            this.loader = loader;
            this.hyperparameters = hyperparameters;
            // Objects that stand for a number are of this loading's classes.
            this.construct = own == entry ? BoundClass.this.construct : constructed(own);
        }

        @Override
        public Map<String, Cell> settings() {
            Map<String, Cell> settings = new LinkedHashMap<>();
            if (target != null) {
                settings.putAll(Cells.settings(Map.of("this", target)));
            }
            Class<?> type = own.method.getDeclaringClass();
            Cells.shared(OpenFields.shared(type)).forEach(settings::putIfAbsent);
            return settings;
        }

        @Override
        public ClassLoader loader() {
            return loader;
        }

        private final class Defaults implements Maker.Defaults {
            private final int length;

            Defaults(int length) {
                this.length = length;
            }

            @Override
            public Object of(Executable executable, int position, Object[] earlier)
                    throws ReflectiveOperationException {
                return defaultValue(executable, position, target, earlier);
            }

            @Override
            public int length() {
                return length;
            }
        }

        void construct(Start start) throws ReflectiveOperationException {
            if (own.maker == null) {
                target = own.singleton == null ? null : own.singleton.get(null);
                return;
            }
            Object[] values = new Object[construct.length];
            for (int i = 0; i < values.length; i++) {
                String role = binding.construct().get(i);
                Maker.Slot slot = own.maker.slots().get(i);
                values[i] = role == null ? Maker.ABSENT
                        : Binding.isConstant(role) ? Binding.constant(role, slot.raw())
                        : hyperparameters.containsKey(role)
                                ? construct[i].number().apply(hyperparameters.get(role))
                        : role.equals("silent") ? Bare.silent(slot.raw())
                        : Binding.COUNTS.contains(role)
                                ? construct[i].number().apply(role.equals("rows") ? 1 : start.size())
                        : start.weights().apply(loader);
            }
            target = own.maker.make(values, new Defaults(start.size()));
        }

        @Override
        public Object step(Step step) throws Throwable {
            Object[] arguments = new Object[call.length];
            try {
                for (int i = 0; i < arguments.length; i++) {
                    arguments[i] = argument(i, step);
                    if (arguments[i] == Maker.ABSENT && own.caller == null
                            && own.partly == null) {
                        arguments[i] = defaultValue(own.method, own.slots.get(i).position(), target,
                                arguments);
                    }
                }
                own.around.begin(target);
                if (own.caller != null) {
                    arguments = own.caller.arguments(arguments, new Defaults(step.length()));
                }
                if (own.partly != null && Arrays.asList(arguments).contains(Maker.ABSENT)) {
                    return succeeded(
                            KotlinDefaults.call(own.method, own.partly, target, arguments));
                }
                Object returned = own.method.invoke(target, arguments);
                own.around.end(target);
                return succeeded(returned);
            } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
            }
        }

        /** What a parameter is given; ABSENT where that is its default. */
        private Object argument(int i, Step step) throws ReflectiveOperationException {
            String role = binding.call().get(i);
            Maker.Slot slot = own.slots.get(i);
            if (role == null) {
                return Maker.ABSENT;
            } else if (Binding.isConstant(role)) {
                return Binding.constant(role, slot.raw());
            } else if (hyperparameters.containsKey(role)) {
                return call[i].number().apply(hyperparameters.get(role));
            }
            if (step.weights() instanceof PairHolder.Pair pair && Binding.PAIR.contains(role)) {
                return pair.of(role);
            }
            return switch (role) {
                case "gradients" -> step.gradients();
                case "weights", "parameters" -> step.weights();
                case "state" -> step.state() == DEFAULT ? Maker.ABSENT
                        : port.language.wrap(step.state(), slot.raw());
                case "name" -> step.name();
                case "silent" -> Bare.silent(slot.raw());
                case "source" -> Source.answering(slot.raw(), step);
                case "index" -> call[i].number().apply(step.index());
                case "start" -> call[i].number().apply(0);
                case "rows" -> call[i].number().apply(1);
                case "iteration" -> call[i].number().apply(step.number());
                default -> call[i].number().apply(step.length());
            };
        }

        /** An immutable port returns its successor beside the weights; the next step is that one's. */
        private Object succeeded(Object returned) {
            if (returned == target) {
                return null; // itself, so that calls can be strung together
            }
            Object[] pair = target == null || own.singleton != null
                    ? null : port.language.pair(returned);
            for (int i = 0; pair != null && i < 2; i++) {
                if (pair[i] != null && pair[i] != target
                        && pair[i].getClass() == target.getClass()) {
                    target = pair[i];
                    return pair[1 - i];
                }
            }
            return returned;
        }

        @Override
        public Object movingAverage() {
            try {
                return own.average == null ? null : own.average.get(target);
            } catch (IllegalAccessException | RuntimeException hidden) {
                return null;
            }
        }
    }
}
