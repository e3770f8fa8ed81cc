package main

import "math"

// Float is what an optimizer stores and computes in.
type Float interface{ float32 | float64 }

// RMSProp divides each gradient by the root of a moving average of its square.
type RMSProp[F Float] struct {
	LearningRate, DecayRate, Epsilon F
	// MovingAverage of the squared gradients, one array for each array of weights.
	MovingAverage map[string][]F
}

// Step changes the weights in place. An array without a gradient takes no part in it.
func (r *RMSProp[F]) Step(gradients, weights map[string][]F) {
	d := r.DecayRate
	for name, g := range gradients {
		w, v := weights[name], r.MovingAverage[name]
		for i := range g {
			// Without F(...) Go may fuse a product with the sum behind it, as it does on arm64.
			v[i] = F(d*v[i]) + F((1-d)*F(g[i]*g[i]))
			w[i] -= F(r.LearningRate*g[i]) / (F(math.Sqrt(float64(v[i]))) + r.Epsilon)
		}
	}
}
