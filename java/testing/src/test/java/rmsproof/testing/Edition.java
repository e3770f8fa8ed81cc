package rmsproof.testing;

import java.io.ByteArrayOutputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.tools.ToolProvider;

/** An edition of java/editions, compiled and called by reflection: its class has no package. */
record Edition(Constructor<?> constructor, Method method, Class<?> number) {

    static Edition compiled(String name, Class<?> number, Path folder) throws Exception {
        Path source = Path.of(System.getProperty("basedir", "."), "..", "editions", name,
                "RMSProp.java");
        Path classes = Files.createDirectories(folder.resolve(name));
        ByteArrayOutputStream messages = new ByteArrayOutputStream();
        int status = ToolProvider.getSystemJavaCompiler().run(null, messages, messages,
                "-d", classes.toString(), source.toString());
        if (status != 0) {
            throw new IllegalArgumentException(messages.toString());
        }
        Class<?> loaded = new URLClassLoader(new URL[] {classes.toUri().toURL()})
                .loadClass("RMSProp");
        return new Edition(loaded.getConstructor(number, number, number),
                loaded.getMethod("updateWeights", Map.class, Map.class), number);
    }

    /** An optimizer with a golden's hyperparameters, which changes weights in place. */
    <A> Update<A> made(Golden golden) {
        Object optimizer = called(() -> constructor.newInstance(number(golden.learningRate()),
                number(golden.decayRate()), number(golden.epsilon())));
        return (gradients, weights) -> {
            called(() -> method.invoke(optimizer, gradients, weights));
            return weights;
        };
    }

    private Number number(double value) {
        return number == float.class ? (Number) (float) value : (Number) value;
    }

    private interface Call {
        Object now() throws ReflectiveOperationException;
    }

    private static Object called(Call call) {
        try {
            return call.now();
        } catch (ReflectiveOperationException refused) {
            throw new IllegalStateException(refused);
        }
    }
}
