typealias Arrays<Number> = [String: [Number]]

/// RMSProp: each gradient is divided by the root of a moving average of its square.
struct RMSProp<Number: BinaryFloatingPoint> {
    let learningRate, decayRate, epsilon: Number
    /// Of the squared gradients, one array for each array of weights.
    var movingAverage: Arrays<Number> = [:]

    /// Changes the weights in place. An array without a gradient takes no part in the step.
    mutating func step(gradients: Arrays<Number>, weights: inout Arrays<Number>) {
        for (name, g) in gradients {
            var w = weights[name]!
            var v = movingAverage[name] ?? [Number](repeating: 0, count: g.count)
            for i in g.indices {
                v[i] = decayRate * v[i] + (1 - decayRate) * (g[i] * g[i])
                w[i] -= learningRate * g[i] / (v[i].squareRoot() + epsilon)
            }
            weights[name] = w
            movingAverage[name] = v
        }
    }
}
