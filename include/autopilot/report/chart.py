"""Charts as SVG to put inside a page: what all of them share.

Colours are the page's own CSS variables, so a chart follows its light or dark scheme.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

# matplotlib knows no CSS: it draws in these stand-ins, which are then replaced.
INK, MUTED, ACCENT = "#010203", "#040506", "#070809"
_COLOURS = {INK: "var(--ink)", MUTED: "var(--muted)", ACCENT: "var(--accent)"}


def svg(name: str, title: str, draw: Callable[[Any], None]) -> str:
    """Return a chart as one ``<svg>`` element.

    :param name: starts every id in it, so that several charts fit on one page.
    :param title: printed above the chart.
    :param draw: puts the chart into matplotlib axes.
    """
    # Text stays text (small, selectable, in the page's font); a fixed salt makes the same data the same bytes.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": name, "font.family": "sans-serif"}):
        figure = Figure(figsize=(4.6, 4.6), layout="constrained")
        axes = figure.subplots()
        axes.set_title(plain(title), color=INK, fontsize=11)
        axes.tick_params(colors=MUTED)
        for spine in axes.spines.values():
            spine.set_color(MUTED)
        draw(axes)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return _inline(buffer.getvalue(), name)


def label_axes(axes: Any, across: str, up: str) -> None:
    """Name the two axes."""
    axes.set_xlabel(plain(across), color=INK)
    axes.set_ylabel(plain(up), color=INK)


def plain(text: str) -> str:
    """Return a text that matplotlib shows as it is: a dollar sign would start mathematics."""
    return text.replace("$", r"\$")


def _inline(svg: str, name: str) -> str:
    text = svg[svg.index("<svg") :]
    for stand_in, variable in _COLOURS.items():
        text = text.replace(stand_in, variable)
    for before, after in (('id="', f'id="{name}-'), ("url(#", f"url(#{name}-"), ('href="#', f'href="#{name}-')):
        text = text.replace(before, after)
    return text
