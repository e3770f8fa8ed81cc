package rmsproof.adapter;

import java.util.function.Consumer;

/**
 * One number that can be reached.
 *
 * @param narrow whether it is a float
 * @param open whether whoever uses what holds it can set it, too
 */
public record Cell(double value, boolean narrow, boolean open, Consumer<Object> setter) {
    void set(double number) {
        setter.accept(narrow ? (Object) (float) number : (Object) number);
    }
}
