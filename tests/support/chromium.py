"""A real browser without a window: the system's Chromium, driven by Playwright."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, sync_playwright

from tests.include.local_aws.browser import CHROMIUM

SECONDS = 60


@contextmanager
def window(url: str, cookies: dict[str, str] | None = None) -> Iterator[Page]:
    """Open a browser's window, logged in by cookies for the server of ``url``."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(SECONDS * 1000)
        page.context.add_cookies(
            [{"name": name, "value": value, "url": url} for name, value in (cookies or {}).items()]
        )
        yield page
        browser.close()


def look(page: Page, width: int, dark: bool = False, height: int = 900) -> None:
    """Set the window's width and the colour scheme."""
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme="dark" if dark else "light")


def complaints(page: Page) -> list[str]:
    """Return a list that grows with what the page complains about: errors, what was blocked, and dialogs."""
    found: list[str] = []
    page.on("console", lambda said: found.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("dialog", lambda dialog: (found.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    return found


def faults(page: Page) -> list[tuple[str, list[str]]]:
    """Return what axe-core finds wrong for people with assistive technology, without what a frame shows."""
    found = Axe().run(page, options={"resultTypes": ["violations"], "iframes": False}).response["violations"]
    return [(one["id"], [node["html"][:200] for node in one["nodes"][:3]]) for one in found]


def picture(page: Page, path: Path) -> None:
    """Save the whole page as a PNG."""
    page.screenshot(path=path, full_page=True)
