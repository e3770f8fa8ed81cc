package rmsproof.adapter;

import java.io.IOException;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.lang.reflect.Modifier;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Prints, a line each, this runtime's public classes that have one of the simple names given:
 * what a source could import under that name. Nested classes are among them.
 */
public final class PublicClasses {
    private static final String SUFFIX = ".class";

    private PublicClasses() {}

    public static void main(String[] names) throws IOException {
        Set<String> wanted = new HashSet<>(List.of(names));
        Set<String> found = new TreeSet<>();
        for (ModuleReference module : ModuleFinder.ofSystem().findAll()) {
            collect(module, wanted, found);
        }
        found.forEach(System.out::println);
    }

    private static void collect(ModuleReference module, Set<String> wanted, Set<String> found)
            throws IOException {
        Set<String> exported = module.descriptor().exports().stream()
                .filter(exports -> !exports.isQualified())
                .map(Exports::source)
                .collect(Collectors.toSet());
        // A module that was not resolved at start (incubating ones) offers nothing to a source.
        Module loaded = ModuleLayer.boot().findModule(module.descriptor().name()).orElse(null);
        if (exported.isEmpty() || loaded == null) {
            return;
        }
        try (ModuleReader reader = module.open(); Stream<String> resources = reader.list()) {
            resources.filter(path -> path.endsWith(SUFFIX))
                    .map(path -> path.substring(0, path.length() - SUFFIX.length()))
                    .filter(path -> wanted.contains(simpleName(path)))
                    .map(path -> path.replace('/', '.'))
                    .filter(name -> exported.contains(
                            name.substring(0, Math.max(0, name.lastIndexOf('.')))))
                    .map(name -> Class.forName(loaded, name))
                    .filter(type -> type != null && isPublic(type))
                    .forEach(type -> found.add(type.getCanonicalName()));
        }
    }

    private static String simpleName(String path) {
        return path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('$')) + 1);
    }

    /** Public all the way out, and with a name that a source can say. */
    private static boolean isPublic(Class<?> type) {
        for (Class<?> at = type; at != null; at = at.getDeclaringClass()) {
            if (!Modifier.isPublic(at.getModifiers())) {
                return false;
            }
        }
        return type.getCanonicalName() != null;
    }
}
