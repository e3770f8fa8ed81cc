/** RMSProp: each gradient is divided by the root of a moving average of its square. */
export class RMSProp {
  /**
   * @param {number} learningRate
   * @param {number} decayRate
   * @param {number} epsilon
   */
  constructor(learningRate, decayRate, epsilon) {
    this.learningRate = learningRate;
    this.decayRate = decayRate;
    this.epsilon = epsilon;
    /** Of the squared gradients, one array for each array of weights. */
    this.movingAverage = new Map();
  }

  /**
   * Change the weights in place. An array without a gradient takes no part in the step.
   * Arrays are Float64Array or Float32Array; the latter are computed in double and stored in float.
   *
   * @param {Map<string, Float64Array | Float32Array>} gradients
   * @param {Map<string, Float64Array | Float32Array>} weights
   */
  step(gradients, weights) {
    const d = this.decayRate;
    for (const [name, g] of gradients) {
      const w = weights.get(name);
      const v = this.movingAverage.get(name) ?? new w.constructor(w.length);
      this.movingAverage.set(name, v);
      for (let i = 0; i < g.length; i++) {
        v[i] = d * v[i] + (1 - d) * (g[i] * g[i]);
        w[i] -= (this.learningRate * g[i]) / (Math.sqrt(v[i]) + this.epsilon);
      }
    }
  }
}
