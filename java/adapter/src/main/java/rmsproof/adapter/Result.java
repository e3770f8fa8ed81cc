package rmsproof.adapter;

import java.util.Map;

/**
 * Finds the weights after a call: in the arrays given, in the entries of the map given, or in what
 * was returned. Once found in one place, that place is kept for the rest of the scenario.
 */
final class Result {
    /** Says that a call brought no state back. */
    static final Object NO_STATE = new Object();

    private enum Place { UNKNOWN, ENTRIES, RETURNED }

    private final Language language;
    private final Contents contents;
    private final boolean mutable;
    private final boolean takesState;
    private final Contents steps;
    private final String step;
    private Place place;
    private int pairPosition;
    private boolean moved;
    private boolean replaced;
    private Object container;

    Result(Language language, BoundPort port, Binding binding) {
        this.language = language;
        this.contents = new Contents(language, port.weights());
        this.mutable = port.weights().mutable();
        this.takesState = port.takesState();
        this.steps = new Contents(language, port.gradients());
        this.step = binding.step();
        this.place = switch (binding.result()) {
            case "entries" -> Place.ENTRIES;
            case "returned" -> Place.RETURNED;
            default -> Place.UNKNOWN;
        };
        this.pairPosition = switch (binding.pair()) {
            case "first" -> 0;
            case "second" -> 1;
            default -> -1;
        };
    }

    /** Where the weights were seen to move, in the words of {@link Steps#facts}. */
    String where() {
        if (!moved) {
            return "nowhere";
        } else if (place == Place.RETURNED) {
            return "returned";
        }
        return replaced ? "replaced" : "in place";
    }

    /** Which side of a returned pair the weights were, told by the numbers; empty if none. */
    String pair() {
        return switch (pairPosition) {
            case 0 -> "first";
            case 1 -> "second";
            default -> "";
        };
    }

    /** Whether weights came back that the port's own arrays cannot store. */
    boolean widened() {
        return contents.widened();
    }

    /** The container that the weights were read from last. */
    Object container() {
        return container;
    }

    /** The arrays in it. */
    Object[] arrays(Layout layout) throws GarbledException {
        return contents.arrays(layout, container);
    }

    /**
     * Reads the weights after a call.
     *
     * @param layout the arrays that took part
     * @param given what the port was given as weights
     * @param arrays the arrays as they were given
     * @param before the values given; flat, as {@code layout} says
     * @param after receives the values after the call, in the same places
     * @return the state the port returned, or {@link #NO_STATE}
     * @throws GarbledException where the weights cannot be read from their place
     */
    Object read(Layout layout, Object given, Object[] arrays, Object returned,
            double[] before, double[] after) throws GarbledException {
        container = given;
        if (place != Place.RETURNED) {
            readEntries(layout, given, arrays, before, after);
        }
        if (place == Place.ENTRIES && !takesState) {
            return NO_STATE;
        }
        Split split = split(layout, language.dereference(returned), before);
        if (split.weights == null
                && (place == Place.RETURNED || place == Place.UNKNOWN && unread(returned))) {
            throw new GarbledException("returned " + Numbers.describe(returned) + ", not weights",
                    place == Place.UNKNOWN);
        }
        if (place != Place.ENTRIES && split.weights != null) {
            contents.read(layout, split.weights, after);
            container = split.weights;
            if (differs(layout, before, after)) {
                place = Place.RETURNED;
                moved = true;
            }
        }
        if (split.state == NO_STATE && place == Place.ENTRIES && returned != given) {
            return stateAlone(layout, returned, after);
        }
        return split.state;
    }

    /**
     * Reads the weights that a call came to which takes all steps by itself.
     *
     * @throws GarbledException where it is something else
     */
    void see(Layout layout, Object seen, double[] before, double[] after)
            throws GarbledException {
        container = language.dereference(seen);
        contents.read(layout, container, after);
        place = Place.RETURNED;
        moved |= differs(layout, before, after);
    }

    /** Tells whether the port returns a step in place of weights. */
    boolean steps() {
        return !step.isEmpty();
    }

    /**
     * Takes the step that was returned, or left where the gradients were.
     *
     * @param given what the port was given as gradients
     * @param rate the learning rate, for a step that has yet to be multiplied by it
     * @throws GarbledException where it cannot be read
     */
    void take(Layout layout, Object given, Object returned, double rate, double[] before,
            double[] after) throws GarbledException {
        Object container = language.dereference(returned);
        steps.read(layout, container == null ? given : container, after);
        Holder holder = steps.holder();
        for (int j = 0; j < layout.count(); j++) {
            int end = layout.offsets()[j] + layout.lengths()[j];
            for (int i = layout.offsets()[j]; i < end; i++) {
                double scaled = step.equals("rate")
                        ? holder.stored(holder.stored(rate) * after[i]) : after[i];
                after[i] = holder.stored(
                        step.equals("add") ? before[i] + scaled : before[i] - scaled);
            }
        }
        place = Place.RETURNED;
        moved |= differs(layout, before, after);
    }

    private void readEntries(Layout layout, Object given, Object[] arrays,
            double[] before, double[] after) throws GarbledException {
        if (!mutable) {
            copy(layout, before, after);
            return;
        }
        contents.read(layout, given, after);
        if (differs(layout, before, after)) {
            place = Place.ENTRIES;
            moved = true;
            Object[] entries = contents.arrays(layout, given);
            for (int j = 0; j < arrays.length; j++) {
                replaced |= entries[j] != arrays[j];
            }
        }
    }

    /** What was returned, taken apart; weights null where there are none in it. */
    private record Split(Object weights, Object state) {
        static final Split NOTHING = new Split(null, NO_STATE);
    }

    /** Whether nobody can tell what is in a value, or why it has other parts: weights may be. */
    private boolean unread(Object returned) {
        Object value = language.dereference(returned);
        boolean plain = value == null || value instanceof Number || value instanceof Boolean
                || value instanceof CharSequence || value instanceof Enum;
        return !plain && !value.getClass().getName().matches("kotlin\\.Unit|scala\\.runtime\\..*")
                && language.map(value) == null;
    }

    private Split split(Layout layout, Object returned, double[] before) {
        if (returned == null) {
            return Split.NOTHING;
        }
        if (contents.resembled(layout, returned)) {
            return new Split(returned, NO_STATE);
        }
        Map<?, ?> map = language.map(returned);
        if (map != null) {
            return dictionary(map);
        }
        Object[] parts = language.pair(returned);
        if (parts == null) {
            return Split.NOTHING;
        }
        Object first = language.dereference(parts[0]);
        Object second = language.dereference(parts[1]);
        int position = pairPosition >= 0 ? pairPosition : position(layout, first, second, before);
        return switch (position) {
            case 0 -> new Split(first, parts[1]);
            case 1 -> new Split(second, parts[0]);
            default -> Split.NOTHING;
        };
    }

    /** Which of two parts is the weights: by structure, else the one nearer to those given. */
    private int position(Layout layout, Object first, Object second, double[] before) {
        double[] distances = {
            distance(layout, first, before), distance(layout, second, before)};
        if (distances[0] >= 0 && distances[1] >= 0) {
            int nearer = distances[0] <= distances[1] ? 0 : 1;
            // Empty arrays are equally near: they decide nothing for the steps to come.
            pairPosition = distances[0] != distances[1] ? nearer : pairPosition;
            return nearer;
        } else if (distances[0] >= 0 || distances[1] >= 0) {
            return distances[0] >= 0 ? 0 : 1;
        } else if (contents.resembled(layout, first)) {
            return 0;
        }
        return contents.resembled(layout, second) ? 1 : -1;
    }

    /** The sum of absolute differences, infinite where one is not finite; -1 if not readable. */
    private double distance(Layout layout, Object part, double[] before) {
        double[] values = new double[before.length];
        try {
            contents.read(layout, part, values);
        } catch (GarbledException misfit) {
            return -1;
        }
        double sum = 0;
        for (int j = 0; j < layout.count(); j++) {
            int end = layout.offsets()[j] + layout.lengths()[j];
            for (int i = layout.offsets()[j]; i < end; i++) {
                double difference = Math.abs(values[i] - before[i]);
                sum += Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
            }
        }
        return sum;
    }

    /** Takes a map such as {@code {:weights ... :state ...}} apart. */
    private Split dictionary(Map<?, ?> map) {
        Object weights = null;
        Object state = NO_STATE;
        int rank = Integer.MAX_VALUE;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            String key = String.valueOf(entry.getKey());
            int average = Names.average(key);
            if (Names.weights(key)) {
                weights = language.dereference(entry.getValue());
            } else if (average >= 0 && average < rank || state == NO_STATE) {
                state = entry.getValue();
                rank = average < 0 ? Integer.MAX_VALUE : average;
            }
        }
        return weights == null ? Split.NOTHING : new Split(weights, state);
    }

    /** Where the weights changed in place, a map or sequence returned beside them is the state. */
    private Object stateAlone(Layout layout, Object returned, double[] after) {
        if (language.map(returned) == null && language.sequence(returned) == null) {
            return NO_STATE;
        }
        return distance(layout, returned, after) == 0 ? NO_STATE : returned;
    }

    private static void copy(Layout layout, double[] from, double[] to) {
        for (int j = 0; j < layout.count(); j++) {
            int offset = layout.offsets()[j];
            System.arraycopy(from, offset, to, offset, layout.lengths()[j]);
        }
    }

    private static boolean differs(Layout layout, double[] before, double[] after) {
        for (int j = 0; j < layout.count(); j++) {
            int end = layout.offsets()[j] + layout.lengths()[j];
            for (int i = layout.offsets()[j]; i < end; i++) {
                if (Double.doubleToLongBits(before[i]) != Double.doubleToLongBits(after[i])) {
                    return true;
                }
            }
        }
        return false;
    }
}
