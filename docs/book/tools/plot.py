"""The look of the figures. Only this and the recipes that draw need matplotlib (requirements.txt)."""

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams.update({
    "svg.hashsalt": "rekindle",
    "svg.fonttype": "path",
    "figure.figsize": (7.0, 3.6),
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#e6e6e6",
    "axes.prop_cycle": matplotlib.cycler(color=["#0b6aa2", "#d1495b", "#3a7d44", "#8d6a9f", "#c98b1d", "#444444"]),
    "legend.frameon": False,
    "lines.linewidth": 1.6,
})

import matplotlib.pyplot as plt  # noqa: E402  (after the settings)


def axes(title=None, x=None, y=None, **options):
    """A figure with one pair of axes, labelled."""
    figure, ax = plt.subplots(**options)
    label(ax, title, x, y)
    return figure, ax


def label(ax, title=None, x=None, y=None):
    """The title of a pair of axes, and what stands along them."""
    ax.set_title(title or "", loc="left", fontsize=10.5, fontweight="bold")
    ax.set_xlabel(x or "")
    ax.set_ylabel(y or "")
