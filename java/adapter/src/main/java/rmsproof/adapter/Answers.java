package rmsproof.adapter;

import java.lang.reflect.Array;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Stands for an interface that nobody implements: it answers each question with something that is
 * made for it once, so that it is looked at as a field is; who sets what it is asked for changes it.
 */
final class Answers implements InvocationHandler {
    private static final String PREFIX = "(?:get|set|is|put)(?=[^a-z]|$)";

    private final Class<?> type;
    private final Map<String, Object> answers = new LinkedHashMap<>();

    private Answers(Class<?> type) {
        this.type = type;
    }

    /** Makes what is answered. */
    interface Making {
        Object make(Type type, Class<?> raw, String name) throws ReflectiveOperationException;
    }

    /** @param size how many there are of anything: so many places may be asked for */
    static Object of(Class<?> type, int size, Making making) throws ReflectiveOperationException {
        Answers made = new Answers(type);
        Method[] methods = type.getMethods();
        boolean settings = settings(methods);
        Arrays.sort(methods, (one, other) -> one.toString().compareTo(other.toString()));
        for (Method method : methods) {
            Class<?> raw = method.getReturnType();
            if (!Modifier.isAbstract(method.getModifiers()) || raw == void.class || raw == type) {
                continue;
            }
            // A number that is answered with is nobody's setting, unless all that is asked for are.
            Object answer = number(raw) && !settings
                    ? raw == float.class ? (Object) 0f : (Object) 0.0
                    : making.make(method.getGenericReturnType(), raw,
                            settings ? bare(method) : method.getName());
            if (answer != null) {
                keys(method, size).forEach(key -> made.answers.put(key, answer));
            }
        }
        Object answering = Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, made);
        if (settings) {
            made.usual(answering, methods);
        }
        return answering;
    }

    /** Tells whether a type is asked for settings alone, and answers for some of them itself. */
    static boolean usual(Class<?> type) {
        return type.getClassLoader() instanceof ClassBytes.Loader && settings(type.getMethods())
                && Arrays.stream(type.getMethods()).anyMatch(Answers::usual);
    }

    private static boolean usual(Method method) {
        return method.isDefault() && method.getParameterCount() == 0 && plain(method)
                && number(method.getReturnType());
    }

    /** What is answered unless somebody answers otherwise is a setting, if nothing else changes it. */
    private void usual(Object self, Method[] methods) {
        Map<String, Object> usual = new LinkedHashMap<>();
        Map<String, Object> asked = new LinkedHashMap<>(answers);
        for (Method method : methods) {
            if (usual(method)) {
                try {
                    Object answer = Bare.byDefault(self, method);
                    answers.replaceAll((name, one) -> one instanceof Double was ? was + 1 : one);
                    boolean constant = answer.equals(Bare.byDefault(self, method));
                    if (constant) {
                        usual.put(bare(method), answer);
                    }
                } catch (Throwable refused) {
                    continue; // it asks for more than is there
                } finally {
                    answers.putAll(asked);
                }
            }
        }
        answers.putAll(usual);
    }

    /** What an object answers with, by question; null for one of another kind. */
    static Map<String, Object> in(Object object) {
        return Proxy.isProxyClass(object.getClass())
                && Proxy.getInvocationHandler(object) instanceof Answers own ? own.answers : null;
    }

    /** Tells whether single things are all that can be asked, none of them what a step is made of. */
    private static boolean settings(Method[] methods) {
        return Arrays.stream(methods).filter(one -> Modifier.isAbstract(one.getModifiers()))
                .allMatch(one -> one.getParameterCount() == 0
                        && (one.getReturnType().isPrimitive() || one.getReturnType().isEnum()
                                || one.getReturnType() == String.class)
                        && one.getReturnType() != void.class && plain(one));
    }

    /** Tells whether the name of a method is that of nothing that a step is made of. */
    private static boolean plain(Method method) {
        String bare = bare(method);
        return !Names.weights(bare) && !Names.gradients(bare) && !Names.error(bare)
                && !Names.output(bare);
    }

    private static boolean number(Class<?> type) {
        return type == double.class || type == float.class;
    }

    /** The questions of a method: one for each place, where places are all that it is told. */
    private static List<String> keys(Method method, int size) {
        List<String> keys = new ArrayList<>(List.of(bare(method)));
        boolean places = number(method.getReturnType()) && method.getParameterCount() > 0
                && Arrays.stream(method.getParameterTypes()).allMatch(int.class::equals);
        for (int i = 0; places && i < method.getParameterCount(); i++) {
            List<String> more = new ArrayList<>();
            for (String key : keys) {
                for (int at = 0; at < size; at++) {
                    more.add(key + " " + at);
                }
            }
            keys = more;
        }
        return keys;
    }

    private static String bare(Method method) {
        String bare = method.getName().replaceFirst(PREFIX, "");
        return bare.isEmpty() ? bare
                : bare.substring(0, 1).toLowerCase(Locale.ROOT) + bare.substring(1);
    }

    @Override
    public Object invoke(Object self, Method method, Object[] given) throws Throwable {
        if (method.getDeclaringClass() == Object.class) {
            return switch (method.getName()) {
                case "equals" -> self == given[0];
                case "hashCode" -> System.identityHashCode(self);
                default -> type.getSimpleName();
            };
        } else if (method.isDefault() && (given != null || !answers.containsKey(bare(method)))) {
            return Bare.byDefault(self, method, given);
        }
        Class<?> answer = method.getReturnType();
        int count = given == null ? 0 : given.length;
        String bare = bare(method);
        boolean told = count > 0 && (answer == void.class || answer == type);
        StringBuilder key = new StringBuilder(bare);
        for (int i = 0; i < (told ? count - 1 : count); i++) {
            if (given[i] instanceof Integer place) {
                key.append(' ').append(place);
            }
        }
        boolean sets = told && answers.containsKey(key.toString());
        if (answer == type && !sets || Arrays.stream(method.getParameterTypes())
                .filter(asked -> asked == answer && !asked.isPrimitive()).count() > 1) {
            throw new UnsupportedOperationException("nobody says what " + bare + " computes");
        } else if (sets) {
            answers.put(key.toString(), given[count - 1]);
        }
        if (answer == void.class || answer == type) {
            return answer == void.class ? null : self;
        }
        Object known = answers.getOrDefault(key.toString(), answers.get(bare));
        return known != null || !answer.isPrimitive() ? known
                : Array.get(Array.newInstance(answer, 1), 0);
    }
}
