"""Optimizers of libraries, driven in the worker with gradients that are given: a file a library.

Runs in the user's interpreter: Python 3.9 or newer, NumPy, and the library itself. A file has

    MODULES           the packages whose optimizers it drives
    is_optimizer(x)   whether `x` is one that was made
    is_class(x)       whether `x` is a class of them
    settings(x)       what one was made with, by parameter name, as far as it says
    fresh(x)          one like it that was never used; TypeError if there can be none
    parameters()      what one may be made of, for a try; None where it is made of no parameters
    Run(make, arrays, names, jit)   one scenario: `step(gradients)`, `weights()`
    PARTIAL           whether a step may leave arrays out
    JIT               whether its step can be compiled

where `make(parameters)` makes the optimizer and gradients are None for arrays that a step leaves
out. What else there is to do (finding the optimizer, its parameters' names, failures) is the same
for all, and stands in `host`.
"""
