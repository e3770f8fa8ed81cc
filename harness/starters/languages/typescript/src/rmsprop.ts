export type Numbers = Float64Array | Float32Array;
export type Arrays = Map<string, Numbers>;

/** RMSProp: each gradient is divided by the root of a moving average of its square. */
export class RMSProp {
  /** Of the squared gradients, one array for each array of weights. */
  readonly movingAverage: Arrays = new Map();

  constructor(
    private readonly learningRate: number,
    private readonly decayRate: number,
    private readonly epsilon: number,
  ) {}

  /**
   * Change the weights in place. An array without a gradient takes no part in the step.
   * Float32Arrays are computed in double and stored in float.
   */
  step(gradients: Arrays, weights: Arrays): void {
    const d = this.decayRate;
    for (const [name, g] of gradients) {
      const w = weights.get(name)!;
      const v = this.movingAverage.get(name) ?? g.map(() => 0);
      this.movingAverage.set(name, v);
      for (let i = 0; i < g.length; i++) {
        v[i] = d * v[i] + (1 - d) * (g[i] * g[i]);
        w[i] -= (this.learningRate * g[i]) / (Math.sqrt(v[i]) + this.epsilon);
      }
    }
  }
}
