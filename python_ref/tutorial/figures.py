"""The demonstrations drawn: each title says what was found, and a test holds it to that.

Matplotlib is imported when a figure is drawn, never pyplot: no window, no state. Colours are
those of Okabe and Ito, told apart by the colour-blind; lines differ in their dashes as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from python_ref.tutorial import comparison, full_batch, mini_batch, x_over_log_x

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_BLUE, _VERMILION, _GREEN, _PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
_STYLE = {
    "axes.grid": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 10.5,
    "figure.dpi": 110,
    "font.size": 9.5,
    "grid.alpha": 0.3,
    "legend.framealpha": 0.9,
    "svg.hashsalt": "rmsproof",  # the same file every time
}
_METHODS: Mapping[str, dict[str, Any]] = {
    "SGD": {"color": _PURPLE, "linestyle": (0, (1, 1.2))},
    "AdaGrad": {"color": _GREEN, "linestyle": (0, (6, 2))},
    "RMSProp": {"color": _BLUE, "linestyle": "-", "linewidth": 2},
    "Adam": {"color": _VERMILION, "linestyle": (0, (5, 1.5, 1, 1.5))},
}


@contextmanager
def style() -> Iterator[None]:
    """Matplotlib's own defaults and ours, whatever the user's configuration says."""
    from matplotlib.style import context  # noqa: PLC0415 - optional, and slow to import

    with context(["default", _STYLE]):
        yield


@contextmanager
def _canvas(rows: int, columns: int, size: tuple[float, float]) -> Iterator[tuple[Figure, Any]]:
    """An empty figure and its axes in reading order."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - optional, and slow to import

    with style():
        figure = Figure(figsize=size, layout="constrained")
        yield figure, list(figure.subplots(rows, columns, squeeze=False).flat)


def draw_x_over_log_x(
    torch: x_over_log_x.Run, keras: x_over_log_x.Run, outside: x_over_log_x.Run
) -> Figure:
    """Draw two libraries' ways down, their steps, and what the place of epsilon does.

    Args:
        torch: one library's way.
        keras: the other's.
        outside: as `keras`, with epsilon outside the root.
    """
    looks: tuple[dict[str, Any], ...] = (
        {"color": _VERMILION, "linestyle": "-"},
        {"color": _BLUE, "linestyle": (0, (6, 2))},
    )
    with _canvas(1, 3, (14, 4.2)) as (figure, (way, steps, place)):
        for run, look in zip((torch, keras), looks, strict=True):
            name, decay = run.known.name, run.known.library.decay_rate or 0.0
            way.plot(run.x, label=f"{name}, d = {decay:g}", linewidth=2, **look)
            t = np.arange(1, run.arrival)
            ratio = run.steps[: t.size] / run.learning_rate
            steps.plot(t, ratio, label=f"{name}, d = {decay:g}", linewidth=2, **look)
            early = t[: round(1 / (1 - decay))]
            steps.plot(
                early,
                1 / np.sqrt(1 - decay**early),
                linestyle="none",
                marker="o",
                markersize=4,
                fillstyle="none",
                color=look["color"],
                markevery=max(1, early.size // 12),
            )
        way.axhline(np.e, color="black", linewidth=0.8)
        way.annotate("e = 2.718…", (20, np.e), xytext=(0, 4), textcoords="offset points")
        way.set(
            title=f"PyTorch arrives {keras.arrival - torch.arrival} iterations before Keras",
            xlabel="iteration",
            ylabel="x",
        )
        way.legend()
        steps.plot([], [], "o", fillstyle="none", color="grey", label="1 / √(1 − dᵗ)")
        steps.set(
            title="A longer memory makes longer steps, above all early",
            xlabel="iteration t (logarithmic)",
            ylabel="step / learning rate (logarithmic)",
            xscale="log",
            yscale="log",
            ylim=(0.9, 14),
        )
        steps.set_yticks([1, 2, 3, 5, 10], ["1", "2", "3", "5", "10"])
        steps.minorticks_off()
        steps.legend()
        apart = 1e4 * (keras.x - outside.x)
        place.plot(apart[: keras.arrival], color=_BLUE)
        place.set(
            title="Where epsilon goes shows in the fourth decimal",
            xlabel="iteration",
            ylabel="x with epsilon inside − outside (0.0001)",
            ylim=(min(0.0, apart.min()), 1.1 * apart.max()),
        )
    return figure


def draw_full_batch(fit: full_batch.Fit, longer: full_batch.Fit) -> Figure:
    """Draw the line, the way of slope and intercept, and the slope's hops at the end.

    Args:
        fit: the search as far as its numbers are printed.
        longer: the same search continued until the intercept has arrived too.
    """
    stop = len(fit.trajectory) - 1
    with _canvas(1, 3, (14, 4.2)) as (figure, (data, way, hops)):
        ends = np.array([0.0, 60.0])
        for (slope, intercept), label, look in (
            (fit.trajectory[0], "start", {"color": "grey", "linestyle": ":"}),
            (fit.slope_intercept, f"after {stop} iterations", {"color": _VERMILION}),
            (fit.best, "least squares", {"color": _BLUE, "linestyle": (0, (6, 3))}),
        ):
            data.plot(ends, slope * ends + intercept, label=label, linewidth=2, **look)
        data.plot(fit.x, fit.y, "o", color="black", label="data", zorder=3)
        data.set(
            title="The line found is all but that of least squares",
            xlabel="x",
            ylabel="y",
            ylim=(0, 60),
        )
        data.legend(loc="lower right")
        for i, (name, look) in enumerate(
            (("slope", {"color": _VERMILION}), ("intercept", {"color": _BLUE, "linestyle": "--"}))
        ):
            way.plot(longer.trajectory[:, i], label=name, linewidth=2, **look)
            way.axhline(longer.best[i], color="black", linewidth=0.8, linestyle=":")
        way.axvline(stop, color="grey", linewidth=0.8)
        way.annotate(
            "printed here", (stop, 0.1), xytext=(-4, 0), textcoords="offset points", ha="right"
        )
        way.plot([], [], color="black", linewidth=0.8, linestyle=":", label="least squares")
        way.set(
            title=f"At iteration {stop} the intercept is still on its way",
            xlabel="iteration",
            ylabel="slope, intercept",
            ylim=(0, 7.9),
        )
        way.legend(loc="upper right", ncols=3)
        end = len(longer.trajectory)
        last = np.arange(end - 25, end)
        hops.plot(
            last,
            1e3 * (longer.trajectory[last, 0] - longer.best[0]),
            color=_VERMILION,
            marker="o",
            markersize=3.5,
        )
        hops.axhline(0, color="black", linewidth=0.8, linestyle=":")
        hops.set(
            title="Arrived, the slope hops and never rests",
            xlabel="iteration",
            ylabel="slope − least squares (learning rates)",
            ylim=(-1, 1),
        )
    return figure


def draw_mini_batch(training: mini_batch.Training) -> Figure:
    """Draw the line over the diamonds set aside, and where the epochs ended."""
    diamonds, test = training.diamonds, training.diamonds.test
    ends = training.trajectory[training.settled]
    with _canvas(1, 2, (12, 4.8)) as (figure, (data, cloud)):
        data.plot(
            diamonds.carat[test],
            diamonds.price[test] / 1e3,
            ".",
            color="black",
            alpha=0.12,
            markersize=4,
            markeredgewidth=0,
            rasterized=True,
        )
        carat = np.array([0.0, 4.2])
        price = diamonds.dollars(training.trajectory[-1], carat) / 1e3
        data.plot(carat, price, color=_VERMILION, linewidth=2, label="line found")
        data.plot([], [], "o", color="grey", markersize=4, label=f"{len(test):,} diamonds not seen")
        data.set(
            title=f"A line tells the price to within ${training.rmse[-1]:,.0f} (RMSE);"
            " a curve would do better",
            xlabel="weight (carat)",
            ylabel="price (thousand US dollars)",
            xlim=(0, 4.2),
            ylim=(-3, 30),
        )
        data.legend(loc="upper left")
        cloud.plot(*ends.T, "o", color=_BLUE, alpha=0.45, markersize=5, markeredgewidth=0)
        cloud.plot([], [], "o", color=_BLUE, label=f"end of each of the last {len(ends)} epochs")
        published = mini_batch.PUBLISHED
        cloud.plot(
            published["slope"],
            published["intercept"],
            "*",
            color=_VERMILION,
            markeredgecolor="black",
            markersize=16,
            linestyle="none",
            label="published after 5,000 epochs",
        )
        cloud.plot(
            *training.best, "X", color="black", markersize=9, linestyle="none",
            label="least squares",
        )  # fmt: skip
        low, high = ends[:, 1].min(), ends[:, 1].max()
        cloud.set(
            title="Every epoch ends elsewhere around the best line",
            xlabel="slope (standard deviations of price per one of carat)",
            ylabel="intercept (standard deviations of price)",
            ylim=(low - 0.08 * (high - low), high + 0.42 * (high - low)),
        )
        cloud.legend(loc="upper left")
    return figure


def draw_comparison(shrinking: comparison.Comparison, constant: comparison.Comparison) -> Figure:
    """Draw the losses of both problems, the effective learning rates, and the tuning."""
    phase = comparison.PHASE
    with _canvas(2, 2, (13, 8.4)) as (figure, (loss, rate, control, tuning)):
        for name, course in shrinking.courses.items():
            look = _METHODS[name]
            loss.plot(course.loss, label=name, **look)
            rate.plot(course.effective_rate, **look)
            control.plot(constant.courses[name].loss, **look)
            tuning.plot(comparison.RATES, np.minimum(course.tried, 1e3), **look)
            tuning.plot(course.learning_rate, course.mean_loss, "o", color=look["color"])
        for axes, scales in (
            (loss, shrinking.scales),
            (rate, shrinking.scales),
            (control, constant.scales),
        ):
            for i, scale in enumerate(scales):
                if i:
                    axes.axvline(i * phase, color="black", linewidth=0.8, linestyle=":")
                axes.annotate(
                    f"gradient × {scale:g}",
                    ((i + 0.5) * phase, 1),
                    xycoords=("data", "axes fraction"),
                    xytext=(0, -3),
                    textcoords="offset points",
                    ha="center",
                    va="top",
                    fontsize=8.5,
                )
        losses: dict[str, Any] = {
            "xlabel": "step",
            "ylabel": "loss (1 at a jump)",
            "yscale": "log",
            "ylim": (3e-6, 10),
        }
        loss.set(title="As gradients shrink, RMSProp recovers from every jump alike", **losses)
        control.set(title="Where they do not, AdaGrad and SGD do better than RMSProp", **losses)
        rate.set(
            title="That is its step growing as the gradient shrinks; AdaGrad's only falls",
            xlabel="step",
            ylabel="learning rate / denominator, first weight",
            yscale="log",
            ylim=(1e-2, 3e3),
        )
        tuning.set(
            title="Each method was given the learning rate that suits it best (dots)",
            xlabel="learning rate",
            ylabel="mean loss over all steps, shrinking gradients",
            xscale="log",
            yscale="log",
            ylim=(8e-3, 2),
        )
        figure.legend(loc="outside upper center", ncols=len(_METHODS))
    return figure
