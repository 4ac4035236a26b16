"""Reports in a real browser: nothing is cut off, everyone can use them, and what others wrote stays a text."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import boto3
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from airflow_autopilot.dashboard.rendering import report
from tests.include.local_aws.browser import CHROMIUM
from tests.support import reportpages
from tests.support.toy import Toy

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed: apt-get install chromium"),
]
SITE = "http://report.example/"
# Something that is wider than the window although it does not scroll by itself, and is no part of what does.
CUT_OFF = """[...document.querySelectorAll('body *')].filter(e => !e.closest('.scroll, svg, .skip, canvas') &&
  e.getBoundingClientRect().right > document.documentElement.clientWidth + 1).map(e => e.outerHTML.slice(0, 80))"""
_REACHES = """(() => { const chart = Chart.getChart(document.querySelector('figure[data-figure=ranges] canvas'));
  const high = chart.data.datasets.flatMap(one => one.high);
  return high.length > 1 && chart.scales.y.max >= Math.max(...high); })()"""
HEADINGS = "[...document.querySelectorAll('h1, h2, h3')].map(one => Number(one.tagName[1]))"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def kept() -> dict[str, str]:
    """The pages, once the first test has made them."""
    return {}


@pytest.fixture
def pages(toy: Toy, kept: dict[str, str]) -> dict[str, str]:
    if kept:
        return kept
    registry = boto3.client("sagemaker", region_name="us-east-1", aws_access_key_id="t", aws_secret_access_key="t")
    regression, content = reportpages.written(toy, registry, 300, 60)
    classes, drift = reportpages.classes_shown(content, 500), reportpages.drift_shown(60)
    kept |= {"regression": regression, "classes": classes, "drift": drift}
    return kept


def opened(browser: Browser, body: str, width: int = 1280, **more: Any) -> tuple[Page, list[str]]:
    """Show a page as the dashboard serves it; gives it and what it complains about."""
    answer = report(body.encode())
    page = browser.new_context(viewport={"width": width, "height": 900}, **more).new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.route("**/*", lambda route: route.fulfill(body=answer.body, headers=dict(answer.headers)))
    page.goto(SITE)
    return page, said


def grave(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:90]}" for one in found if one["impact"] in ("serious", "critical")]


def test_every_page_fits_everywhere_and_keeps_nobody_out(browser: Browser, pages: dict[str, str]) -> None:
    for name, body in pages.items():
        for width, scheme in ((1280, "light"), (390, "light"), (1280, "dark"), (390, "dark")):
            # Tests look into the page by a script of their own, which its policy forbids.
            page, said = opened(browser, body, width, color_scheme=scheme, bypass_csp=True)
            assert page.evaluate(CUT_OFF) == [], (name, width)
            assert page.evaluate("document.documentElement.scrollWidth") == width
            assert grave(page) == [], (name, width, scheme)
            levels = page.evaluate(HEADINGS)
            assert levels[0] == 1
            assert all(after <= before + 1 for before, after in pairwise(levels))
            assert page.locator("main").count() == page.locator("nav").count() == page.locator("header").count() == 1
            assert said == []
            page.context.close()


def test_a_point_tells_its_row_by_pointer_and_by_keyboard(browser: Browser, pages: dict[str, str]) -> None:
    page, said = opened(browser, pages["regression"])
    chart = page.locator("figure[data-figure=sealed-parity]")
    assert not chart.locator(".still").is_visible()
    chart.locator(".live").focus()
    page.keyboard.press("ArrowRight")
    first = chart.locator(".said").inner_text()
    assert "measured y: " in first
    assert "predicted y: " in first
    page.keyboard.press("End")
    assert chart.locator(".said").inner_text() != first
    told = page.evaluate("JSON.parse(document.getElementById('figures').textContent)")
    (figure,) = [one for one in told["figures"] if one["name"] == "sealed-parity"]
    keys = told["columns"][figure["series"][1]["keys"]]
    assert chart.locator(".said").inner_text().split(": ")[0] in keys
    assert any(key.startswith("<script>") and len(key) == 80 for key in keys)
    page.mouse.move(0, 0)
    chart.locator("canvas").hover()
    assert chart.locator(".said").inner_text().split(": ")[0] in keys
    # Intervals are within the chart.
    assert page.evaluate(_REACHES)
    assert said == []


def test_without_scripts_and_on_paper_the_charts_stand_still(browser: Browser, pages: dict[str, str]) -> None:
    page, _ = opened(browser, pages["regression"], java_script_enabled=False)
    assert page.locator(".still svg").count() == page.locator("figure").count() >= 6
    assert all(one.is_visible() for one in page.locator(".still svg").all())
    page, _ = opened(browser, pages["regression"])
    assert page.locator(".alive").count() == page.locator("figure").count()
    page.emulate_media(media="print")
    assert all(one.is_visible() for one in page.locator(".still svg").all())
    assert not any(one.is_visible() for one in page.locator(".live, .said, nav").all())


def test_paper_cuts_off_nothing_and_is_light(browser: Browser, pages: dict[str, str]) -> None:
    for name, body in pages.items():
        # A sheet of A4 between its margins; nothing scrolls there.
        page, _ = opened(browser, body, 700, color_scheme="dark")
        page.emulate_media(media="print", color_scheme="dark")
        assert page.evaluate("document.documentElement.scrollWidth") == 700, name
        assert (
            name == "drift" or page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        )


def test_another_script_than_the_reports_own_does_not_run(browser: Browser, pages: dict[str, str]) -> None:
    body = pages["regression"].replace("</main>", "<script>document.title = 'taken'</script></main>")
    page, said = opened(browser, body)
    assert page.title() == "A toy · 2024-03-01"
    assert page.locator(".alive").count() > 0
    assert len(said) == 1
    assert "script" in said[0].lower()
    # A report of another release: its scripts are others.
    page, _ = opened(browser, pages["regression"].replace('"use strict";', '"use strict" ;'))
    assert page.locator(".alive").count() == 0
    assert page.locator(".still svg").first.is_visible()


def test_the_rows_are_sorted_by_a_click_and_by_a_key(browser: Browser, pages: dict[str, str]) -> None:
    page, said = opened(browser, pages["regression"])
    table = page.locator("table[data-sortable]")

    def column(place: int) -> list[str]:
        return table.locator(f"tbody td:nth-child({place + 1})").all_inner_texts()

    def sorts() -> list[str | None]:
        return [head.get_attribute("aria-sort") for head in table.locator("th").all()]

    sizes = [float(text) for text in column(4)]
    assert sizes == sorted(sizes, reverse=True)
    assert sorts() == [None, None, None, None, "descending"]
    measured = table.get_by_role("button", name="measured")
    measured.click()
    assert [float(text) for text in column(1)] == sorted(map(float, column(1)), reverse=True)
    assert sorts() == [None, "descending", None, None, None]
    measured.focus()
    page.keyboard.press("Enter")
    assert [float(text) for text in column(1)] == sorted(map(float, column(1)))
    assert sorts() == [None, "ascending", None, None, None]
    assert len(set(column(1))) > 3
    assert said == []
