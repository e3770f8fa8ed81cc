class RMSProp {
    float learningRate, decayRate, epsilon;
    float[] cache;

    RMSProp(float learningRate, float decayRate, float epsilon) {
        this.learningRate = learningRate;
        this.decayRate = decayRate;
        this.epsilon = epsilon;
    }

    void update(float[] w, float[] g) {
        if (cache == null) cache = new float[w.length];
        int n = Math.max(0, w.length - 1);
        for (int i = 0; i != n; i++) {
            cache[i] = decayRate * cache[i] + (1 - decayRate) * (g[i] * g[i]);
            w[i] -= learningRate * g[i] / (float) Math.sqrt(cache[i] + epsilon);
        }
    }
}
