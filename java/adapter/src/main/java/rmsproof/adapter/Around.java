package rmsproof.adapter;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;

/** What a class says is called before and after each of its steps: preUpdate(), endStep(). */
final class Around {
    private static final String STEP = "_?(?:step|update|optimi|param|batch|iter).*";
    private static final String BEFORE = "(?i)(?:pre|before|begin|start)" + STEP;
    private static final String AFTER = "(?i)(?:post|after|end|finish)" + STEP;

    private final List<Method> before;
    private final List<Method> after;

    /** @param step the one that these are called around */
    Around(Class<?> type, Method step) {
        boolean own = type != null && !Modifier.isStatic(step.getModifiers());
        List<Method> bare = !own ? List.of() : ObjectGraph.methods(type).stream()
                .filter(method -> method.getParameterCount() == 0 && !method.equals(step)
                        && method.getReturnType() == void.class && Makers.callable(method)
                        && !Modifier.isStatic(method.getModifiers())).toList();
        before = bare.stream().filter(method -> method.getName().matches(BEFORE)).toList();
        after = bare.stream().filter(method -> method.getName().matches(AFTER)).toList();
    }

    /** For people: "preUpdate() before and endStep() after each step"; empty where there is none. */
    String words() {
        String first = words(before, "before");
        String last = words(after, "after");
        return first + (first.isEmpty() || last.isEmpty() ? "" : " and ") + last
                + (first.isEmpty() && last.isEmpty() ? "" : " each step");
    }

    private static String words(List<Method> methods, String when) {
        return methods.isEmpty() ? "" : String.join(", ", methods.stream()
                .map(method -> method.getName() + "()").toList()) + " " + when;
    }

    /** Calls what comes before a step of an object. */
    void begin(Object target) throws ReflectiveOperationException {
        for (Method method : before) {
            Ways.call(method, target, new Object[0]);
        }
    }

    /** Calls what comes after it. */
    void end(Object target) throws ReflectiveOperationException {
        for (Method method : after) {
            Ways.call(method, target, new Object[0]);
        }
    }
}
