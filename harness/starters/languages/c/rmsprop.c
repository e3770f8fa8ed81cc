#include "rmsprop.h"

#include <math.h>

void rmsprop_double(size_t n, double learning_rate, double decay_rate, double epsilon,
                    const double *g, double *w, double *v) {
    for (size_t i = 0; i < n; i++) {
        v[i] = decay_rate * v[i] + (1 - decay_rate) * (g[i] * g[i]);
        w[i] -= learning_rate * g[i] / (sqrt(v[i]) + epsilon);
    }
}

void rmsprop_float(size_t n, float learning_rate, float decay_rate, float epsilon,
                   const float *g, float *w, float *v) {
    for (size_t i = 0; i < n; i++) {
        v[i] = decay_rate * v[i] + (1 - decay_rate) * (g[i] * g[i]);
        w[i] -= learning_rate * g[i] / (sqrtf(v[i]) + epsilon);
    }
}
