package rmsproof.adapter;

import java.util.Collection;
import java.util.Map;
import java.util.Set;

/** What steps, with all that it steps on: an object, or a function and its arguments. */
public interface Graph {

    /** Numbers that parameters asked for, but for the step's own: by path, as given. */
    Map<String, Double> asked();

    /** Numbers that settings have which the constructor is handed: by path, as they are or given. */
    Map<String, Double> offered();

    /** All numbers that can be reached now. */
    Map<String, Cell> cells();

    /** Leaves what it shares with others of its class as it was when it was made. */
    void leave();

    /** Fields that were filled since nothing was in them, by class and name. */
    default Set<String> filled() {
        return Set.of();
    }

    /** What of the port's own could make what some numbers lie in. */
    default Collection<String> makers(Collection<String> paths) {
        return Set.of();
    }

    /** The numbers among these that it could have been told in a way that was not taken. */
    default Map<String, Cell> settings() {
        return Map.of();
    }

    /** Takes the step of this number, from 1. */
    void step(int turn) throws ReflectiveOperationException;

    /** The numbers where the array that one lies in gives way to another, as one that came back. */
    default Map<String, Cell> renewed(String path) {
        return cells();
    }
}
