"""The dashboard in a real browser: nothing is cut off, nothing is blocked, and a hostile text stays one."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Page, expect

from tests.include.local_aws.browser import CHROMIUM
from tests.support.chromium import complaints, faults, look, picture, window
from tests.support.observed import HOSTILE, SCORING, Observed, Site

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


def paths(observed: dict[str, Observed]) -> list[str]:
    run = f"/models/hostile/runs/{observed['hostile'].key(2)}"
    starts = [f"/models/hostile/start/{kind}" for kind in ("retrain", "score", "search")]
    scoring = observed["hostile"].scoring(
        [[HOSTILE, "-1", "4"], *([f"row-{one}", str(one), "4"] for one in range(300))]
    )
    return ["/", "/models/plain", "/models/first", "/models/hostile", "/models/hostile/rollback", run, scoring, *starts]


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
def page(served: str, site: Site) -> Iterator[Page]:
    with window(served, {"_token": site.token}) as opened:
        yield opened


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, False), (1280, True), (390, True)])
def test_every_page_fits_and_is_allowed_what_it_does_and_axe_finds_no_fault(
    served: str, page: Page, observed: dict[str, Observed], tmp_path: Path, width: int, dark: bool
) -> None:
    look(page, width, dark)
    said = complaints(page)
    for number, path in enumerate(paths(observed)):
        page.goto(f"{served}/autopilot{path}")
        assert page.evaluate(_CUT_OFF) == [], path
        assert page.evaluate(_UNREACHABLE) == [], path
        assert page.locator("main, header, footer, h1").count() == 4
        assert page.evaluate("getComputedStyle(document.body).margin") == "0px", "the style is allowed"
        assert faults(page) == [], path
        picture(page, tmp_path / f"{number}-{width}{'-dark' if dark else ''}.png")
    # The script that somebody wrote into a report is the one thing that must be blocked.
    assert len(said) == 1, said
    assert "script" in said[0].lower()


# What cannot be seen without scrolling sideways.
_ASIDE = """(at => { const all = [...document.querySelectorAll(at)]; return all.length > 0 && all.filter(e => {
  const box = e.getBoundingClientRect();
  return box.width > 0 && (box.left < 0 || box.right > innerWidth); }).length; })"""


def test_a_narrow_window_shows_the_dot_of_one_run_and_why_runs_ended(served: str, page: Page) -> None:
    look(page, 390)
    page.goto(f"{served}/autopilot/models/first")
    assert page.evaluate(f"{_ASIDE}('circle')") == 0
    page.goto(f"{served}/autopilot/models/plain")
    assert page.evaluate(f"{_ASIDE}('table:has(.says) tbody tr > *')") == 0
    rows = page.locator("[aria-labelledby=runs] tbody tr")
    assert max((row.bounding_box() or {"height": 999})["height"] for row in rows.all()) < 200
    expect(rows.first).to_contain_text("is compared with")


def test_a_link_to_airflow_leads_out_of_airflows_frame(served: str, page: Page) -> None:
    look(page, 1280)
    page.goto(f"{served}/autopilot/")
    # As Airflow's UI shows a plugin's view.
    page.evaluate("""(() => { const frame = document.createElement('iframe'); frame.id = 'ours';
      frame.sandbox = 'allow-scripts allow-same-origin allow-forms allow-downloads';
      frame.src = '/autopilot/models/plain/start/retrain'; document.body.replaceChildren(frame); })()""")
    page.frame_locator("#ours").locator("a[target=_top]").click()
    page.wait_for_url("**/dags/plain_retrain")


def test_predictions_are_sorted_and_downloaded(served: str, page: Page, observed: dict[str, Observed]) -> None:
    rows = [[f"row-{number}", str(number * 7 % 11), "4"] for number in range(11)]
    page.goto(f"{served}/autopilot{observed['plain'].scoring(rows)}")
    page.get_by_role("button", name="prediction").click()
    shown = page.locator("table[data-sortable] tbody td:nth-child(2)").all_inner_texts()
    assert shown == [str(number) for number in reversed(range(11))]
    with page.expect_download() as begun:
        page.get_by_role("link", name="Download new.csv").click()
    assert begun.value.suggested_filename == f"plain-{SCORING}-1.csv"
    assert len(Path(begun.value.path()).read_text().splitlines()) == 12


def test_a_button_starts_a_dag_by_airflows_own_api(served: str, page: Page, site: Site) -> None:
    page.goto(f"{served}/autopilot/models/plain")
    dry = page.locator(".starts details", has_text="Dry run")
    dry.locator("summary").click()
    dry.get_by_role("button").click()
    run_id = dry.locator("[role=status] a").text_content()
    expect(dry.get_by_role("button")).to_be_disabled()
    run = started(site, "plain_retrain", run_id)
    assert (run["conf"], run["triggering_user_name"]) == ({"dry_run": True}, "ann")


def test_a_form_is_refused_and_then_taken(served: str, page: Page, site: Site) -> None:
    page.goto(f"{served}/autopilot/models/plain/start/retrain")
    said, button = page.get_by_role("status"), page.get_by_role("button")
    page.get_by_label("Data scope").select_option("the last drops, as many as below")
    button.click()
    expect(said).to_contain_text("Nothing was started. scope last and last_drops go together")
    page.get_by_label("Number of drops").fill("2")
    page.get_by_label("Training instance type").fill("m5.large")
    button.click()
    expect(said).to_contain_text("instance_type: 'm5.large' is not an instance type.")
    page.get_by_label("Training instance type").fill("ml.m5.large")
    page.get_by_label("Cutoff").fill("2024-02-01")
    page.get_by_label("Dry run").check()
    page.get_by_label("Managed spot training").select_option("spot")
    button.click()
    expect(said).to_contain_text("Started: ")
    assert started(site, "plain_retrain", said.locator("a").text_content())["conf"] == {
        "cutoff": "2024-02-01T00:00:00Z",
        "scope": "last",
        "last_drops": 2,
        "instance_type": "ml.m5.large",
        "spot": True,
        "recipe": "replay",
        "featurizer": "reuse",
        "dry_run": True,
    }


def test_a_rollback_names_the_version_and_a_refusal_is_said(served: str, page: Page, site: Site) -> None:
    page.goto(f"{served}/autopilot/models/plain/rollback")
    said, button = page.get_by_role("status"), page.get_by_role("button")
    page.locator("input[value='3']").check()
    page.evaluate("document.forms[0].noValidate = true")
    button.click()
    expect(said).to_contain_text("Nothing was started. Airflow says: ")
    expect(said).to_contain_text("reason")
    page.locator("[name=reason]").fill("<b>why</b>")
    button.click()
    expect(said).to_contain_text("Started: ")
    run = started(site, "plain_rollback", said.locator("a").text_content())
    assert run["conf"] == {"version": 3, "reason": "<b>why</b>"}


def started(site: Site, dag_id: str, run_id: str | None) -> Any:
    site.client.cookies.set("_token", site.token)
    return site.client.get(f"/api/v2/dags/{dag_id}/dagRuns/{run_id}").json()
