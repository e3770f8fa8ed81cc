//! RMSProp: each gradient is divided by the root of a moving average of its square.

use std::collections::BTreeMap;

pub type Arrays<F> = BTreeMap<String, Vec<F>>;

pub struct RmsProp<F> {
    pub learning_rate: F,
    pub decay_rate: F,
    pub epsilon: F,
    /// Of the squared gradients, one array for each array of weights.
    pub moving_average: Arrays<F>,
}

macro_rules! step_in {
    ($float:ty) => {
        impl RmsProp<$float> {
            /// Changes the weights in place. An array without a gradient takes no part in it.
            pub fn step(&mut self, gradients: &Arrays<$float>, weights: &mut Arrays<$float>) {
                let d = self.decay_rate;
                for (name, g) in gradients {
                    let w = weights.get_mut(name).expect("a gradient of no weights");
                    let v = self.moving_average.entry(name.clone()).or_default();
                    v.resize(g.len(), 0.0);
                    for i in 0..g.len() {
                        v[i] = d * v[i] + (1.0 - d) * (g[i] * g[i]);
                        w[i] -= self.learning_rate * g[i] / (v[i].sqrt() + self.epsilon);
                    }
                }
            }
        }
    };
}

step_in!(f64);
step_in!(f32);
