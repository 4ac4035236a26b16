"""What is shown of a drift: JSON for programs, and a piece of HTML for the report of a run."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup
from pydantic import TypeAdapter

from include.autopilot.drift.comparison import Drift
from include.autopilot.drift.shape import drawn

_ADAPTER = TypeAdapter(Drift)
_DASH = "–"  # noqa: RUF001 - a dash for what is not defined


def drift_content(drift: Drift) -> dict[str, Any]:
    """Return a drift as plain JSON, the columns that drifted most first.

    The keys are the fields of :class:`Drift` and its columns, ``blocked``, ``sentence``, and each column's ``ks``.
    """
    content: dict[str, Any] = _ADAPTER.dump_python(drift, mode="json")
    content["columns"] = [
        entry | {"ks": column.ks} for entry, column in zip(content["columns"], drift.columns, strict=True)
    ]
    content["columns"].sort(key=_gravity)
    return content | {"blocked": drift.blocked, "sentence": drift.sentence}


def drift_html(content: Mapping[str, Any]) -> Markup:
    """Return the section of a report about drift; every text of it is escaped.

    :param content: what :func:`drift_content` returned.
    """
    # The template escapes what it is given.
    return Markup(_section().render(drift=content))  # noqa: S704


def drift_page(content: Mapping[str, Any]) -> str:
    """Return a page of its own about all drops of a run; every text of it is escaped.

    :param content: what :func:`include.autopilot.drift.check.check_drift` wrote.
    """
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    source = files("include.autopilot.drift").joinpath("page.html.j2").read_text(encoding="utf-8")
    sections = [(drop["drop"], drift_html(drop)) for drop in content["drops"]]
    return environment.from_string(source).render(run=content, sections=sections)


@cache
def _section() -> Template:
    """Return the template of one drop's section, compiled once: a run shows many drops."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"figure": _figure, "percent": _percent, "range": _range, "drawn": drawn}
    source = files("include.autopilot.drift").joinpath("section.html.j2").read_text(encoding="utf-8")
    return environment.from_string(source)


def _gravity(column: Mapping[str, Any]) -> tuple[Any, ...]:
    order = ("block", "warn", "none").index(column["action"])
    smallest = min(column["q"].values(), default=1.0)
    return order, column["role"] != "target", smallest, -(column["psi"] or 0.0)


def _figure(value: float | None) -> str:
    """Three significant digits."""
    return _DASH if value is None else f"{value:.3g}"


def _percent(value: float | None) -> str:
    return _DASH if value is None else f"{value:.1%}"


def _range(value: tuple[float, float] | None) -> str:
    return _DASH if value is None else f"{value[0]:.4g} … {value[1]:.4g}"
