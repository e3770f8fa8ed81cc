package rmsproof.adapter;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;

/** A {@code run} request as flat arrays. */
record Scenario(String precision, String[] roles, double[] values, Layout layout,
        double[] weights, int steps, double[] gradients, byte[] present) {

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
        JsonObject weights = Stdio.object(Stdio.member(request, "weights"), "weights");
        String[] names = weights.keySet().toArray(String[]::new);
        int[] lengths = new int[names.length];
        for (int j = 0; j < names.length; j++) {
            lengths[j] = Stdio.array(weights.get(names[j]), "weights." + names[j]).size();
        }
        Layout layout = Layout.of(names, lengths);
        double[] initial = new double[layout.size()];
        fill(layout, weights, initial, 0, "weights", new byte[names.length], 0);

        JsonArray steps = Stdio.array(Stdio.member(request, "gradients"), "gradients");
        double[] gradients = new double[Math.multiplyExact(steps.size(), layout.size())];
        byte[] present = new byte[steps.size() * names.length];
        for (int s = 0; s < steps.size(); s++) {
            String what = "gradients of step " + (s + 1);
            fill(layout, Stdio.object(steps.get(s), what), gradients, s * layout.size(), what,
                    present, s * names.length);
        }
        return new Scenario(Stdio.text(request, "precision"), roles.toArray(String[]::new),
                values.stream().mapToDouble(Double::doubleValue).toArray(), layout, initial,
                steps.size(), gradients, present);
    }

    private static void fill(Layout layout, JsonObject arrays, double[] into, int from,
            String what, byte[] present, int row) {
        int known = 0;
        for (int j = 0; j < layout.count(); j++) {
            JsonElement value = arrays.get(layout.names()[j]);
            if (value == null) {
                continue;
            }
            known++;
            present[row + j] = 1;
            JsonArray array = Stdio.array(value, what);
            if (array.size() != layout.lengths()[j]) {
                throw new IllegalArgumentException(what + ": array " + layout.names()[j] + " has "
                        + array.size() + " values, not " + layout.lengths()[j]);
            }
            int next = from + layout.offsets()[j];
            for (JsonElement number : array) {
                into[next++] = Json.number(number);
            }
        }
        if (known != arrays.size()) {
            throw new IllegalArgumentException(what + " names an array that weights do not");
        }
    }
}
