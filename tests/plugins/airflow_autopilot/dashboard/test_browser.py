"""The dashboard in a real browser: nothing is cut off, nothing is blocked, and a hostile text stays one."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from tests.include.local_aws.browser import CHROMIUM
from tests.support.chromium import Tab, tab
from tests.support.observed import Observed, Site

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: apt-get install chromium"),
]
# Something that is wider than the window although it does not scroll by itself, and is no part of what does.
_CUT_OFF = """[...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll, svg') &&
  e.getBoundingClientRect().right > document.documentElement.clientWidth + 1).map(e => e.outerHTML.slice(0, 80))"""
# What scrolls can be reached by keyboard and has a name.
_UNREACHABLE = """[...document.querySelectorAll('.scroll')].filter(e => e.tabIndex !== 0 || e.role !== 'region' ||
  !(e.ariaLabel || document.getElementById(e.getAttribute('aria-labelledby')))).map(e => e.outerHTML.slice(0, 80))"""


# npm's axe-core, a file that is not in the repository.
AXE = os.environ.get("AXE_CORE")


def paths(observed: dict[str, Observed]) -> list[str]:
    run = f"/models/hostile/runs/{observed['hostile'].key(2)}"
    return ["/", "/models/plain", "/models/hostile", "/models/hostile/rollback", run]


@pytest.fixture(scope="module")
def served(site: Site) -> Iterator[str]:
    """The server on a loopback port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(site.client.app, host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(20)


@pytest.fixture(scope="module")
def window(served: str, site: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    with tab(tmp_path_factory.mktemp("browser"), {"_token": site.token}, served) as opened:
        yield opened


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, False), (1280, True), (390, True)])
def test_every_page_fits_and_is_allowed_what_it_does(
    served: str, window: Tab, observed: dict[str, Observed], tmp_path: Path, width: int, dark: bool
) -> None:
    for number, path in enumerate(paths(observed)):
        window.look(width, dark)
        window.open(f"{served}/autopilot{path}")
        assert window.evaluate(_CUT_OFF) == [], path
        assert window.evaluate(_UNREACHABLE) == [], path
        assert window.evaluate("document.querySelectorAll('main, header, footer, h1').length") == 4
        assert window.evaluate("getComputedStyle(document.body).margin") == "0px", "the style is allowed"
        window.picture(tmp_path / f"{number}-{width}{'-dark' if dark else ''}.png")
    # The report's own script is the one thing that must be blocked; no dialog has stopped the page either.
    assert all("script" in said.lower() and "report" in said for said in window.complaints), window.complaints


def test_a_link_to_airflow_leads_out_of_airflows_frame(served: str, window: Tab) -> None:
    window.look(1280)
    window.open(f"{served}/autopilot/")
    # As Airflow's UI shows a plugin's view.
    window.evaluate("""(() => { const frame = document.createElement('iframe'); frame.id = 'ours';
      frame.sandbox = 'allow-scripts allow-same-origin allow-forms allow-downloads';
      frame.src = '/autopilot/models/plain'; document.body.replaceChildren(frame); })()""")
    inside = "document.getElementById('ours').contentDocument"
    window.until(f"{inside}?.querySelector('.starts a[target=_top]') && {inside}.readyState === 'complete'")
    window.evaluate(f"{inside}.querySelector('.starts a[target=_top]').click()")
    window.until("location.pathname === '/dags/plain_retrain'")


def test_a_button_starts_a_dag_by_airflows_own_api(served: str, window: Tab, site: Site) -> None:
    window.look(1280)
    window.open(f"{served}/autopilot/models/plain")
    dry = "[...document.querySelectorAll('.starts details')].find(one => one.textContent.includes('Dry run'))"
    window.evaluate(f"{dry}.open = true; {dry}.querySelector('button').click()")
    window.until(f"{dry}.querySelector('[role=status] a')")
    assert window.evaluate(f"{dry}.querySelector('button').disabled"), "it is not started twice"
    run_id = window.evaluate(f"{dry}.querySelector('[role=status] a').textContent")
    site.client.cookies.set("_token", site.token)
    run = site.client.get(f"/api/v2/dags/plain_retrain/dagRuns/{run_id}").json()
    assert run["conf"] == {"dry_run": True}
    assert run["triggering_user_name"] == "ann"


def test_a_rollback_names_the_version_and_a_refusal_is_said(served: str, window: Tab, site: Site) -> None:
    window.open(f"{served}/autopilot/models/plain/rollback")
    said = "document.querySelector('[role=status]').textContent"
    window.evaluate("document.querySelector('input[value=\"3\"]').click(); document.forms[0].noValidate = true")
    window.evaluate("document.querySelector('button').click()")
    window.until(f"{said}.startsWith('Nothing was started. Airflow says: ') && {said}.includes('reason')")
    window.evaluate("document.querySelector('[name=reason]').value = '<b>why</b>'")
    window.evaluate("document.querySelector('button').click()")
    window.until(f"{said}.startsWith('Started: ')")
    run_id = window.evaluate("document.querySelector('[role=status] a').textContent")
    site.client.cookies.set("_token", site.token)
    run = site.client.get(f"/api/v2/dags/plain_rollback/dagRuns/{run_id}").json()
    assert run["conf"] == {"version": 3, "reason": "<b>why</b>"}


@pytest.mark.skipif(AXE is None, reason="AXE_CORE names no axe.min.js of npm's axe-core")
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_axe_finds_no_fault(served: str, window: Tab, observed: dict[str, Observed], width: int, dark: bool) -> None:
    window.look(width, dark)
    faults = {}
    for path in paths(observed):
        window.open(f"{served}/autopilot{path}")
        window.evaluate(Path(str(AXE)).read_text())
        found = window.evaluate("axe.run(document, {iframes: false}).then(found => JSON.stringify(found.violations))")
        faults |= {(path, one["id"]): [node["html"][:200] for node in one["nodes"][:3]] for one in json.loads(found)}
    assert faults == {}
