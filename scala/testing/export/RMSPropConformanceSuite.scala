import rmsproof.testing.{Golden, GoldenSuite, Update}

/** Holds an optimizer against every golden. */
class RMSPropConformanceSuite extends GoldenSuite[Double]("reference/float64"):

  /** Makes your optimizer with the hyperparameters of a golden. */
  def optimizer(golden: Golden): Update[Double] =
    val learningRate = golden.learningRate
    val decayRate = golden.decayRate
    val epsilon = golden.epsilon
    // val optimizer = RMSProp(learningRate, decayRate, epsilon)
    // (gradients, weights) =>
    //   optimizer.updateWeights(gradients, weights)
    //   weights
    throw UnsupportedOperationException("make your optimizer here")
