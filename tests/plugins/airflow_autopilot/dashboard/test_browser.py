"""The dashboard in a real browser: nothing is cut off, nothing is blocked, and a hostile text stays one."""

from __future__ import annotations

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
    run = f"/models/hostile/runs/{observed['hostile'].key(2)}"
    for number, path in enumerate(("/", "/models/plain", "/models/hostile", run)):
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
    window.until(f"{inside}?.querySelector('.starts a') && {inside}.readyState === 'complete'")
    window.evaluate(f"{inside}.querySelector('.starts a').click()")
    window.until("location.pathname === '/dags/plain_retrain'")
