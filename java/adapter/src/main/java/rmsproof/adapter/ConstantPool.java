package rmsproof.adapter;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

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
    private static final List<Integer> MEMBERS = List.of(9, 10, 11);
    /** The instructions that put a value into a field, a static one first. */
    private static final List<Integer> PUTS = List.of(0xb3, 0xb5);
    /** Those that take a float or a double that a method is told, by its place or at the first. */
    private static final List<Integer> TOLD = List.of(0x17, 0x18);
    private static final int FIRST_TOLD = 0x22;
    private static final int LAST_TOLD = 0x29;
    /** Those that make a float of a double and a double of a float. */
    private static final List<Integer> CASTS = List.of(0x8d, 0x90);
    private static final String CODE = "Code";

    private final byte[] content;
    private final List<String> texts = new ArrayList<>();
    private final Map<Integer, String> members = new TreeMap<>();
    private final Map<String, List<byte[]>> codes = new TreeMap<>();

    /** @param content a class file; what is no such thing names nothing */
    ConstantPool(byte[] content) {
        this.content = content;
        Map<Integer, String> words = new TreeMap<>();
        Map<Integer, int[]> pairs = new TreeMap<>();
        List<Integer> named = new ArrayList<>();
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
        }
        texts.addAll(words.values());
    }

    /** Reads the fields or the methods of a class file, and keeps the code that these have. */
    private void readMembers(DataInputStream in, Map<Integer, String> words) throws IOException {
        for (int left = in.readUnsignedShort(); left > 0; left--) {
            in.skipBytes(2);
            String name = words.get(in.readUnsignedShort());
            in.skipBytes(2);
            for (int attributes = in.readUnsignedShort(); attributes > 0; attributes--) {
                String kind = words.get(in.readUnsignedShort());
                byte[] content = in.readNBytes(in.readInt());
                if (CODE.equals(kind)) {
                    codes.computeIfAbsent(name, any -> new ArrayList<>()).add(content);
                }
            }
        }
    }

    /** Names of all kinds, and what the code writes. */
    List<String> texts() {
        return texts;
    }

    /** The fields and methods that the code uses: class and name, with a dot between them. */
    List<String> members() {
        return List.copyOf(members.values());
    }

    /** Tells whether the code sets a field. */
    boolean sets(String field) {
        return putting(field, content).anyMatch(at -> true);
    }

    /** Tells whether a method puts a number that it is told into a field, as it is. */
    boolean tells(String method, String field) {
        return codes.getOrDefault(method, List.of()).stream().anyMatch(code ->
                putting(field, code).anyMatch(at -> isTold(code, at - 1)
                        || CASTS.contains(code[at - 1] & 0xff) && isTold(code, at - 2)));
    }

    /** Tells whether an instruction that ends at a place takes a number that a method is told. */
    private static boolean isTold(byte[] code, int at) {
        int last = code[at] & 0xff;
        return FIRST_TOLD <= last && last <= LAST_TOLD || TOLD.contains(code[at - 1] & 0xff);
    }

    /** Where bytes put something into a field, behind a few others. */
    private IntStream putting(String field, byte[] bytes) {
        List<Integer> places = members.entrySet().stream()
                .filter(named -> named.getValue().equals(field)).map(Map.Entry::getKey).toList();
        return places.isEmpty() ? IntStream.empty()
                : IntStream.range(START, bytes.length - 2).filter(at ->
                        PUTS.contains(bytes[at] & 0xff) && places.contains(
                                (bytes[at + 1] & 0xff) << 8 | bytes[at + 2] & 0xff));
    }
}
