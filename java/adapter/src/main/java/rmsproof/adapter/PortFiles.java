package rmsproof.adapter;

import java.io.File;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;

/**
 * Where a port's program lies, and what it uses.
 *
 * @param classpath folders and jars of the port's own compiled classes, empty for Clojure
 * @param source the source file for Clojure, otherwise the empty string
 * @param libraries folders and jars of what it uses: for Clojure source roots too
 * @param own the full names of the top-level classes that are offered; empty for all
 */
public record PortFiles(String[] classpath, String source, String[] libraries, String[] own) {
    private static final String[] NONE = {};

    /** A port that uses nothing else. */
    public PortFiles(String[] classpath, String source) {
        this(classpath, source, NONE, NONE);
    }

    /** A loader of the libraries, in which the adapter's own classes are found first. */
    public ClassLoader loader() {
        ClassLoader parent = PortFiles.class.getClassLoader();
        if (libraries.length == 0) {
            return parent;
        }
        URL[] urls = new URL[libraries.length];
        for (int i = 0; i < urls.length; i++) {
            try {
                urls[i] = new File(libraries[i]).toURI().toURL();
            } catch (MalformedURLException impossible) {
                throw new UncheckedIOException(impossible);
            }
        }
        return new URLClassLoader(urls, parent);
    }

    /** Tells whether a class is one of those that are offered, or nested in one. */
    boolean offers(String className) {
        for (String name : own) {
            if (className.equals(name) || className.startsWith(name + "$")) {
                return true;
            }
        }
        return own.length == 0;
    }
}
