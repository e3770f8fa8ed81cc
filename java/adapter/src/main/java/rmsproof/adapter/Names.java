package rmsproof.adapter;

import java.util.List;
import java.util.Locale;

/** The names under which ports keep their moving average and return their weights. */
public final class Names {
    private Names() {}

    /** The likeliest first: where several fields fit, the first of these is looked at. */
    private static final List<String> AVERAGES = List.of(
            "movingaverage", "movingaverages", "movingavg", "runningaverage", "runningavg",
            "meansquare", "meansquares", "squareavg", "squareavgs", "squareaverage",
            "averagesquare", "avgsquare", "avgsq", "sqavg", "squaredavg", "squaredgrad",
            "squaredgrads", "squaredgradient", "squaredgradients", "gradsquared",
            "gradsquare", "meansquaredgradient", "expavgsq", "averages", "average", "avg", "avgs",
            "accumulators", "accumulator", "accumulated", "accum", "acc", "history", "caches",
            "cache", "rms", "eg2", "ms", "v", "s", "r", "state");

    private static final List<String> WEIGHTS =
            List.of("weights", "newweights", "updatedweights", "weight", "w", "parameters",
                    "params", "param", "parameter", "theta", "kernel", "coefficients", "data", "value",
                    "values", "pesos", "poids", "gewichte", "pesi");

    /** Position among the names of a moving average, or -1. */
    public static int average(String name) {
        return AVERAGES.indexOf(plain(name));
    }

    /** Tells whether a field or a parameter holds weights. */
    public static boolean weights(String name) {
        return WEIGHTS.contains(plain(name).replaceFirst("^(?:get|current)", ""));
    }

    /** Tells whether a field or a parameter holds gradients: gradient, dW, weightGradients. */
    public static boolean gradients(String name) {
        String plain = plain(name);
        return plain.contains("grad") || plain.startsWith("delta") || plain.startsWith("deriv")
                || plain.contains("slope")
                || name.matches("_?d_?[A-Z]\\w*|dw|db|dweights?|dbias(?:es)?|[gG]");
    }

    /** Tells whether a number is what is propagated back to a neuron. */
    static boolean error(String name) {
        return plain(name).matches(
                "(delta|error|errorterm|sensitivity|signal|errorsignal)s?|sensitivities");
    }

    /** Tells whether a number is what a layer answers with, of which a target is subtracted. */
    static boolean output(String name) {
        return plain(name).matches("(out|output|prediction|predicted|yhat)s?");
    }

    /** Tells whether one of several algorithms is this one. */
    public static boolean algorithm(String name) {
        return plain(name).contains("rmsprop");
    }

    /** Tells whether a field or a parameter holds biases, or their gradients. */
    static boolean biases(String name) {
        String plain = plain(name);
        return plain.contains("bias") || plain.matches("d?b[0-9]?");
    }

    /** Drops what a language's spelling adds: case, underscores, hyphens and a keyword's colon. */
    private static String plain(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[-_:$]", "");
    }
}
