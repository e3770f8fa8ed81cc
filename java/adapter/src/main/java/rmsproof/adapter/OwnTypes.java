package rmsproof.adapter;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.net.URISyntaxException;
import java.security.CodeSource;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Classes of the port's own, or of its libraries, that stand for an array: matrices, vectors,
 * tensors; and those that keep weights beside their gradients: parameters, layers.
 */
final class OwnTypes {
    private static final Map<Class<?>, Accepts> KNOWN = new WeakHashMap<>();
    /** Types within types that are looked into. */
    private static final int DEEPEST = 5;
    /** Looks that one type is worth: where hundreds of classes hold each other, there is no end. */
    private static final int MOST = 1000;
    /** How many there were for the outermost one. */
    private static int looks;
    /** Classes that are being looked at: one that holds another of its kind is no array. */
    private static final Set<Class<?>> OPEN = new HashSet<>();
    /** Whether one of these was met again: what was seen then is not all there is to see. */
    private static boolean met;

    private OwnTypes() {}

    /** Tells whether a class is neither the platform's, nor the adapter's or its languages'. */
    static boolean owns(Class<?> type) {
        return !type.isEnum() && written(type);
    }

    /** The same of an enum, too, which a constant of it with a body extends. */
    static boolean written(Class<?> type) {
        ClassLoader loader = type.getClassLoader();
        return loader != null && loader != OwnTypes.class.getClassLoader()
                && loader != ClassLoader.getPlatformClassLoader()
                && !type.isAnnotation() && !Throwable.class.isAssignableFrom(type);
    }

    /** Tells whether a compiler wrote it of a data or case class: parts of it, a copy of it. */
    static boolean generated(Method method) {
        return method.getName().matches("component\\d+|_\\d+")
                || method.getName().equals("copy")
                        && method.getReturnType() == method.getDeclaringClass();
    }

    /** A class at hand that can stand where an abstract one is asked for; null for none. */
    private static Holder implementation(Class<?> type) {
        if (!(type.getClassLoader() instanceof ClassBytes.Loader loader)) {
            // A library has the same in narrower numbers, too: they are what nobody asked for.
            Holder narrow = null;
            for (String name : beside(type).toList()) {
                Holder holder = implementation(type, name, type.getClassLoader());
                if (holder != null && holder.stored(0.1) == 0.1) {
                    return holder;
                }
                narrow = narrow == null ? holder : narrow;
            }
            return narrow;
        }
        // Every loading of the port has the same classes: only the first is searched.
        String known = loader.implementations().get(type.getName());
        if (known != null) {
            return known.isEmpty() ? null : implementation(type, known, loader);
        }
        for (String name : loader.names()) {
            Holder holder = implementation(type, name, loader);
            if (holder != null) {
                loader.implementations().put(type.getName(), name);
                return holder;
            }
        }
        if (!met) {
            loader.implementations().put(type.getName(), "");
        }
        return null;
    }

    /** The names of the classes that a library keeps in the package of one of them. */
    static Stream<String> beside(Class<?> type) {
        CodeSource place = type.getProtectionDomain().getCodeSource();
        String folder = type.getPackageName().replace('.', '/') + "/";
        Pattern inside = Pattern.compile(Pattern.quote(folder) + "[^/$]+(?=\\.class)");
        if (place == null || !place.getLocation().getPath().endsWith(".jar")) {
            return Stream.empty();
        }
        try (JarFile jar = new JarFile(new File(place.getLocation().toURI()))) {
            return jar.stream().map(entry -> inside.matcher(entry.getName()))
                    .filter(Matcher::lookingAt).map(found -> found.group().replace('/', '.'))
                    .sorted().toList().stream();
        } catch (IOException | URISyntaxException unreadable) {
            return Stream.empty();
        }
    }

    private static Holder implementation(Class<?> type, String name, ClassLoader loader) {
        try {
            Class<?> other = Class.forName(name, false, loader);
            boolean fits = other != type && type.isAssignableFrom(other);
            return fits ? concrete(other) : null;
        } catch (ClassNotFoundException | LinkageError unlinked) {
            return null; // a class that cannot be loaded is nothing to stand in
        }
    }

    /** Holds an array itself, or in a part of it; one that has gradients, too, goes first. */
    private static Holder concrete(Class<?> type) {
        OwnHolder holder = OwnHolder.of(type);
        if (holder != null && holder.carries()) {
            return holder;
        }
        PartHolder parts = PartHolder.of(type);
        if (parts != null || holder != null) {
            return parts == null ? holder : parts;
        }
        Class<?> doubles = ofDoubles(type);
        return doubles == null ? AccessHolder.of(type) : concrete(doubles);
    }

    /** The class in which Scala keeps what a generic one is for doubles; null where it has none. */
    static Class<?> ofDoubles(Class<?> type) {
        if (type.getTypeParameters().length == 0) {
            return null;
        }
        try {
            Class<?> doubles = Class.forName(
                    type.getName() + "$mcD$sp", false, type.getClassLoader());
            return type.isAssignableFrom(doubles) ? doubles : null;
        } catch (ClassNotFoundException absent) {
            return null;
        }
    }

    /** A schedule of a number that never changes; nothing for an interface of another kind. */
    private static Accepts constant(Class<?> type) {
        List<Method> asked = Arrays.stream(type.getMethods())
                .filter(method -> Modifier.isAbstract(method.getModifiers())).toList();
        Class<?> answer = asked.size() == 1 ? asked.get(0).getReturnType() : null;
        boolean single = answer == float.class;
        boolean told = answer != null && Arrays.stream(asked.get(0).getParameterTypes())
                .anyMatch(given -> !given.isPrimitive());
        if (told || !single && answer != double.class) {
            return Accepts.OTHER;
        }
        Accepts number = single ? Accepts.number("float32", value -> (float) value)
                : Accepts.number("float64", value -> value);
        return new Accepts("number", number.element(), List.of(), null, value ->
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type},
                        (self, method, given) -> method.isDefault()
                                ? Bare.byDefault(self, method, given)
                                : method.getReturnType() == answer ? number.number().apply(value)
                                : method.invoke(value, given)), false);
    }

    /** The class of that name in another loading of the port. */
    static Class<?> in(Class<?> type, ClassLoader loader) {
        try {
            return Class.forName(type.getName(), false, loader);
        } catch (ClassNotFoundException absent) {
            throw new NoClassDefFoundError(type.getName());
        }
    }

    static synchronized Accepts accepts(Class<?> type) {
        Accepts known = KNOWN.get(type);
        if (known != null) {
            return known;
        }
        // Classes may hold each other in a circle, or in a chain as long as a project.
        looks = OPEN.isEmpty() ? 0 : looks + 1;
        if (OPEN.size() == DEEPEST || looks > MOST || !OPEN.add(type)) {
            met = true;
            return Accepts.OTHER;
        }
        try {
            Accepts accepts = look(type);
            if (!met || OPEN.size() == 1) {
                KNOWN.put(type, accepts);
            }
            return accepts;
        } finally {
            OPEN.remove(type);
            met &= !OPEN.isEmpty();
        }
    }

    private static Accepts look(Class<?> type) {
        Source source = Source.of(type);
        if (source != null && !source.weights()) {
            Accepts arrays = source.arrays();
            return new Accepts("source", arrays.element(), arrays.storages(), arrays.holder(), null,
                    false);
        }
        Holder holder;
        try {
            // One that only hands over weights and gradients computes nothing of its own.
            holder = type.isInterface() ? ProxyHolder.ofArrays(type) : null;
            holder = holder != null ? holder
                    : type.isInterface() || Modifier.isAbstract(type.getModifiers())
                    ? implementation(type) : concrete(type);
            if (holder == null && type.isInterface()) {
                Accepts constant = constant(type);
                holder = constant == Accepts.OTHER ? ProxyHolder.of(type) : null;
                if (holder == null) {
                    return constant;
                }
            }
        } catch (LinkageError unlinked) {
            return Accepts.OTHER;
        }
        if (holder == null) {
            return Accepts.OTHER;
        }
        String element = holder.stored(0.1) == 0.1 ? "float64" : "float32";
        Holder alone = holder.weightsAlone();
        Holder chosen = holder;
        Accepts held = Accepts.held("array", element, storage -> chosen);
        return (alone == null ? held : held.open(List.of("weights and biases", "weights"),
                storage -> storage == 0 ? chosen : alone)).carrying(holder.gradients() != null);
    }
}
