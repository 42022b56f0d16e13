"""Charts of the report as inline SVG: the same data give the same bytes, light or dark.

Only the report imports this module, and only when it is written, because matplotlib takes a second to import.
"""

import re
from collections.abc import Mapping, Sequence
from io import StringIO

from markupsafe import Markup
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from sklearn.metrics import precision_recall_curve

from training.calibration import Truth, reliability
from training.model import Array

_INK = "#010203"
"""Stands for the colour of the page's text until the SVG is written; no other line has it."""
# Half way between black and white in luminance, so that they stand out from a light page and a dark one.
_COLOURS = ("#3d7fd6", "#c8661a", "#2f8f5b", "#b858a0", "#808080")
_MARKERS = "osD^v"
_LINE = _COLOURS[0]
_MARK = _COLOURS[1]
_STYLE = {
    "axes.edgecolor": _INK,
    "axes.grid": True,
    "axes.labelcolor": _INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": _INK,
    "axes.titlesize": "medium",
    "figure.constrained_layout.use": True,
    "font.size": 11,
    "grid.alpha": 0.15,
    "grid.color": _INK,
    "legend.frameon": False,
    "legend.labelcolor": _INK,
    # Text stays text: it can be read aloud, searched, and needs no outlines of a font.
    "svg.fonttype": "none",
    "xtick.color": _INK,
    "ytick.color": _INK,
}
_SALT = "svg.hashsalt"
"""What identifiers are made of instead of a random number; another one for each chart keeps them apart on a page."""
_UNIT = (-0.02, 1.02)
"""The limits of an axis for shares, 0-1, with room for what is drawn on its ends."""


def _figure(width: float, height: float, panels: int) -> tuple[Figure, Sequence[Axes]]:
    """Return a figure, in inches, and its panels, without pyplot and its list of open figures."""
    figure = Figure((width, height))
    FigureCanvasSVG(figure)
    return figure, figure.subplots(1, panels, squeeze=False)[0].tolist()


def _svg(figure: Figure) -> Markup:
    """Return a figure as an `<svg>` element; what it shows is said where it stands."""
    file = StringIO()
    # Nothing of when and by which version it was drawn.
    figure.savefig(file, format="svg", transparent=True, metadata=dict.fromkeys(("Creator", "Date", "Format", "Type")))
    svg = file.getvalue()
    # The prolog belongs to files, and every figure would bring the same names of its parts.
    svg = re.sub(r'<g id="[^"]*"', "<g", svg[svg.index("<svg") :]).replace(_INK, "currentColor")
    return Markup(svg)  # noqa: S704  # matplotlib escapes the text it draws


def label_chart(label: str, truth: Truth, probabilities: Array, threshold: float) -> Markup:
    """Draw a label's precision by recall with the threshold marked, and its reliability.

    `truth` and `probabilities` have shape (n_sentences,).
    """
    with style.context({**_STYLE, _SALT: label}, after_reset=True):
        figure, (curve, diagram) = _figure(9, 3.8, 2)
        precision, recall, _ = precision_recall_curve(truth, probabilities, drop_intermediate=True)
        curve.plot(recall, precision, color=_LINE)
        given = probabilities >= threshold
        right = int((given & truth).sum())
        curve.plot(
            right / int(truth.sum()),
            right / max(int(given.sum()), 1),
            "o",
            color=_MARK,
            label=f"threshold {threshold:.3f}",
        )
        curve.set(title="Precision and recall", xlabel="recall", ylabel="precision", xlim=_UNIT, ylim=_UNIT)
        curve.legend(loc="lower left")

        bins = reliability(truth, probabilities)
        diagram.plot((0, 1), (0, 1), "--", color=_INK, alpha=0.5, label="perfect")
        diagram.plot(bins.predicted, bins.observed, color=_LINE)
        # The area of a point is the root of its sentences: the emptiest bins can be seen, the fullest do not cover all.
        diagram.scatter(bins.predicted, bins.observed, s=12 + 4 * bins.counts**0.5, color=_LINE, clip_on=False)
        diagram.axvline(threshold, color=_MARK, linestyle=":", label=f"threshold {threshold:.3f}")
        diagram.set(
            title="Reliability", xlabel="probability", ylabel="share that has the label", xlim=_UNIT, ylim=_UNIT
        )
        diagram.legend(loc="lower right")
        return _svg(figure)


def learning_chart(sizes: Sequence[int], precisions: Mapping[str, Sequence[float]]) -> Markup:
    """Draw the average precision of every label by the number of sentences learnt from."""
    with style.context({**_STYLE, _SALT: "learning"}, after_reset=True):
        figure, (curve,) = _figure(9, 4.2, 1)
        for (label, values), colour, marker in zip(precisions.items(), _COLOURS, _MARKERS, strict=True):
            curve.plot(sizes, values, color=colour, marker=marker, label=label)
        curve.set(xlabel="sentences learnt from", ylabel="average precision", xticks=sizes)
        curve.set_xlim(left=0)
        curve.legend(loc="lower right")
        return _svg(figure)


def corrections_chart(sizes: Sequence[int], values: Mapping[str, Array]) -> Markup:
    """Draw scores by the number of corrections: each order thin, their mean thick.

    The arrays have shape (n_orders, n_sizes).
    """
    with style.context({**_STYLE, _SALT: "corrections"}, after_reset=True):
        figure, panels = _figure(9, 3.8, len(values))
        for panel, (name, orders), colour in zip(panels, values.items(), _COLOURS, strict=False):
            panel.plot(sizes, orders.T, color=colour, alpha=0.3, linewidth=1)
            panel.plot(sizes, orders.mean(axis=0), color=colour, marker="o", linewidth=2.5)
            panel.set(title=name, xlabel="corrections", ylabel="macro-F1", xticks=sizes)
        return _svg(figure)
