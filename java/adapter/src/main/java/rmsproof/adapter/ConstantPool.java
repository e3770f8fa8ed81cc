package rmsproof.adapter;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the code of a class names, as its class file lists it: texts, and members of any class. */
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

    private final byte[] content;
    private final List<String> texts = new ArrayList<>();
    private final Map<Integer, String> members = new TreeMap<>();

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
        } catch (IOException | RuntimeException ended) {
            members.clear();
        }
        texts.addAll(words.values());
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
        return members.entrySet().stream().filter(named -> named.getValue().equals(field))
                .anyMatch(named -> puts(named.getKey()));
    }

    private boolean puts(int field) {
        for (int at = START; at + 2 < content.length; at++) {
            if (PUTS.contains(content[at] & 0xff)
                    && ((content[at + 1] & 0xff) << 8 | content[at + 2] & 0xff) == field) {
                return true;
            }
        }
        return false;
    }
}
