package rmsproof.adapter;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;

/**
 * The standard streams as a port finds them: what it prints goes to standard error, its input is
 * empty, and what it closes or replaces the next port finds again.
 */
final class Streams {
    private static final PrintStream ERROR = System.err;

    private Streams() {}

    static void renew() {
        System.setIn(InputStream.nullInputStream());
        System.setOut(new PrintStream(new Shielded(ERROR), true));
        System.setErr(new PrintStream(new Shielded(ERROR), true));
    }

    /** Passes everything on but its own end. */
    private static final class Shielded extends FilterOutputStream {
        Shielded(OutputStream shielded) {
            super(shielded);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            out.flush();
        }
    }
}
