"""RMSProp shown at work: four demonstrations on the reference, each a function of its own.

- `x_over_log_x`: one number goes down a curve, as PyTorch does it and as Keras does it.
- `full_batch`: a line through six points, every step on all of them.
- `mini_batch`: a line through 43,152 diamonds, every step on 512 of them.
- `comparison`: SGD, AdaGrad, RMSProp and Adam on one problem whose gradients change scale.

Each `run` returns a frozen record of what happened, with `lines` to print; `figures` draws
them. What to look at, and why, is told in `tutorial.md`, of which `rmsproof tutorial` makes a
notebook. Descents and results need NumPy alone, the data of `mini_batch` plotnine, `figures`
Matplotlib.
"""
