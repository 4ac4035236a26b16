"""How a page is made: templates that escape every text, and headers that allow a browser nothing else."""

from __future__ import annotations

import base64
import hashlib
import math
from functools import cache
from importlib.resources import files
from typing import Any

from fastapi import Request, Response
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from include.autopilot.base.metrics import find_metric
from include.autopilot.base.shortened import shortened
from include.autopilot.overview import metriccharts
from include.autopilot.report import scripts

_PACKAGE, _FOLDER = "airflow_autopilot.dashboard", "pages"
_COMMON = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cache-Control": "no-store"}
# Of a name, and of a sentence that says why.
_LONGEST, _LONGEST_SENTENCE = 240, 1200


def page(request: Request, template: str, status: int = 200, **shown: Any) -> Response:
    """Render a template.

    :param shown: what the template is told besides ``root`` (the dashboard's path) and ``airflow`` (Airflow's own).
    """
    root = request.scope["root_path"].rstrip("/")
    airflow = root.rpartition("/")[0]
    text = _environment().get_template(template).render(root=root, airflow=airflow, **shown)
    return Response(text, status, {**_COMMON, "Content-Security-Policy": _policy()}, "text/html; charset=utf-8")


def report(body: bytes) -> Response:
    """Return a stored report as a page that can do nothing but draw its charts."""
    return Response(body, 200, {**_COMMON, "Content-Security-Policy": _policy_of_reports()}, "text/html; charset=utf-8")


def drawing(name: str) -> Response:
    """Return one of our own pictures."""
    policy = {"Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'"}
    return Response(_own(name), 200, {**_COMMON, **policy}, "image/svg+xml")


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
        "number": _number,
        "usd": _usd,
        "metric": _metric,
        "short": _short,
        "told": _told,
        "day": _day,
    }
    # Our own files: the texts that others write are escaped.
    own = {name: Markup(_own(name)) for name in ("style.css", "page.js")}  # noqa: S704
    sort = Markup(scripts.script(scripts.SORT))  # noqa: S704
    environment.globals |= {"style": own["style.css"], "script": own["page.js"], "sort": sort, "drawn": metriccharts}
    return environment


@cache
def _policy() -> str:
    return (
        f"default-src 'none'; style-src '{_hash(_own('style.css'))}'; frame-src 'self'; "
        f"script-src '{_hash(_own('page.js'))}' '{_hash(scripts.script(scripts.SORT))}'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )


@cache
def _policy_of_reports() -> str:
    """Return what a report may do, which holds texts of rows and columns.

    Only the scripts that this release writes into it run, without requests and without a share in Airflow's origin; in
    a report of another release the charts stand still.
    """
    return (
        f"sandbox allow-scripts; default-src 'none'; script-src {scripts.allowed()}; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@cache
def _own(name: str) -> str:
    return files(_PACKAGE).joinpath(_FOLDER, name).read_text(encoding="utf-8")


def _number(value: float | None) -> str:
    return f"{value:.4g}" if value is not None and math.isfinite(value) else "not defined"


def _usd(value: float | None) -> str:
    return "unknown" if value is None else f"{value:,.2f} USD"


def _metric(name: str) -> str:
    known = find_metric(name)
    return known.shown if known else name


def _short(text: str | None) -> str:
    return _fitting(text, _LONGEST)


def _told(text: str | None) -> str:
    return _fitting(text, _LONGEST_SENTENCE)


def _fitting(text: str | None, longest: int) -> str:
    return shortened(" ".join((text or "").split()), longest)


def _day(moment: str) -> str:
    """Return the date of an ISO 8601 text."""
    return moment[:10]
