// The wire protocol of rmsproof: requests from standard input, a JSON object a line, are answered
// on standard output, a line each, flushed. What is not finite is written as text.
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json.Nodes;

using var requests = new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false));
using var replies = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false))
{
    NewLine = "\n",
    AutoFlush = true,
};
while (requests.ReadLine() is { } line)
{
    var request = JsonNode.Parse(line)!.AsObject();
    if (Text(request, "do") == "quit")
    {
        break;
    }
    JsonObject reply;
    try
    {
        reply = Answered(request);
    }
    catch (Exception error)
    {
        reply = new JsonObject { ["error"] = error.Message };
    }
    reply["id"] = request["id"]!.DeepClone();
    replies.WriteLine(reply.ToJsonString());
}

static JsonObject Answered(JsonObject request)
{
    var asked = Text(request, "do");
    if (asked == "describe" && request["echo"] is JsonArray echo)
    {
        return new JsonObject { ["echo"] = Written(Row<double>(echo)) };
    }
    if (asked == "describe")
    {
        return new JsonObject
        {
            ["protocol"] = 1,
            ["name"] = "rmsprop",
            ["language"] = "csharp",
            ["precision"] = new JsonArray("float64", "float32"),
            ["echo"] = true,
            ["state"] = true,
        };
    }
    if (asked != "run")
    {
        return new JsonObject { ["error"] = $"unknown request {asked}" };
    }
    foreach (var (name, _) in request["options"]!.AsObject())
    {
        return new JsonObject { ["unsupported"] = $"it takes no option {name}" };
    }
    var precision = Text(request, "precision");
    return precision switch
    {
        "float64" => Run<double>(request),
        "float32" => Run<float>(request),
        _ => new JsonObject { ["unsupported"] = $"it does not compute in {precision}" },
    };
}

static JsonObject Run<T>(JsonObject request)
    where T : IFloatingPointIeee754<T>
{
    var given = new[] { "learning_rate", "decay_rate", "epsilon" }
        .Select(name => T.CreateTruncating(Number(request[name]))).ToArray();
    var optimizer = new RMSProp<T>(given[0], given[1], given[2]);
    var weights = Arrays<T>(request["weights"]);
    foreach (var (name, w) in weights)
    {
        optimizer.MovingAverage[name] = new T[w.Length];
    }
    var after = new JsonArray();
    var averages = new JsonArray();
    foreach (var gradients in request["gradients"]!.AsArray())
    {
        optimizer.Step(Arrays<T>(gradients), weights);
        after.Add(AllWritten(weights));
        averages.Add(AllWritten(optimizer.MovingAverage));
    }
    return new JsonObject { ["weights"] = after, ["moving_average"] = averages };
}

static string Text(JsonObject request, string key) => request[key]!.GetValue<string>();

// A number, or one of the texts "NaN", "Infinity" and "-Infinity".
static double Number(JsonNode? value) =>
    double.Parse(value!.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture);

static T[] Row<T>(JsonNode? row)
    where T : IFloatingPointIeee754<T> =>
    row!.AsArray().Select(value => T.CreateTruncating(Number(value))).ToArray();

static Dictionary<string, T[]> Arrays<T>(JsonNode? arrays)
    where T : IFloatingPointIeee754<T> =>
    arrays!.AsObject().ToDictionary(pair => pair.Key, pair => Row<T>(pair.Value));

static JsonArray Written<T>(T[] row)
    where T : IFloatingPointIeee754<T> =>
    new(row.Select(x => (JsonNode)OneWritten(double.CreateTruncating(x))).ToArray());

// A float is widened to a double, which is written as the shortest decimal that reads back.
static JsonNode OneWritten(double x) =>
    double.IsFinite(x)
        ? JsonValue.Create(x)
        : JsonValue.Create(double.IsNaN(x) ? "NaN" : x > 0 ? "Infinity" : "-Infinity")!;

static JsonObject AllWritten<T>(Dictionary<string, T[]> arrays)
    where T : IFloatingPointIeee754<T> =>
    new(arrays.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)Written(pair.Value))));
