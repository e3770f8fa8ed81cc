package rmsproof.adapter;

import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

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
        this.construct = entry.constructor == null
                ? new Accepts[0] : accepts(entry.constructor, binding.construct());
        this.call = accepts(entry.method, binding.call());
        Accepts forGradients = call[binding.call().indexOf("gradients")];
        Accepts forWeights = call[binding.call().indexOf("weights")];
        this.gradients = forGradients.holder().apply(binding.storage());
        this.weights = forWeights.holder().apply(binding.storage());
        if (gradients.container() != weights.container()) {
            throw new IllegalArgumentException(entry.method.getName() + " takes gradients in "
                    + gradients.container().word() + " form, weights in "
                    + weights.container().word() + " form");
        }
    }

    /** What one loading of the classes resolves to. */
    private record Entry(Constructor<?> constructor, Field singleton, Method method,
            Field average) {}

    private Entry resolve(ClassPort.Candidate from) {
        Method method = Binding.choose("method", from.methods(), binding.method());
        boolean constructs = from.singleton() == null && !Modifier.isStatic(method.getModifiers());
        Constructor<?> constructor = constructs
                ? Binding.choose("constructor", from.constructors(), binding.constructor()) : null;
        method.setAccessible(true);
        if (constructor != null) {
            constructor.setAccessible(true);
        }
        return new Entry(constructor, constructs ? null : from.singleton(), method, average(from));
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
                Type declared = field.getGenericType();
                if (place >= 0 && place < rank
                        && port.language.accepts(declared, type).holder() != null) {
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

    private Accepts[] accepts(Executable executable, List<String> roles) {
        Type[] types = executable.getGenericParameterTypes();
        if (roles == null || roles.size() != types.length) {
            throw new IllegalArgumentException(executable.getName() + " has " + types.length
                    + " parameters, the binding " + (roles == null ? "no" : roles.size())
                    + " roles for them");
        }
        Class<?> owner = executable.getDeclaringClass();
        Accepts[] accepts = new Accepts[types.length];
        for (int i = 0; i < types.length; i++) {
            accepts[i] = port.language.accepts(types[i], owner);
            String role = roles.get(i);
            boolean fits = role == null ? port.language.defaultOf(executable, i) != null
                    : Binding.HYPERPARAMETERS.contains(role) ? accepts[i].number() != null
                    : role.equals("state") || accepts[i].holder() != null;
            if (!fits) {
                throw new IllegalArgumentException("parameter " + (i + 1) + " of "
                        + executable.getName()
                        + " (" + port.language.typeName(types[i], owner) + ") "
                        + (role == null ? "has no default" : "cannot take " + role));
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
    public boolean takes(Object container) {
        int position = binding.call().indexOf("weights");
        return entry.method.getParameterTypes()[position].isInstance(container);
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
    public List<Object> initialStates(String[] names, int[] lengths) {
        int position = binding.call().indexOf("state");
        Class<?> type = entry.method.getParameterTypes()[position];
        List<Object> states = new ArrayList<>();
        states.add(port.language.defaultOf(entry.method, position) != null
                ? DEFAULT : port.language.nothing(type));
        Object empty = port.language.emptyMap(type);
        if (empty != null) {
            states.add(empty);
        }
        Accepts accepts = call[position];
        Holder holder = accepts.holder() == null ? null : accepts.holder().apply(binding.storage());
        if (holder != null && holder.container() == weights.container()) {
            Object[] zeros = Arrays.stream(lengths)
                    .mapToObj(length -> holder.array(new double[length], 0, length))
                    .toArray();
            states.add(holder.together(names, zeros));
        }
        return states;
    }

    @Override
    public Optimizer open(Map<String, Double> hyperparameters) throws Throwable {
        ClassPort.Candidate fresh = port.fresh(candidate);
        Entry own = fresh == candidate ? entry : resolve(fresh);
        try {
            Object target = own.singleton != null ? own.singleton.get(null) : null;
            if (own.constructor != null) {
                target = own.constructor.newInstance(arguments(
                        own.constructor, null, binding.construct(), construct, hyperparameters));
            }
            Object[] arguments =
                    arguments(own.method, target, binding.call(), call, hyperparameters);
            return new Instance(own, target, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause();
        }
    }

    private Object[] arguments(Executable executable, Object target, List<String> roles,
            Accepts[] accepts, Map<String, Double> hyperparameters) throws Throwable {
        Object[] arguments = new Object[roles.size()];
        for (int i = 0; i < arguments.length; i++) {
            String role = roles.get(i);
            if (role == null) {
                arguments[i] = defaultValue(executable, i, target, arguments);
            } else if (Binding.HYPERPARAMETERS.contains(role)) {
                arguments[i] = accepts[i].number().apply(hyperparameters.get(role));
            }
        }
        return arguments;
    }

    /** Computes a default; those of a later parameter list are given the earlier arguments. */
    private Object defaultValue(Executable executable, int position, Object target,
            Object[] earlier) throws ReflectiveOperationException {
        Method method = port.language.defaultOf(executable, position);
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
        private final Object[] arguments;
        private Object target;
        private final int gradientsAt = binding.call().indexOf("gradients");
        private final int weightsAt = binding.call().indexOf("weights");
        private final int stateAt = binding.call().indexOf("state");
        private final Class<?> stateType;

        Instance(Entry own, Object target, Object[] arguments) {
            this.own = own;
            this.target = target;
            this.arguments = arguments;
            this.stateType = stateAt < 0 ? null : own.method.getParameterTypes()[stateAt];
        }

        @Override
        public Object step(Object gradients, Object weights, Object state) throws Throwable {
            arguments[gradientsAt] = gradients;
            arguments[weightsAt] = weights;
            try {
                if (stateAt >= 0) {
                    arguments[stateAt] = state == DEFAULT
                            ? defaultValue(own.method, stateAt, target, arguments)
                            : port.language.wrap(state, stateType);
                }
                return succeeded(own.method.invoke(target, arguments));
            } catch (InvocationTargetException thrown) {
                throw thrown.getCause();
            }
        }

        /** An immutable port returns its successor beside the weights; the next step is that one's. */
        private Object succeeded(Object returned) {
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
