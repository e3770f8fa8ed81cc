package rmsproof.adapter;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Member;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** The compiled classes of a port, kept in memory so that they can be loaded again and again. */
final class ClassBytes {
    private static final String SUFFIX = ".class";

    private final Map<String, byte[]> classes = new TreeMap<>();
    private final ClassLoader libraries;
    private final Map<String, String> implementations = new ConcurrentHashMap<>();
    private final Map<String, ConstantPool> pools = new ConcurrentHashMap<>();

    private ClassBytes(ClassLoader libraries) {
        this.libraries = libraries;
    }

    /**
     * Reads every class file in the folders and jars.
     *
     * @param libraries finds the classes that are not among them
     * @throws IOException where one of them cannot be read
     */
    static ClassBytes read(String[] classpath, ClassLoader libraries) throws IOException {
        ClassBytes bytes = new ClassBytes(libraries);
        for (String entry : classpath) {
            Path path = Path.of(entry);
            if (Files.isDirectory(path)) {
                bytes.readFolder(path);
            } else {
                bytes.readJar(path);
            }
        }
        return bytes;
    }

    private void readFolder(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(folder)) {
            files = walk.filter(file -> file.toString().endsWith(SUFFIX)).toList();
        }
        for (Path file : files) {
            String name = folder.relativize(file).toString().replace(File.separatorChar, '/');
            keep(name, Files.readAllBytes(file));
        }
    }

    private void readJar(Path path) throws IOException {
        try (JarFile jar = new JarFile(path.toFile())) {
            Enumeration<JarEntry> entries = jar.entries();
            while (entries.hasMoreElements()) {
                JarEntry entry = entries.nextElement();
                if (entry.getName().endsWith(SUFFIX) && !entry.getName().startsWith("META-INF/")) {
                    try (InputStream stream = jar.getInputStream(entry)) {
                        keep(entry.getName(), stream.readAllBytes());
                    }
                }
            }
        }
    }

    private void keep(String file, byte[] content) {
        String name = file.substring(0, file.length() - SUFFIX.length()).replace('/', '.');
        if (!name.endsWith("module-info") && !name.endsWith("package-info")) {
            classes.putIfAbsent(name, content);
        }
    }

    Iterable<String> names() {
        return classes.keySet();
    }

    boolean contains(String name) {
        return classes.containsKey(name);
    }

    /** Tells whether the code of a class names another one. */
    boolean mentions(String name, String other) {
        byte[] content = classes.get(name);
        return content != null && new String(content, StandardCharsets.ISO_8859_1)
                .contains(other.replace('.', '/'));
    }

    /** What the code of a class names. */
    ConstantPool pool(String name) {
        return pools.computeIfAbsent(name,
                each -> new ConstantPool(classes.getOrDefault(each, new byte[0])));
    }

    /** A loader in which no static of the port has been touched yet. */
    ClassLoader load() {
        return new Loader();
    }

    /** Prefers the port's own classes to any of the same name outside it. */
    final class Loader extends ClassLoader {
        private final Map<Class<?>, Member> handing = new ConcurrentHashMap<>();

        Loader() {
            super(libraries);
        }

        Iterable<String> names() {
            return classes.keySet();
        }

        ConstantPool pool(String name) {
            return ClassBytes.this.pool(name);
        }

        /** By an abstract type's name that of a class which can stand there; "" for none. */
        Map<String, String> implementations() {
            return implementations;
        }

        /** By a class of settings the static member that hands out the one object of it. */
        Map<Class<?>, Member> handing() {
            return handing;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            byte[] content = classes.get(name);
            if (content == null) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : defineClass(name, content, 0, content.length);
            }
        }
    }
}
