// The wire protocol of rmsproof: requests from standard input, a JSON object a line, are answered
// on standard output, a line each, flushed. What is not finite is written as text.
import Foundation

/// A JSON number, or one of the texts NaN, Infinity and -Infinity.
struct Wire: Codable {
    let number: Double

    init(_ number: Double) { self.number = number }

    init(from decoder: Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let number = try? value.decode(Double.self) {
            self.number = number
        } else {
            number = Double(try value.decode(String.self)) ?? .nan
        }
    }

    func encode(to encoder: Encoder) throws {
        var value = encoder.singleValueContainer()
        if number.isFinite {
            try value.encode(number)
        } else {
            try value.encode(number.isNaN ? "NaN" : number > 0 ? "Infinity" : "-Infinity")
        }
    }
}

struct Request: Decodable {
    let id: Int?
    let `do`: String
    let echo: [Wire]?
    let precision: String?
    let learning_rate, decay_rate, epsilon: Wire?
    let options: [String: Wire]?
    let weights: [String: [Wire]]?
    let gradients: [[String: [Wire]]]?
}

/// A reply; what is nil is not written.
struct Reply: Encodable {
    var id: Int?
    var `protocol`: Int?
    var name, language: String?
    var precision: [String]?
    var echoes, state: Bool?
    var echo: [Wire]?
    var weights, moving_average: [[String: [Wire]]]?
    var unsupported, error: String?

    enum Key: String, CodingKey {
        case id, `protocol`, name, language, precision, echo, state, weights, moving_average
        case unsupported, error
    }

    func encode(to encoder: Encoder) throws {
        var fields = encoder.container(keyedBy: Key.self)
        try fields.encodeIfPresent(id, forKey: .id)
        try fields.encodeIfPresent(`protocol`, forKey: .protocol)
        try fields.encodeIfPresent(name, forKey: .name)
        try fields.encodeIfPresent(language, forKey: .language)
        try fields.encodeIfPresent(precision, forKey: .precision)
        try fields.encodeIfPresent(echoes, forKey: .echo)
        try fields.encodeIfPresent(echo, forKey: .echo)
        try fields.encodeIfPresent(state, forKey: .state)
        try fields.encodeIfPresent(weights, forKey: .weights)
        try fields.encodeIfPresent(moving_average, forKey: .moving_average)
        try fields.encodeIfPresent(unsupported, forKey: .unsupported)
        try fields.encodeIfPresent(error, forKey: .error)
    }
}

func read<Number: BinaryFloatingPoint>(_ arrays: [String: [Wire]]) -> Arrays<Number> {
    arrays.mapValues { row in row.map { Number($0.number) } }
}

func written<Number: BinaryFloatingPoint>(_ arrays: Arrays<Number>) -> [String: [Wire]] {
    arrays.mapValues { row in row.map { Wire(Double($0)) } }
}

func run<Number: BinaryFloatingPoint>(_ request: Request, in _: Number.Type) -> Reply {
    guard let rate = request.learning_rate, let decay = request.decay_rate,
        let epsilon = request.epsilon, let given = request.weights,
        let gradients = request.gradients
    else { return Reply(error: "the request lacks a field") }
    var optimizer = RMSProp<Number>(
        learningRate: Number(rate.number), decayRate: Number(decay.number),
        epsilon: Number(epsilon.number))
    var weights: Arrays<Number> = read(given)
    optimizer.movingAverage = weights.mapValues { [Number](repeating: 0, count: $0.count) }
    var after: [[String: [Wire]]] = []
    var averages: [[String: [Wire]]] = []
    for step in gradients {
        optimizer.step(gradients: read(step), weights: &weights)
        after.append(written(weights))
        averages.append(written(optimizer.movingAverage))
    }
    return Reply(weights: after, moving_average: averages)
}

func answered(_ request: Request) -> Reply {
    if request.do == "describe" {
        if let echo = request.echo { return Reply(echo: echo) }
        return Reply(
            protocol: 1, name: "rmsprop", language: "swift", precision: ["float64", "float32"],
            echoes: true, state: true)
    }
    if request.do != "run" { return Reply(error: "unknown request \(request.do)") }
    if let name = request.options?.keys.first {
        return Reply(unsupported: "it takes no option \(name)")
    }
    switch request.precision {
    case "float64": return run(request, in: Double.self)
    case "float32": return run(request, in: Float.self)
    default:
        return Reply(unsupported: "it does not compute in \(request.precision ?? "")")
    }
}

while let line = readLine() {
    let request = try JSONDecoder().decode(Request.self, from: Data(line.utf8))
    if request.do == "quit" { break }
    var reply = answered(request)
    reply.id = request.id
    FileHandle.standardOutput.write(try JSONEncoder().encode(reply) + Data("\n".utf8))
}
