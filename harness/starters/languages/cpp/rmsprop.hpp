#pragma once

#include <cmath>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

template <typename Float>
using Arrays = std::map<std::string, std::vector<Float>>;

/// RMSProp: each gradient is divided by the root of a moving average of its square.
template <typename Float>
class RMSProp {
public:
    RMSProp(Float learning_rate, Float decay_rate, Float epsilon)
        : learning_rate_(learning_rate), decay_rate_(decay_rate), epsilon_(epsilon) {}

    /// Changes the weights in place. An array without a gradient takes no part in the step.
    void step(const Arrays<Float> &gradients, Arrays<Float> &weights) {
        for (const auto &[name, g] : gradients) {
            auto &w = weights.at(name);
            auto &v = moving_average[name];
            v.resize(g.size());
            for (std::size_t i = 0; i < g.size(); i++) {
                v[i] = decay_rate_ * v[i] + (1 - decay_rate_) * (g[i] * g[i]);
                w[i] -= learning_rate_ * g[i] / (std::sqrt(v[i]) + epsilon_);
            }
        }
    }

    /// Of the squared gradients, one array for each array of weights.
    Arrays<Float> moving_average;

private:
    Float learning_rate_, decay_rate_, epsilon_;
};
