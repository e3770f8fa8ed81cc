package rmsproof.adapter;

import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * An object of a port's class, what was called on it before its first step, and what that step is
 * given: made of types and names alone (see {@link ObjectMaker}), the same in every making.
 */
final class ObjectGraph implements Graph {
    private static final String RETURNED = "returned";
    static final String GIVEN = "given";
    /** What is handed on beside weights is one thing of a few. */
    private static final int MOST_PIECES = 4;

    private final Call call;
    /** What is called before the step; null for nothing. */
    private final Call first;
    private Object target;
    private Object stepping;
    private final Around around;
    private final List<Field> shared;
    private final Map<String, Double> shares = new HashMap<>();
    private final Map<String, Double> asked;
    private final Map<String, Double> offered;
    private final Completion completion;
    private final Beginnings beginnings;
    private Object returned;

    /** A method with what it is given. */
    private record Call(Method method, Object[] arguments) {
        String name(int i) {
            return method.getParameters()[i].getName();
        }

        /** Calls it in the step of this number. */
        Object on(Object target, int turn) throws ReflectiveOperationException {
            for (int i = 0; i < arguments.length; i++) {
                Class<?> type = method.getParameterTypes()[i];
                if (ObjectMaker.isTurn(type, name(i))) {
                    arguments[i] = type == int.class ? (Object) turn : (Object) (long) turn;
                }
            }
            return Ways.call(method, target, arguments);
        }
    }

    /**
     * @param port whose classes are looked up by name
     * @param numbers by the path of the parameter that asks for them
     */
    ObjectGraph(ClassPort port, GraphPlan plan, ClassLoader loader, Map<String, Double> numbers)
            throws ReflectiveOperationException {
        Class<?> named = Class.forName(plan.type(), true, loader);
        // A constant of an enum is what it was made as in classes of its own alone.
        ClassLoader own = named.isEnum() ? port.freshLoader() : loader;
        Object constant = constant(port, Class.forName(plan.type(), true, own));
        Class<?> type = constant == null ? named : constant.getClass();
        ObjectMaker maker = new ObjectMaker(plan, numbers,
                port.made.computeIfAbsent(2 * plan.size() + (plan.prepared() ? 1 : 0),
                        each -> new ConcurrentHashMap<>()),
                port.algorithm(plan.type()), port.texts(plan.type()), port.variable());
        this.completion = new Completion(maker, plan.left());
        Method via = plan.via().isEmpty() ? null : named(methods(type), plan.via());
        Method method = named(via == null ? methods(type)
                : List.of(via.getReturnType().getMethods()), plan.method());
        this.beginnings = new Beginnings(maker, own, method, plan.begun());
        maker.beginning(beginnings);
        Method before = plan.first().isEmpty() ? null : named(methods(type), plan.first());
        if (Modifier.isStatic((via == null ? method : via).getModifiers())) {
            target = null;
        } else {
            Object begun = constant == null ? beginnings.made(type, type, "new") : constant;
            target = begun == null
                    ? built(plan, maker, Ways.of(type).get(plan.constructor())) : begun;
            if (plan.prepared()) {
                prepare(type, maker, List.of(plan.method(), plan.first()), plan);
            }
            if (plan.completed()) {
                completion.complete(target, false);
            }
            maker.named(Cells.names(target));
            beginnings.with(target);
        }
        this.stepping = via == null ? target
                : Ways.call(via, target, maker.arguments(via, "made"));
        this.shared = OpenFields.of(type).stream()
                .filter(field -> OpenFields.isShared(field, type)).toList();
        Cells.shared(shared).forEach((name, cell) -> shares.put(name, cell.value()));
        this.around = new Around(via == null ? type : null, method);
        this.first = before == null ? null
                : new Call(before, handed(plan, maker, before, GIVEN));
        this.call = new Call(method, handed(plan, maker, method, GIVEN));
        this.offered = maker.offered();
        this.asked = new LinkedHashMap<>(maker.asked());
        // The step's own numbers are set before each of its steps.
        for (Call one : calls()) {
            for (Parameter parameter : one.method.getParameters()) {
                asked.remove(GIVEN + "." + parameter.getName());
            }
        }
    }

    /** The constant of an enum that steps; null for another class. */
    static Object constant(ClassPort port, Class<?> type) {
        try {
            return type.isEnum() ? port.language.singleton(type).get(null) : null;
        } catch (IllegalAccessException shut) {
            throw new IllegalStateException(shut);
        }
    }

    /** What a constructor makes, or a method that makes one, of a builder where it needs that. */
    private Object built(GraphPlan plan, ObjectMaker maker, Executable way)
            throws ReflectiveOperationException {
        Object builder = maker.own().builder(way, told -> handed(plan, maker, told, "new"));
        return Ways.call(way, builder, handed(plan, maker, way, "new"));
    }

    private List<Call> calls() {
        return first == null ? List.of(call) : List.of(first, call);
    }

    /** What a call is given, with all that nothing is in filled where that is the plan. */
    private Object[] handed(GraphPlan plan, ObjectMaker maker, Executable call, String path)
            throws ReflectiveOperationException {
        Object[] given = maker.arguments(call, path);
        for (Object one : plan.completed() ? given : new Object[0]) {
            completion.complete(one, true);
        }
        return given;
    }

    @Override
    public Set<String> filled() {
        return completion.filled();
    }

    private static Method named(List<Method> methods, String name) throws NoSuchMethodException {
        return methods.stream().filter(one -> one.toString().equals(name)).findFirst()
                .orElseThrow(() -> new NoSuchMethodException(name));
    }

    /** @param steps what is called in each step, and not before */
    private void prepare(Class<?> type, ObjectMaker maker, List<String> steps, GraphPlan plan) {
        for (Method one : methods(type)) {
            boolean named = Ways.preparing(one)
                    || one.getName().startsWith("set") && one.getParameterCount() == 1
                            && (one.getParameterTypes()[0].isEnum()
                                    || one.getParameterTypes()[0] == String.class);
            if (named && !steps.contains(one.toString()) && !Modifier.isStatic(one.getModifiers())) {
                try {
                    Ways.call(one, target, handed(plan, maker, one, one.getName()));
                } catch (ReflectiveOperationException | RuntimeException refused) {
                    continue; // others may prepare it none the less
                }
            }
        }
    }

    /** The methods of a class and of those that it extends, in a fixed order. */
    static List<Method> methods(Class<?> type) {
        Map<String, Method> methods = new HashMap<>();
        for (Class<?> at = type; at != null && OwnTypes.written(at); at = at.getSuperclass()) {
            for (Method one : at.getDeclaredMethods()) {
                if (!one.isSynthetic() && !Modifier.isAbstract(one.getModifiers())
                        && !OwnTypes.generated(one)) {
                    methods.putIfAbsent(one.getName()
                            + List.of(one.getParameterTypes()), one);
                }
            }
        }
        List<Method> sorted = new ArrayList<>(methods.values());
        sorted.sort(Comparator.comparing(Method::getName).thenComparing(Method::toString));
        return sorted;
    }

    @Override
    public Map<String, Double> asked() {
        return asked;
    }

    @Override
    public Map<String, Double> offered() {
        return offered;
    }

    @Override
    public Collection<String> makers(Collection<String> paths) {
        Map<String, Object> roots = new LinkedHashMap<>();
        for (Call one : calls()) {
            for (int i = 0; i < one.arguments.length; i++) {
                roots.putIfAbsent(one.name(i), one.arguments[i]);
            }
        }
        roots.put("this", target);
        roots.put("stepping", stepping);
        return paths.stream().flatMap(path -> Cells.holders(roots, path).stream())
                .map(Object::getClass).distinct().filter(OwnTypes::owns)
                .flatMap(type -> Beginnings.makers(
                        type.getClassLoader(), type, type,
                        Beginnings.several(call.method, type)).stream())
                .filter(one -> one.getParameterCount() > 0)
                .map(one -> one.getDeclaringClass().getSimpleName() + "." + one.getName())
                .distinct().toList();
    }

    @Override
    public Map<String, Cell> cells() {
        Map<String, Object> roots = new LinkedHashMap<>();
        Map<String, Consumer<Object>> places = new HashMap<>();
        Map<String, Cell> numbers = new LinkedHashMap<>();
        for (Call one : calls()) {
            Object[] arguments = one.arguments;
            for (int i = 0; i < arguments.length; i++) {
                int place = i;
                if (arguments[i] instanceof Double || arguments[i] instanceof Float) {
                    numbers.putIfAbsent(one.name(i), new Cell(((Number) arguments[i]).doubleValue(),
                            arguments[i] instanceof Float, true,
                            number -> arguments[place] = number));
                } else if (roots.putIfAbsent(one.name(i), arguments[i]) == null) {
                    places.put(one.name(i), other -> arguments[place] = other);
                }
            }
        }
        roots.put("this", target);
        roots.put("stepping", stepping);
        roots.put(RETURNED, returned);
        numbers.putAll(Cells.of(roots, places));
        if (returned != null && Arrays.stream(call.arguments).anyMatch(one -> one == returned)) {
            // What is handed on may be a step all the same.
            numbers.putAll(Cells.of(Map.of(RETURNED, returned)));
        }
        Cells.shared(shared).forEach(numbers::putIfAbsent);
        if (returned instanceof Double || returned instanceof Float) {
            numbers.put(RETURNED, new Cell(((Number) returned).doubleValue(),
                    returned instanceof Float, false, number -> { }));
        }
        return numbers;
    }

    @Override
    public Map<String, Cell> settings() {
        Map<String, Cell> settings = new LinkedHashMap<>(Cells.shared(shared));
        if (target != null) {
            settings.putAll(Cells.settings(Map.of("this", target)));
        }
        settings.keySet().retainAll(cells().keySet());
        return settings;
    }

    @Override
    public Map<String, Cell> renewed(String path) {
        String root = path.replaceAll("[.\\[].*", "");
        for (int i = 0; i < call.arguments.length; i++) {
            if (call.name(i).equals(root)) {
                call.arguments[i] = Cells.copied(call.arguments[i]);
            }
        }
        return cells();
    }

    /** Tells whether a path begins at what the step returned. */
    static boolean isReturned(String path) {
        return path.equals(RETURNED) || path.startsWith(RETURNED + ".")
                || path.startsWith(RETURNED + "[");
    }

    /** Tells whether a path begins at an argument of the step. */
    static boolean isArgument(String path) {
        return !path.startsWith("this.") && !path.startsWith("stepping.") && !isReturned(path);
    }

    /** Tells whether a path is that of a number which the step is given. */
    static boolean isNumber(String path) {
        return path.indexOf('.') < 0 && path.indexOf('[') < 0;
    }

    @Override
    public void leave() {
        Cells.shared(shared).forEach((name, cell) -> cell.set(shares.get(name)));
    }

    @Override
    public void step(int turn) throws ReflectiveOperationException {
        returned = null;
        completion.collected();
        around.begin(target);
        if (first != null) {
            first.on(target, turn);
        }
        returned = call.on(stepping, turn);
        around.end(target);
        completion.spent();
        returned = returned == stepping || returned == target ? null : returned;
        handOn();
    }

    /** What comes back of the type of one argument, or of what steps, is that in the next step. */
    private void handOn() {
        List<Object> pieces = pieces();
        Object[] arguments = call.arguments;
        Map<Class<?>, Integer> places = new HashMap<>();
        Set<Class<?>> several = new HashSet<>();
        for (int i = 0; i < arguments.length; i++) {
            Class<?> asked = call.method.getParameterTypes()[i];
            if (OwnTypes.owns(asked) && !Names.gradients(call.name(i))
                    && places.put(asked, i) != null) {
                several.add(asked);
            }
        }
        places.keySet().removeAll(several);
        places.forEach((asked, place) -> {
            List<Object> fit = pieces.stream().filter(asked::isInstance)
                    .filter(piece -> OwnTypes.owns(piece.getClass()) && piece != target).toList();
            boolean whole = !fit.isEmpty() && fit.get(0) == returned;
            if (whole || fit.size() == 1) {
                arguments[place] = fit.get(0);
            }
        });
        Class<?> own = stepping == null ? null : stepping.getClass();
        pieces.stream().filter(piece -> piece != null && piece.getClass() == own).limit(1)
                .forEach(next -> {
                    target = target == stepping ? next : target;
                    stepping = next;
                });
    }

    /** What came back, and what is in it where that is several things. */
    private List<Object> pieces() {
        List<Object> pieces = new ArrayList<>();
        pieces.add(returned);
        if (returned instanceof List<?> several) {
            pieces.addAll(several.subList(0, Math.min(MOST_PIECES, several.size())));
        } else if (returned instanceof Object[] several) {
            pieces.addAll(Arrays.asList(several).subList(0, Math.min(MOST_PIECES, several.length)));
        } else if (returned != null) {
            for (Field field : returned.getClass().getDeclaredFields()) {
                try {
                    field.setAccessible(true);
                    pieces.add(Modifier.isStatic(field.getModifiers()) ? null : field.get(returned));
                } catch (IllegalAccessException | RuntimeException hidden) {
                    continue; // it is handed on by nobody else either
                }
            }
        }
        return pieces;
    }
}
