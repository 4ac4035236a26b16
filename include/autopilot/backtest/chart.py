"""The picture of a backtest: the exams of the champions, what the gate said, and what each schedule was worth."""

from __future__ import annotations

from typing import Any

from include.autopilot.backtest.answer import Answer
from include.autopilot.backtest.compared import Compared
from include.autopilot.backtest.schedules import GATED, NEVER
from include.autopilot.base.metrics import metric_named
from include.autopilot.base.source import marked
from include.autopilot.report.chart import ACCENT, INK, MUTED, figure_svg, label_axes, plain, prepare_axes, standalone

_WIDTH, _EXAMS, _VERDICTS, _SCHEDULE = 8.6, 3.2, 1.3, 0.34
# More names than these do not fit beside each other.
_MOST_NAMES = 16
_PROMOTED = {"label": "promoted", "color": ACCENT, "marker": "^", "s": 46}
_KEPT = {"label": "champion kept", "facecolors": "none", "edgecolors": MUTED, "marker": "o", "s": 34}


def chart(answer: Answer) -> str:
    """Return the picture as one ``<svg>`` element; see :func:`include.autopilot.report.chart.figure_svg`."""
    below = 1.2 + _SCHEDULE * len(answer.schedules)

    def draw(figure: Any) -> None:
        first, second, third = figure.subplots(3, 1, height_ratios=(_EXAMS, _VERDICTS, below))
        second.sharex(first)
        _exams(first, answer)
        _verdicts(second, answer)
        _schedules(third, answer)

    return figure_svg("backtest", (_WIDTH, _EXAMS + _VERDICTS + below + 0.4), draw)


def standalone_chart(answer: Answer) -> str:
    """Return the picture as the content of an SVG file, for light and dark pages."""
    return standalone(chart(answer))


def _exams(axes: Any, answer: Answer) -> None:
    """Draw the metric on every drop: of the champion of the time with its interval, and of who never retrains."""
    prepare_axes(axes, marked(f"{answer.title}: every drop, before anything learned from it", answer.source))
    found = {one.course.name: one for one in answer.schedules}
    shown = found.get(GATED) or answer.schedules[1]
    days = [drop.moment for drop in answer.matrix.drops]
    for day, one in zip(days, shown.by_drop, strict=True):
        if one.low is not None:
            axes.vlines(day, one.low, one.high, color=ACCENT, linewidth=2, alpha=0.5)
    label = "champion of the time" if shown.course.name == GATED else shown.course.name
    _line(axes, days, shown, label, color=ACCENT, marker="o", markersize=4, linewidth=1.2)
    _line(axes, days, found[NEVER], NEVER, color=MUTED, linestyle="--", linewidth=1.2)
    axes.tick_params(labelbottom=False)
    axes.grid(visible=True, color=MUTED, alpha=0.2, linewidth=0.6)
    axes.set_ylabel(plain(metric_named(answer.metric).shown), color=INK)
    axes.legend(frameon=False, labelcolor=INK, fontsize=8)


def _line(axes: Any, days: list[Any], schedule: Compared, label: str, **style: Any) -> None:
    values = [float("nan") if one.value is None else one.value for one in schedule.by_drop]
    axes.plot(days, values, label=plain(label), **style)


def _verdicts(axes: Any, answer: Answer) -> None:
    """Draw which model was promoted at which cutoff, and which was not: by the gate, and by one that errs each time."""
    prepare_axes(axes, "")
    rules = {"the gate": {one.version.version for one in answer.models if one.promoted}}
    if answer.anew is not None:
        rules["each anew"] = set(answer.anew)
    for place, promoted in enumerate(rules.values()):
        for chosen, style in ((True, _PROMOTED), (False, _KEPT)):
            days = [one.version.moment for one in answer.models if (one.version.version in promoted) == chosen]
            if days:
                axes.scatter(days, [-place] * len(days), **(style if place == 0 else {**style, "label": None}))
    if len(answer.models) <= _MOST_NAMES:
        for one in answer.models:
            axes.annotate(f"v{one.version.version}", (one.version.moment, 0), (0, 8), textcoords="offset points",
                          ha="center", fontsize=7, color=MUTED)  # fmt: skip
    axes.set_ylim(-len(rules) + 0.3, 1.9)
    axes.set_yticks([-place for place in range(len(rules))], list(rules), fontsize=8)
    axes.tick_params(labelsize=8)
    axes.legend(frameon=False, labelcolor=INK, fontsize=8, ncols=2, loc="upper right")


def _schedules(axes: Any, answer: Answer) -> None:
    """Draw what each schedule was worth on all drops together, with its interval and its cost."""
    metric, rows = metric_named(answer.metric).shown, sum(drop.rows for drop in answer.matrix.drops)
    prepare_axes(axes, f"Schedules: {metric} on all {rows} rows, and cost beyond the first model")
    for place, one in enumerate(answer.schedules):
        colour = _colour(one, answer)
        if one.whole.value is not None:
            axes.plot([one.whole.value], [place], color=colour, marker="o", markersize=5)
        if one.whole.low is not None:
            axes.hlines(place, one.whole.low, one.whole.high, color=colour, linewidth=2, alpha=0.6)
    names = [f"{one.course.name} ({one.bill.words})" for one in answer.schedules]
    axes.set_yticks(range(len(names)), [plain(name) for name in names], fontsize=8)
    for label, one in zip(axes.get_yticklabels(), answer.schedules, strict=True):
        label.set_color(_colour(one, answer))
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.tick_params(axis="x", labelsize=8)
    axes.grid(visible=True, axis="x", color=MUTED, alpha=0.2, linewidth=0.6)
    label_axes(axes, f"{metric} (recommended: {answer.advice.schedule or 'none'})", "")


def _colour(one: Compared, answer: Answer) -> str:
    if one.course.name == answer.advice.schedule:
        return ACCENT
    return INK if one.course.possible else MUTED
