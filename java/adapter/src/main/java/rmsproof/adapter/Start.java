package rmsproof.adapter;

import java.util.function.Function;

/**
 * What a port is made with.
 *
 * @param size how many numbers it will be given in all
 * @param weights makes the weights that a constructor is handed, of the classes of a loading
 */
public record Start(int size, Function<ClassLoader, Object> weights) {}
