"""How the page of a run is made: a frame, and in it one part per section, each a template that escapes every text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from include.autopilot.base.metrics import find_metric
from include.autopilot.champion.ledger import shown_kind
from include.autopilot.drift.shape import drawn
from include.autopilot.evaluation.measured import BETTER
from include.autopilot.report.scripts import LIBRARY, OWN, SORT, script

_PACKAGE, _FOLDER = "include.autopilot.report", "pages"
# The sections in their order: each is pages/parts/<name>.html.j2, which sets its own ``title``. One without a body is
# left out: the run has nothing to say of it.
SECTIONS = (
    "verdict",
    "champion",
    "segments",
    "course",
    "retune",
    "measured",
    "confusion",
    "ranges",
    "holdouts",
    "predictions",
    "exams",
    "notes",
    "drops",
    "identity",
    "drift",
    "jobs",
    "requests",
    "cost",
    "search",
    "origin",
)
# From here on four digits are enough.
_LARGE = 1e9


@dataclass(frozen=True)
class Section:
    """A part of the page: its anchor, its heading, and what stands below."""

    name: str
    title: Markup
    body: Markup


def rendered(report: Mapping[str, Any], figures: Mapping[str, Any], **shown: Any) -> str:
    """Return the page.

    :param report: what ``report.json`` holds; ``shown``: what the parts are told besides.
    :param figures: the charts as JSON, for the page's script.
    """
    environment = _environment()
    told = {"report": report, "judge": report["holdouts"][report["judge"]], **shown}
    sections = [section for name in SECTIONS if (section := _section(environment, name, told)).body]
    data = htmlsafe_json_dumps(figures, separators=(",", ":")) if figures["figures"] else None
    return environment.get_template("page.html.j2").render(told, sections=sections, data=data)


def _section(environment: Environment, name: str, told: Mapping[str, Any]) -> Section:
    part = environment.get_template(f"parts/{name}.html.j2").make_module(dict(told))
    # The parts escape what they are given.
    return Section(name, Markup(part.title), Markup(str(part).strip()))  # type: ignore[attr-defined]  # noqa: S704


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(_PACKAGE, _FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "number": number,
        "digits": _digits,
        "metric": metric_name,
        "breakable": _breakable,
        "usd": _usd,
        "drawn": drawn,
        "happened": shown_kind,
        "percent": _percent,
    }
    # Our own files: the texts that others write are escaped.
    style = Markup(files(_PACKAGE).joinpath(_FOLDER, "style.css").read_text(encoding="utf-8"))  # noqa: S704
    scripts = [Markup(script(name)) for name in (LIBRARY, OWN)]  # noqa: S704
    sort = Markup(script(SORT))  # noqa: S704
    environment.globals |= {"better": BETTER, "style": style, "scripts": scripts, "sort": sort}
    return environment


def metric_name(metric: str) -> str:
    """Return a metric's name for people."""
    known = find_metric(metric)
    return metric if known is None else known.shown


def _breakable(name: str) -> Markup:
    """Let a name like BalancedAccuracy go on in the next line where there is no room for it."""
    return Markup("<wbr>").join(re.split(r"(?<=[a-z0-9])(?=[A-Z])", name))


def number(value: float | None) -> str:
    """Return a number with three decimals, of a large one four digits."""
    if value is None:
        return "–"  # noqa: RUF001 - a dash for what is not defined
    return f"{value:.3f}" if abs(value) < _LARGE else f"{value:.4g}"


def _digits(value: float | None) -> str:
    """Return a number of any size with four digits."""
    return number(None) if value is None else f"{value:.4g}"


def _usd(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.2f}"


def _percent(share: float | None) -> str:
    return number(None) if share is None else f"{share:.1%}"
