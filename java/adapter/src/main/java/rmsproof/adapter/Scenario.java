package rmsproof.adapter;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;

/** A {@code run} request as flat arrays. */
record Scenario(String precision, String[] roles, double[] values, Layout layout,
        double[] weights, int steps, double[] gradients, byte[] present, boolean packed) {

    private static final List<String> REQUIRED = List.of("learning_rate", "decay_rate", "epsilon");

    /**
     * Reads a request.
     *
     * @throws IllegalArgumentException naming the field that is wrong
     */
    static Scenario of(JsonObject request) {
        List<String> roles = new ArrayList<>(REQUIRED);
        List<Double> values = new ArrayList<>();
        for (String role : REQUIRED) {
            values.add(Json.number(Stdio.member(request, role)));
        }
        if (request.has("options")) {
            JsonObject options = Stdio.object(request.get("options"), "options");
            options.entrySet().forEach(option -> {
                roles.add(option.getKey());
                values.add(Json.number(option.getValue()));
            });
        }
        boolean packed = request.has("arrays") && Stdio.text(request, "arrays").equals("base64");
        JsonObject weights = Stdio.object(Stdio.member(request, "weights"), "weights");
        String[] names = weights.keySet().toArray(String[]::new);
        double[][] arrays = new double[names.length][];
        int[] lengths = new int[names.length];
        for (int j = 0; j < names.length; j++) {
            arrays[j] = Json.doubles(weights.get(names[j]), "weights." + names[j], packed);
            lengths[j] = arrays[j].length;
        }
        Layout layout = Layout.of(names, lengths);
        double[] initial = new double[layout.size()];
        for (int j = 0; j < names.length; j++) {
            System.arraycopy(arrays[j], 0, initial, layout.offsets()[j], lengths[j]);
        }

        JsonArray steps = Stdio.array(Stdio.member(request, "gradients"), "gradients");
        double[] gradients = new double[Math.multiplyExact(steps.size(), layout.size())];
        byte[] present = new byte[steps.size() * names.length];
        for (int s = 0; s < steps.size(); s++) {
            String what = "gradients of step " + (s + 1);
            fill(layout, Stdio.object(steps.get(s), what), gradients, s * layout.size(), what,
                    present, s * names.length, packed);
        }
        return new Scenario(Stdio.text(request, "precision"), roles.toArray(String[]::new),
                values.stream().mapToDouble(Double::doubleValue).toArray(), layout, initial,
                steps.size(), gradients, present, packed);
    }

    private static void fill(Layout layout, JsonObject arrays, double[] into, int from,
            String what, byte[] present, int row, boolean packed) {
        int known = 0;
        for (int j = 0; j < layout.count(); j++) {
            JsonElement value = arrays.get(layout.names()[j]);
            if (value == null) {
                continue;
            }
            known++;
            present[row + j] = 1;
            double[] array = Json.doubles(value, what, packed);
            if (array.length != layout.lengths()[j]) {
                throw new IllegalArgumentException(what + ": array " + layout.names()[j] + " has "
                        + array.length + " values, not " + layout.lengths()[j]);
            }
            System.arraycopy(array, 0, into, from + layout.offsets()[j], array.length);
        }
        if (known != arrays.size()) {
            throw new IllegalArgumentException(what + " names an array that weights do not");
        }
    }
}
