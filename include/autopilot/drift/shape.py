"""How a column's values were distributed before and are now, in few bars: what a small histogram shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from markupsafe import Markup, escape

from include.autopilot.base.shortened import shortened
from include.autopilot.drift.moments import Floats

BARS = 12
_LONGEST = 40
_WIDTH, _HEIGHT = 120, 28


@dataclass(frozen=True)
class Shape:
    """Shares of the rows, from 0 to 1, bar by bar.

    :param names: of the bars: where a bar of numbers begins, or the value; the last bar of categories is all others.
    """

    names: tuple[str, ...]
    before: tuple[float, ...]
    now: tuple[float, ...]


def numbers_shape(before: Floats, now: Floats) -> Shape | None:
    """Return the shape of numbers in equally wide bars; None where they are too large for a scale.

    One value in two hundred at either end counts in the outermost bar, so that a single far one leaves a picture.
    """
    together = np.concatenate([before, now])
    low, high = (float(end) for end in np.quantile(together, (0.005, 0.995)))
    if not np.isfinite(high - low):
        return None
    edges = np.linspace(low, high, BARS + 1) if high > low else np.array([low, np.nextafter(low, np.inf)])

    def shares(values: Floats) -> tuple[float, ...]:
        counts, _ = np.histogram(np.clip(values, edges[0], edges[-1]), bins=edges)
        return _shares(counts.tolist())

    return Shape(tuple(f"{edge:.3g}" for edge in edges[:-1]), shares(before), shares(now))


def categories_shape(before: Mapping[str, int], now: Mapping[str, int]) -> Shape:
    """Return the shape of categories, the most frequent ones first."""
    both = sorted({*before, *now}, key=lambda name: (-before.get(name, 0) - now.get(name, 0), name))
    named = both[: BARS - 1]

    def shares(counts: Mapping[str, int]) -> tuple[float, ...]:
        shown = [counts.get(name, 0) for name in named]
        return _shares([*shown, sum(counts.values()) - sum(shown)])

    names = [shortened(name, _LONGEST) for name in named]
    return Shape((*names, "others"), shares(before), shares(now))


def drawn(shape: Mapping[str, Any] | None) -> Markup:
    """Return a small histogram as an ``<svg>`` of class ``spark``: ``before`` filled, ``now`` as a line.

    :param shape: a :class:`Shape` as JSON; None, of a column that was not compared or by an earlier release: nothing.
    """
    if not shape or not shape["before"]:
        return Markup()
    top = max(*shape["before"], *shape["now"]) or 1.0
    paths = [_path(shape[when], top) for when in ("before", "now")]
    told = ", ".join(_most(shape, when) for when in ("before", "now"))
    # Paths are numbers, and the label is escaped.
    return Markup(  # noqa: S704
        f'<svg class="spark" role="img" viewBox="0 0 {_WIDTH} {_HEIGHT}" aria-label="{escape(told)}">'
        f'<title>{escape(told)}</title><path class="before" d="{paths[0]}"/><path class="now" d="{paths[1]}"/></svg>'
    )


def _path(shares: Sequence[float], top: float) -> str:
    width = _WIDTH / len(shares)
    steps = (
        f"V{_HEIGHT - share / top * (_HEIGHT - 2):.0f}H{(place + 1) * width:.0f}" for place, share in enumerate(shares)
    )
    return f"M0 {_HEIGHT}{''.join(steps)}V{_HEIGHT}"


def _most(shape: Mapping[str, Any], when: str) -> str:
    share, name = max(zip(shape[when], shape["names"], strict=True))
    return f"{when} mostly {name} ({share:.0%})"


def _shares(counts: Sequence[int]) -> tuple[float, ...]:
    total = sum(counts) or 1
    return tuple(round(count / total, 4) for count in counts)
