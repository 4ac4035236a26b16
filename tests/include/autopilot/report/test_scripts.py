from __future__ import annotations

import base64
import hashlib
import re
import zipfile
from importlib.resources import files
from pathlib import Path

from include.autopilot.report.scripts import LIBRARY, OWN, SORT, allowed, script
from scripts.mwaa_bundle import ROOT, bundle

VENDOR = files("include.autopilot.report").joinpath("pages", "vendor")


def test_the_library_is_the_published_one_and_its_licence_lies_beside() -> None:
    told = VENDOR.joinpath("chart.txt").read_text(encoding="utf-8")
    content = VENDOR.joinpath("chart.umd.min.js").read_bytes()
    assert re.findall(r"^sha256 ([0-9a-f]{64})$", told, re.MULTILINE) == [hashlib.sha256(content).hexdigest()]
    (version,) = re.findall(r"Chart\.js v([\d.]+)", content[:200].decode())
    assert f"Chart.js {version}, file dist/chart.umd.min.js of npm's chart.js@{version}" in told
    assert "Permission is hereby granted" in told
    assert len(content) < 220_000


def test_it_stands_in_a_page_as_it_is_and_needs_no_rights_that_a_report_lacks() -> None:
    for name in (LIBRARY, OWN, SORT):
        assert "</script" not in script(name).lower()
        assert "<!--" not in script(name)
        assert not re.search(r"\beval\(|new Function\(|\bfetch\(|XMLHttpRequest|\bimport\(", script(name))


def test_the_policy_names_what_stands_in_a_page() -> None:
    digests = [
        base64.b64encode(hashlib.sha256(script(name).encode()).digest()).decode() for name in (LIBRARY, OWN, SORT)
    ]
    assert allowed() == " ".join(f"'sha256-{digest}'" for digest in digests)


def test_mwaa_gets_them(tmp_path: Path) -> None:
    bundle(ROOT, tmp_path / "bundle")
    with zipfile.ZipFile(tmp_path / "bundle" / "plugins.zip") as archive:
        inside = {name.removeprefix("include/autopilot/report/pages/") for name in archive.namelist()}
    assert {LIBRARY, OWN, SORT, "vendor/chart.txt", "style.css", "page.html.j2", "parts/verdict.html.j2"} <= inside
