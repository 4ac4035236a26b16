"""Charts as SVG to put inside a page, or into a file of their own: what all of them share.

Colours are the page's own CSS variables, so a chart follows its light or dark scheme; a file brings them along.
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
# What pages/style.css gives these variables, for files without a page around them.
LIGHT = {"paper": "#ffffff", "ink": "#1c2733", "muted": "#5b6773", "accent": "#0b6e99"}
DARK = {"paper": "#12171d", "ink": "#e6ebf0", "muted": "#93a1af", "accent": "#5cb8e0"}


def svg(name: str, title: str, draw: Callable[[Any], None]) -> str:
    """Return a chart as one ``<svg>`` element.

    :param name: starts every id in it, so that several charts fit on one page.
    :param title: printed above the chart.
    :param draw: puts the chart into matplotlib axes.
    """

    def one(figure: Figure) -> None:
        axes = figure.subplots()
        prepare_axes(axes, title)
        draw(axes)

    return figure_svg(name, (4.6, 4.6), one)


def figure_svg(name: str, size: tuple[float, float], draw: Callable[[Figure], None]) -> str:
    """Return a chart of several axes as one ``<svg>`` element.

    :param name: starts every id in it, so that several charts fit on one page.
    :param size: width and height in inches.
    :param draw: puts the chart into a matplotlib figure; :func:`prepare_axes` gives its axes their colours.
    """
    # Text stays text (small, selectable, in the page's font); a fixed salt makes the same data the same bytes.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": name, "font.family": "sans-serif"}):
        figure = Figure(figsize=size, layout="constrained")
        draw(figure)
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return _inline(buffer.getvalue(), name)


def standalone(drawn: str) -> str:
    """Return a chart as the content of a file: with paper below it, and colours for readers of light and dark pages."""
    light, dark = (";".join(f"--{name}:{value}" for name, value in colours.items()) for colours in (LIGHT, DARK))
    style = f"<style>:root{{{light}}}@media (prefers-color-scheme:dark){{:root{{{dark}}}}}</style>"
    paper = '<rect width="100%" height="100%" style="fill: var(--paper)"/>'
    end = drawn.index(">", drawn.index("<svg")) + 1
    return f'<?xml version="1.0" encoding="utf-8"?>\n{drawn[:end]}\n{style}{paper}{drawn[end:]}'


def prepare_axes(axes: Any, title: str) -> None:
    """Give axes their title and their colours."""
    axes.set_title(plain(title), color=INK, fontsize=11)
    axes.tick_params(colors=MUTED)
    for spine in axes.spines.values():
        spine.set_color(MUTED)


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
