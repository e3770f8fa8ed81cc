/* RMSProp: each gradient is divided by the root of a moving average of its square. */
#ifndef RMSPROP_H
#define RMSPROP_H

#include <stddef.h>

/* One step of one array of n weights w, with gradients g and the moving average v (0 at first);
 * w and v are changed in place. */
void rmsprop_double(size_t n, double learning_rate, double decay_rate, double epsilon,
                    const double *g, double *w, double *v);
void rmsprop_float(size_t n, float learning_rate, float decay_rate, float epsilon,
                   const float *g, float *w, float *v);

#endif
