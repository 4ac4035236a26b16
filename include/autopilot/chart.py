"""A parity plot as SVG to put inside a page: measured against predicted, the diagonal is perfection.

Colours are the page's own CSS variables, so the plot follows its light or dark scheme.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import matplotlib as mpl
from matplotlib.figure import Figure

# matplotlib knows no CSS: it draws in these stand-ins, which are then replaced.
_COLOURS = {"#010203": "var(--ink)", "#040506": "var(--muted)", "#070809": "var(--accent)"}
_INK, _MUTED, _ACCENT = _COLOURS


def parity_svg(name: str, title: str, target: str, actual: Sequence[float], predicted: Sequence[float]) -> str:
    """Return the plot as one ``<svg>`` element.

    :param name: starts every id in it, so that two plots fit on one page.
    :param title: printed above the plot.
    :param target: what is plotted, with its unit where it has one.
    """
    # Text stays text (small, selectable, in the page's font); a fixed salt makes the same data the same bytes.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": name, "font.family": "sans-serif"}):
        figure = Figure(figsize=(4.6, 4.6), layout="constrained")
        _draw(figure, title, target, actual, predicted)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return _inline(buffer.getvalue(), name)


def _draw(figure: Figure, title: str, target: str, actual: Sequence[float], predicted: Sequence[float]) -> None:
    axes = figure.subplots()
    low, high = min(*actual, *predicted), max(*actual, *predicted)
    margin = (high - low) * 0.04 or 1.0
    ends = (low - margin, high + margin)
    axes.plot(ends, ends, color=_MUTED, linewidth=1, linestyle="--", zorder=1)
    axes.scatter(actual, predicted, s=18, color=_ACCENT, alpha=0.65, linewidths=0, zorder=2)
    axes.set(xlim=ends, ylim=ends, aspect="equal")
    # A dollar sign would start mathematics.
    axes.set_title(title.replace("$", r"\$"), color=_INK, fontsize=11)
    axes.set_xlabel(f"measured {target}".replace("$", r"\$"), color=_INK)
    axes.set_ylabel(f"predicted {target}".replace("$", r"\$"), color=_INK)
    axes.tick_params(colors=_MUTED)
    axes.grid(visible=True, color=_MUTED, alpha=0.2, linewidth=0.6)
    for spine in axes.spines.values():
        spine.set_color(_MUTED)


def _inline(svg: str, name: str) -> str:
    text = svg[svg.index("<svg") :]
    for stand_in, variable in _COLOURS.items():
        text = text.replace(stand_in, variable)
    for before, after in (('id="', f'id="{name}-'), ("url(#", f"url(#{name}-"), ('href="#', f'href="#{name}-')):
        text = text.replace(before, after)
    return text
