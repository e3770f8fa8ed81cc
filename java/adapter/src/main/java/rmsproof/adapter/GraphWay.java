package rmsproof.adapter;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A way to feed an object's own step: which of the numbers that it reaches are weights, which are
 * their gradients.
 *
 * @param plan how the object is made
 * @param mode {@code weights} where they are changed in place, {@code turned} where by what is the
 *     gradients' negative; {@code returned}; {@code step} and
 *     {@code ascent} where what comes back has yet to be subtracted or added, {@code rate} where it
 *     has to be multiplied by the learning rate first; {@code factor} and {@code rated} where it has
 *     to be multiplied by the gradient, and by the learning rate
 * @param pairs each weight and its gradient
 * @param rest what stands for numbers that have influence and that nobody gives
 * @param others the paths of these
 * @param factors whether nothing moves where they are 0
 * @param numbers single numbers that have influence: by path, as they are where nobody gives them
 * @param asked those of them that parameters ask for: they have no value of their own
 * @param idle single numbers that somebody may give and that a first step does not depend on
 * @param still those that several steps do not depend on, either
 * @param ours what a step remembers and that begins as it was made up, as zeros
 * @param precision what its weights are stored in
 */
record GraphWay(GraphPlan plan, String mode, List<Pair> pairs, double rest,
        List<String> others, boolean factors, Map<String, Double> numbers,
        List<String> asked, List<String> idle, List<String> still, List<String> ours,
        String precision) {

    /**
     * The paths of one number.
     *
     * @param weight where it is put before a step; empty where it is put nowhere
     * @param gradient where its gradient is put
     * @param result where it is, or its step, afterwards
     */
    record Pair(String weight, String gradient, String result) {}

    GraphWay {
        numbers = new LinkedHashMap<>(numbers);
        numbers.values().removeIf(number -> !Double.isFinite(number));
    }

    /** As a binding has it, and as {@link #of} reads it. */
    JsonObject json() {
        Map<String, Object> made = new LinkedHashMap<>(Map.of("type", plan.type(),
                "constructor", plan.constructor(), "via", plan.via(), "first", plan.first(),
                "method", plan.method(), "prepared", plan.prepared(),
                "completed", plan.completed(), "answered", plan.answered(), "left", plan.left(),
                "begun", plan.begun()));
        made.put("size", plan.size());
        Map<String, Object> way = new LinkedHashMap<>(Map.of("plan", made, "mode", mode,
                "rest", rest, "others", others, "pairs", pairs.stream().map(pair ->
                        List.of(pair.weight, pair.gradient, pair.result)).toList(),
                "numbers", numbers, "asked", asked, "precision", precision));
        way.putAll(Map.of("factors", factors, "idle", idle, "still", still, "ours", ours));
        return Json.tree(way).getAsJsonObject();
    }

    static GraphWay of(JsonObject json) {
        JsonObject plan = json.getAsJsonObject("plan");
        List<Pair> pairs = new ArrayList<>();
        for (JsonElement each : json.getAsJsonArray("pairs")) {
            JsonArray paths = each.getAsJsonArray();
            pairs.add(new Pair(paths.get(0).getAsString(), paths.get(1).getAsString(),
                    paths.get(2).getAsString()));
        }
        Map<String, Double> numbers = new LinkedHashMap<>();
        json.getAsJsonObject("numbers").entrySet().forEach(
                entry -> numbers.put(entry.getKey(), entry.getValue().getAsDouble()));
        return new GraphWay(new GraphPlan(plan.get("type").getAsString(),
                plan.get("constructor").getAsInt(), plan.get("via").getAsString(),
                plan.get("first").getAsString(), plan.get("method").getAsString(),
                plan.get("prepared").getAsBoolean(), plan.get("completed").getAsBoolean(),
                plan.get("answered").getAsBoolean(), words(plan, "left"),
                words(plan, "begun"),
                plan.get("size").getAsInt()), json.get("mode").getAsString(), pairs,
                json.get("rest").getAsDouble(), words(json, "others"),
                json.get("factors").getAsBoolean(), numbers,
                words(json, "asked"), words(json, "idle"), words(json, "still"),
                words(json, "ours"), json.get("precision").getAsString());
    }

    private static List<String> words(JsonObject json, String key) {
        List<String> words = new ArrayList<>();
        json.getAsJsonArray(key).forEach(word -> words.add(word.getAsString()));
        return words;
    }
}
