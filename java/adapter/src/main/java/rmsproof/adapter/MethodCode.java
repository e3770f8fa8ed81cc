package rmsproof.adapter;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;

/** The instructions of a method, as its class file has them. */
final class MethodCode {
    /** How long instructions are, by ranges of them: the last of a range, and its length. */
    private static final int[][] LENGTHS = {{0x0f, 1}, {0x10, 2}, {0x11, 3}, {0x12, 2}, {0x14, 3},
        {0x19, 2}, {0x35, 1}, {0x3a, 2}, {0x83, 1}, {0x84, 3}, {0x98, 1}, {0xa8, 3}, {0xa9, 2},
        {0xb1, 1}, {0xb8, 3}, {0xba, 5}, {0xbb, 3}, {0xbc, 2}, {0xbd, 3}, {0xbf, 1}, {0xc1, 3},
        {0xc3, 1}, {0xc4, 4}, {0xc5, 4}, {0xc7, 3}, {0xc9, 5}};
    private static final int TABLE = 0xaa;
    private static final int LOOKUP = 0xab;
    private static final int WIDE = 0xc4;
    private static final int COUNTING = 0x84;
    /** Where the instructions begin: behind how much there is of what else. */
    private static final int START = 8;
    private static final int JUMP = 0xa7;
    private static final int LOADED = 0x15;
    private static final int LAST_LOADED = 0x2d;
    private static final int FLOATS = 0x17;
    private static final int DOUBLES = 0x18;
    private static final int FIRST_FLOAT = 0x22;
    private static final int LAST_DOUBLE = 0x29;
    private static final Set<Integer> PUTS = Set.of(0xb3, 0xb5);
    private static final int FIELD = 0xb4;
    private static final int FIRST_CALL = 0xb6;
    private static final int LAST_CALL = 0xb9;
    /** Those that make a float of a double and a double of a float, and say what an object is. */
    private static final Set<Integer> CASTS = Set.of(0x8d, 0x90, 0xc0);
    private static final String ARITHMETIC = "java.lang.(?:Strict)?Math\\..*";

    private final byte[] content;
    private final IntFunction<String> members;
    private final List<Integer> places = new ArrayList<>();

    /**
     * @param content what a class file has of a method's code
     * @param members the fields and methods of which instructions have the numbers
     */
    MethodCode(byte[] content, IntFunction<String> members) {
        this.content = content;
        this.members = members;
        int end = START + number(4, 4);
        for (int at = START; at < end; at += length(at)) {
            places.add(at);
        }
    }

    private int number(int at, int bytes) {
        int number = 0;
        for (int i = at; i < at + bytes; i++) {
            number = number << Byte.SIZE | content[i] & 0xff;
        }
        return number;
    }

    private int length(int at) {
        int code = content[at] & 0xff;
        if (code == TABLE || code == LOOKUP) {
            int from = at + 4 - (at - START) % 4; // what follows begins at a multiple of four
            return code == TABLE
                    ? from + 12 + 4 * (number(from + 8, 4) - number(from + 4, 4) + 1) - at
                    : from + 8 + 8 * number(from + 4, 4) - at;
        } else if (code == WIDE && (content[at + 1] & 0xff) == COUNTING) {
            return 6;
        }
        int range = 0;
        while (LENGTHS[range][0] < code) {
            range++;
        }
        return LENGTHS[range][1];
    }

    /** Tells whether something is put into a field. */
    boolean puts(String field) {
        return places.stream().anyMatch(at -> puts(at, field));
    }

    private boolean puts(int at, String field) {
        return PUTS.contains(content[at] & 0xff) && field.equals(members.apply(number(at + 1, 2)));
    }

    /** The places among its variables of the numbers that are put into a field, as they are. */
    List<Integer> told(String field) {
        List<Integer> told = new ArrayList<>();
        for (int at : before(field)) {
            int code = content[at] & 0xff;
            if (code == FLOATS || code == DOUBLES) {
                told.add(content[at + 1] & 0xff);
            } else if (FIRST_FLOAT <= code && code <= LAST_DOUBLE) {
                told.add((code - FIRST_FLOAT) % 4);
            }
        }
        return told;
    }

    /** Tells whether what is put into a field comes from elsewhere: it is told, held or answered. */
    boolean fetches(String field) {
        return before(field).stream().anyMatch(at -> {
            int code = content[at] & 0xff;
            return LOADED <= code && code <= LAST_LOADED || code == FIELD
                    || FIRST_CALL <= code && code <= LAST_CALL
                            && !members.apply(number(at + 1, 2)).matches(ARITHMETIC);
        });
    }

    /** Where instructions stand that leave what is then put into a field. */
    private List<Integer> before(String field) {
        List<Integer> found = new ArrayList<>();
        places.stream().filter(at -> puts(at, field)).forEach(at -> leaving(at, found));
        return found;
    }

    /** Adds what goes before an instruction, at its place or by a jump to it, as of two ways. */
    private void leaving(int at, List<Integer> found) {
        for (int i = 1; i < places.size(); i++) {
            int one = places.get(i - 1);
            boolean jumps = (content[one] & 0xff) == JUMP;
            int next = jumps ? one + (short) number(one + 1, 2) : places.get(i);
            if (next != at) {
                continue;
            }
            int last = jumps && i > 1 ? places.get(i - 2) : one;
            if (CASTS.contains(content[last] & 0xff)) {
                leaving(last, found);
            } else {
                found.add(last);
            }
        }
    }
}
