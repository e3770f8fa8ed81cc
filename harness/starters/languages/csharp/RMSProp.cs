using System.Numerics;

/// <summary>Each gradient is divided by the root of a moving average of its square.</summary>
public sealed class RMSProp<T>(T learningRate, T decayRate, T epsilon)
    where T : IFloatingPointIeee754<T>
{
    /// <summary>Of the squared gradients, one array for each array of weights.</summary>
    public Dictionary<string, T[]> MovingAverage { get; } = [];

    /// <summary>
    /// Changes the weights in place. An array without a gradient takes no part in the step.
    /// </summary>
    public void Step(Dictionary<string, T[]> gradients, Dictionary<string, T[]> weights)
    {
        foreach (var (name, g) in gradients)
        {
            var w = weights[name];
            if (!MovingAverage.TryGetValue(name, out var v))
            {
                MovingAverage[name] = v = new T[g.Length];
            }
            for (var i = 0; i < g.Length; i++)
            {
                v[i] = decayRate * v[i] + (T.One - decayRate) * (g[i] * g[i]);
                w[i] -= learningRate * g[i] / (T.Sqrt(v[i]) + epsilon);
            }
        }
    }
}
