"""The scripts of the page: a library for charts as it was published, what tells it which charts to draw, and sorting.

They stand inside the page. Whoever shows a stored report allows them, and nothing else, by their digests.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib.resources import files

LIBRARY, OWN, SORT = "vendor/chart.umd.min.js", "report.js", "sort.js"


@cache
def script(name: str) -> str:
    """Return a script, :data:`LIBRARY`, :data:`OWN` or :data:`SORT`."""
    return files("include.autopilot.report").joinpath("pages", *name.split("/")).read_text(encoding="utf-8")


@cache
def allowed() -> str:
    """Return the sources of a Content-Security-Policy's ``script-src`` that let a report's own scripts run."""
    digests = (hashlib.sha256(script(name).encode()).digest() for name in (LIBRARY, OWN, SORT))
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
