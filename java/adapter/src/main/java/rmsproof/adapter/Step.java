package rmsproof.adapter;

/**
 * What an optimizer is called with.
 *
 * @param gradients the gradients, in the container that the port wants
 * @param weights the weights likewise, or null where the port is not given them
 * @param state the state that the port returned last, or an initial one
 * @param index which number of all it is, where one is given at a time
 * @param length how many numbers are given
 * @param number counts the steps, from 1
 * @param name the name of the array, where one is given at a time
 */
public record Step(Object gradients, Object weights, Object state, int index, int length,
        int number, String name) {}
