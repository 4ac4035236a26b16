"""A backtest's answer as text for a terminal and a log."""

from __future__ import annotations

from collections.abc import Sequence

from include.autopilot.backtest.answer import Answer
from include.autopilot.backtest.compared import Compared
from include.autopilot.backtest.history import History
from include.autopilot.backtest.schedules import DECLINE, GATED, GATED_ANEW, NEVER, ORACLE
from include.autopilot.base.metrics import metric_named
from include.autopilot.base.source import marked

# What stands above the columns of the table by drop; the others are the number of drops.
_SHORT = {NEVER: "never", DECLINE: "decline", GATED: "gated", GATED_ANEW: "anew", ORACLE: "oracle"}
# Of more drops only their number is told.
_SHOWN = 4


def as_text(answer: Answer) -> str:
    """Return the whole answer."""
    lines = [_headline(answer), "", *_schedules(answer), "", *_by_drop(answer), ""]
    lines += [f"Not compared: {one}." for one in answer.left_out]
    lines += [_costs(answer), "The oracle chooses on the very rows that it is measured on, and so flatters itself."]
    return "\n".join([*lines, "", *answer.advice.sentences])


def missing_text(history: History, model: str) -> str:
    """Return what a backtest would still ask, and how to start it; nothing where nothing is missing."""
    return "\n".join(filter(None, (_missing(history, model), _removed(history))))


def _removed(history: History) -> str:
    if not history.removed:
        return ""
    numbers = ", ".join(map(str, history.removed))
    return f"Versions that were removed before they had predicted every later drop are left out: {numbers}."


def _missing(history: History, model: str) -> str:
    incomplete = history.incomplete
    if not incomplete:
        return ""
    listed = []
    for one in incomplete:
        names = [drop.drop.name for drop in history.missing(one)]
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        listed.append(f"  {one.version.label} (cutoff {one.version.cutoff[:10]}): {', '.join(names[:_SHOWN])}{more}")
    jobs = len(incomplete)
    pays = f"It pays for at most {jobs} small transform job{'' if jobs == 1 else 's'}"
    lines = [
        f"{jobs} of {len(history.models)} models have not predicted every later drop, and are left out:",
        *listed,
        f"Start {model}_backtest for them, in the UI or by: airflow dags trigger {model}_backtest",
        f"{pays}; its first task says what they will cost.",
    ]
    return "\n".join(lines)


def _headline(answer: Answer) -> str:
    metric, drops = metric_named(answer.metric), answer.matrix.drops
    better = "smaller" if metric.direction == "Minimize" else "larger"
    text = (
        f"{answer.title}: would retraining have paid? {len(answer.matrix.models)} models, {len(drops)} later drops, "
        f"{sum(drop.rows for drop in drops)} rows that no model had seen. {metric.shown}: {better} is better."
    )
    return marked(text, answer.source)


def _schedules(answer: Answer) -> list[str]:
    level = f"{answer.confidence:.0%} interval"
    head = ["schedule", f"{metric_named(answer.metric).shown} [{level}]", "loss beside never", "retrainings", "cost"]
    return _aligned([head, *(_row(one) for one in answer.schedules)])


def _row(one: Compared) -> list[str]:
    against = "-" if one.course.name == NEVER else str(one.against_never or "not defined")
    return [one.course.name, str(one.whole), against, str(one.retrainings), one.bill.words]


def _by_drop(answer: Answer) -> list[str]:
    names = [_SHORT.get(one.course.name) or one.course.name.removeprefix("retrained ") for one in answer.schedules]
    rows = [["drop", "rows", *names]]
    for place, drop in enumerate(answer.matrix.drops):
        values = [one.by_drop[place].value for one in answer.schedules]
        rows.append([drop.name, str(drop.rows), *("-" if value is None else f"{value:.4g}" for value in values)])
    return _aligned(rows)


def _costs(answer: Answer) -> str:
    beyond = "beyond the first model, which all schedules have"
    if answer.prices_of is None:
        return f"Costs {beyond}: billed seconds of jobs as they were measured; the model's YAML has no prices."
    if all(one.bill.usd is None for one in answer.schedules):
        return f"Costs {beyond}: billed seconds of jobs; the prices in the model's YAML lack an instance type of them."
    return f"Costs {beyond}: jobs as they were measured, by the prices of {answer.prices_of[:10]}."


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
