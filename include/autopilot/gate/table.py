"""A verdict as a table: for the log, for the body of an approval (Markdown), and for the report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from include.autopilot.gate.segments import summary_words
from include.autopilot.gate.spending import level_words
from include.autopilot.gate.verdict import MANY_TIMES, verdict_of

Rows = list[tuple[str, str]]


def rows_of(verdict: Mapping[str, Any]) -> Rows:
    """Return name and value of everything that the verdict rests on.

    :param verdict: as :meth:`include.autopilot.gate.verdict.Verdict.as_json` gives it.
    """
    found: Rows = [("challenger", verdict["challenger"]), ("champion", verdict["opponent"] or "none")]
    compared = verdict["comparison"]
    if compared is not None:
        level = level_words(compared.get("level") or verdict["confidence"])
        relative = "not defined" if compared["relative_gain"] is None else _share(compared["relative_gain"])
        found += [
            ("metric", f"{compared['metric']} ({compared['direction']})"),
            ("of the champion", _number(compared["champion"])),
            ("of the challenger", _number(compared["challenger"])),
            ("gain", f"{_number(compared['gain'])}, {relative} of the champion's loss"),
            (f"{level} interval of the gain", f"{_number(compared['low'])} to {_number(compared['high'])}"),
        ]
        likely = compared.get("likely_gain")
        found += [("gain without the luck of the winner", _number(likely))] if likely is not None else []
    look = verdict.get("look")
    beside, on = verdict.get("beside"), verdict.get("judged_on", "sealed")
    if beside is not None:
        numbers = f"{_number(beside['challenger'])} against {_number(beside['champion'])}"
        found.append(("on the sealed rows", numbers))
    return [
        *found,
        *([("look", look["words"])] if look else []),
        ("judged on", f"{verdict['rows']} {on} rows"),
        *([("segments", summary_words(verdict_of(verdict).segments))] if verdict.get("segments") else []),
        ("holdout", verdict["holdout"]),
        ("rule", f"{verdict['rule']}, at least {verdict['min_relative_change']:.1%}; {verdict['mode']}"),
        ("verdict", f"{verdict['decision']} ({verdict['reason']})"),
    ]


def as_text(verdict: Mapping[str, Any]) -> str:
    """Return the table for a log."""
    rows = rows_of(verdict)
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name.ljust(width)}  {value}" for name, value in rows)


def as_markdown(verdict: Mapping[str, Any]) -> str:
    """Return the table in Markdown."""
    lines = [f"| {_cell(name)} | {_cell(value)} |" for name, value in rows_of(verdict)]
    return "\n".join(["| | |", "|---|---|", *lines])


def _share(value: float) -> str:
    return f"{value:+.2%}" if abs(value) < MANY_TIMES else f"{value:+.3g} times"


def _number(value: float) -> str:
    return f"{value:.4g}"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")
