package rmsproof.adapter;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What the code of a class names, as its class file lists it: texts, and members of any class; and
 * what its methods put into fields.
 */
final class ConstantPool {
    /** Where the constants begin, and how many bytes each kind of them has. */
    private static final int START = 8;
    private static final int[] WIDTHS = {0, 0, 0, 4, 4, 8, 8, 2, 2, 4, 4, 4, 4, 0, 0, 3, 2, 4, 4, 2, 2};
    private static final int TEXT = 1;
    private static final int LONG = 5;
    private static final int DOUBLE = 6;
    private static final int WRITTEN = 8;
    private static final List<Integer> MEMBERS = List.of(9, 10, 11);
    private static final String CODE = "Code";

    private final List<String> texts = new ArrayList<>();
    private final Map<Integer, String> members = new TreeMap<>();
    private final Map<String, MethodCode> codes = new TreeMap<>();

    /** @param content a class file; what is no such thing names nothing */
    ConstantPool(byte[] content) {
        Map<Integer, String> words = new TreeMap<>();
        Map<Integer, int[]> pairs = new TreeMap<>();
        List<Integer> named = new ArrayList<>();
        List<Integer> written = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(content))) {
            in.skipBytes(START);
            for (int i = 1, count = in.readUnsignedShort(); i < count; i++) {
                int tag = in.readUnsignedByte();
                if (tag == TEXT) {
                    words.put(i, in.readUTF());
                    continue;
                }
                int width = WIDTHS[tag];
                if (width == 2 || width == 4) {
                    pairs.put(i, new int[] {in.readUnsignedShort(),
                            width == 4 ? in.readUnsignedShort() : 0});
                } else {
                    in.skipBytes(width);
                }
                if (MEMBERS.contains(tag)) {
                    named.add(i);
                } else if (tag == WRITTEN) {
                    written.add(i);
                }
                i += tag == LONG || tag == DOUBLE ? 1 : 0;
            }
            for (int member : named) { // a class and a name with its type, each by its place
                int[] parts = pairs.get(member);
                String owner = words.get(pairs.get(parts[0])[0]).replace('/', '.');
                members.put(member, owner + "." + words.get(pairs.get(parts[1])[0]));
            }
            in.skipBytes(6); // its access, itself and what it extends
            in.skipBytes(2 * in.readUnsignedShort());
            readMembers(in, words); // its fields
            readMembers(in, words); // its methods
        } catch (IOException | RuntimeException ended) {
            members.clear();
            codes.clear();
        }
        for (int text : written) {
            texts.add(words.get(pairs.get(text)[0]));
        }
        words.values().stream().filter(word -> !texts.contains(word)).toList().forEach(texts::add);
    }

    /** Reads the fields or the methods of a class file, and keeps the code that these have. */
    private void readMembers(DataInputStream in, Map<Integer, String> words) throws IOException {
        for (int left = in.readUnsignedShort(); left > 0; left--) {
            in.skipBytes(2);
            String name = words.get(in.readUnsignedShort()) + words.get(in.readUnsignedShort());
            for (int attributes = in.readUnsignedShort(); attributes > 0; attributes--) {
                String kind = words.get(in.readUnsignedShort());
                byte[] content = in.readNBytes(in.readInt());
                if (CODE.equals(kind)) {
                    codes.put(name, new MethodCode(content, members::get));
                }
            }
        }
    }

    /** What the code writes, then names of all kinds. */
    List<String> texts() {
        return texts;
    }

    /** The fields and methods that the code uses: class and name, with a dot between them. */
    List<String> members() {
        return List.copyOf(members.values());
    }

    /** Tells whether the code sets a field. */
    boolean sets(String field) {
        return any(code -> code.puts(field));
    }

    /**
     * The places among a method's variables of the numbers that it puts into a field, as they are.
     *
     * @param method its name and its descriptor
     */
    List<Integer> told(String method, String field) {
        MethodCode code = codes.get(method);
        return code == null ? List.of() : code.told(field);
    }

    /** Tells whether the code sets a field to what comes from elsewhere. */
    boolean fetches(String field) {
        return any(code -> code.fetches(field));
    }

    private boolean any(Predicate<MethodCode> asked) {
        return codes.values().stream().anyMatch(asked);
    }
}
