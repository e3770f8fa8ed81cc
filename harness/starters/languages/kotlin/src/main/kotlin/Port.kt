// The wire protocol of rmsproof: requests from standard input, a JSON object a line, are answered
// on standard output, a line each, flushed. What is not finite is written as text.

import java.io.PrintStream
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive

fun main() {
    val replies = PrintStream(System.out, false, Charsets.UTF_8)
    for (line in System.`in`.bufferedReader(Charsets.UTF_8).lineSequence()) {
        val request = Json.parseToJsonElement(line).jsonObject
        if (request.text("do") == "quit") break
        val reply =
            try {
                answered(request)
            } catch (error: RuntimeException) {
                reply("error" to error.toString())
            }
        replies.print("${JsonObject(mapOf("id" to request.getValue("id")) + reply)}\n")
        replies.flush()
    }
}

private fun answered(request: JsonObject): JsonObject {
    val asked = request.text("do")
    val option = request["options"]?.jsonObject?.keys?.firstOrNull()
    return when {
        asked == "describe" && "echo" in request ->
            JsonObject(mapOf("echo" to written(numbers(request.getValue("echo")))))
        asked == "describe" ->
            reply(
                "protocol" to 1,
                "name" to "rmsprop",
                "language" to "kotlin",
                "precision" to "float64",
                "echo" to true,
                "state" to true,
            )
        asked != "run" -> reply("error" to "unknown request $asked")
        option != null -> reply("unsupported" to "it takes no option $option")
        request.text("precision") != "float64" ->
            reply("unsupported" to "it does not compute in ${request.text("precision")}")
        else -> run(request)
    }
}

private fun run(request: JsonObject): JsonObject {
    val (learningRate, decayRate, epsilon) =
        listOf("learning_rate", "decay_rate", "epsilon").map { number(request.getValue(it)) }
    val optimizer = RMSProp(learningRate, decayRate, epsilon)
    val weights = arrays(request.getValue("weights"))
    val after = mutableListOf<JsonElement>()
    val averages = mutableListOf<JsonElement>()
    for (gradients in request.getValue("gradients").jsonArray) {
        optimizer.step(arrays(gradients), weights)
        after += written(weights)
        averages +=
            written(weights.mapValues { (name, w) ->
                optimizer.movingAverage[name] ?: DoubleArray(w.size)
            })
    }
    return JsonObject(
        mapOf("weights" to JsonArray(after), "moving_average" to JsonArray(averages))
    )
}

private fun JsonObject.text(key: String) = getValue(key).jsonPrimitive.content

private fun reply(vararg fields: Pair<String, Any>) =
    JsonObject(
        fields.associate { (key, value) ->
            key to
                when (value) {
                    is Number -> JsonPrimitive(value)
                    is Boolean -> JsonPrimitive(value)
                    else -> JsonPrimitive(value.toString())
                }
        }
    )

private fun arrays(arrays: JsonElement): Arrays = arrays.jsonObject.mapValues { numbers(it.value) }

private fun numbers(row: JsonElement) = row.jsonArray.map(::number).toDoubleArray()

/** A number, or one of the texts "NaN", "Infinity" and "-Infinity". */
private fun number(value: JsonElement) = value.jsonPrimitive.content.toDouble()

private fun written(arrays: Arrays) = JsonObject(arrays.mapValues { written(it.value) })

private fun written(row: DoubleArray) =
    JsonArray(row.map { if (it.isFinite()) JsonPrimitive(it) else JsonPrimitive(it.toString()) })
