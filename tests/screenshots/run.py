"""``python -m tests.screenshots.run``, after ``make bace``: start what ``make up`` starts, and photograph every page.

About ten minutes, with a few retrainings. The files in ``docs/pictures/`` are replaced, and beside them the digests of
what they show in words (``shown.json``), so that a test knows when a page says something else than its picture.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import httpx
from PIL import Image
from playwright.sync_api import Page

from include.autopilot.settings.config import find_model
from include.local_aws.process import start
from scripts.airflow_env import LOCAL_ACCOUNT, ROOT
from scripts.dag_runs import start_run, unpause, wait_for_run
from scripts.local_airflow import BY_HAND, airflow, signed_in
from scripts.up import EXAMPLE, search, seed
from tests.include.local_aws.browser import CHROMIUM
from tests.screenshots.shown import PICTURES, record
from tests.support.chromium import look, window

# The picture of the backtest, as make bace has left it.
BACKTEST = ROOT / ".local" / "demo" / "backtest.svg"
RETRAIN = f"{EXAMPLE}_retrain"
CUTOFFS = ("2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01")
WIDTH, HEIGHT, WIDE, COLOURS = 1280, 800, 2200, 128
SECONDS_TO_MOVE = 2
_BOXES = """(() => {
  const boxes = [...document.querySelectorAll('.react-flow__node')].map(e => e.getBoundingClientRect());
  return [Math.min(...boxes.map(b => b.left)), Math.min(...boxes.map(b => b.top)),
          Math.max(...boxes.map(b => b.right)), Math.max(...boxes.map(b => b.bottom))]; })()"""

_TOP = "[16, 16, 1264, 1384]"


def main() -> int:
    """Take the pictures; the exit code says whether that went well."""
    if CHROMIUM is None:
        print("chromium is not installed: apt-get install chromium", file=sys.stderr)
        return 1
    if not BACKTEST.is_file():
        print(f"{BACKTEST} is not there: make bace first", file=sys.stderr)
        return 1
    PICTURES.mkdir(exist_ok=True)
    shutil.copy(BACKTEST, PICTURES / "bace.svg")
    os.environ.update(LOCAL_ACCOUNT)
    folder = Path(tempfile.mkdtemp(prefix="screenshots-"))
    with (
        start(folder / "aws") as aws,
        airflow(folder, aws.url, BY_HAND, 0) as (ui, _),
        signed_in(ui, folder) as client,
    ):
        if not seed(aws.url, find_model(EXAMPLE)) or search(client, f"{EXAMPLE}_search") != "success":
            print(f"the search did not succeed; see {folder}", file=sys.stderr)
            return 1
        for cutoff in CUTOFFS:
            retrain(client, cutoff)
        token = client.headers["Authorization"].removeprefix("Bearer ")
        with window(ui, {"_token": token}) as page:
            photograph(page, ui)
    record()
    shutil.rmtree(folder)
    return 0


def retrain(client: httpx.Client, cutoff: str) -> None:
    """Retrain up to a cutoff.

    :raises SystemExit: the run failed.
    """
    unpause(client, RETRAIN)
    run = wait_for_run(client, RETRAIN, start_run(client, RETRAIN, {"cutoff": f"{cutoff}T00:00:00Z"}))
    if run["state"] != "success":
        raise SystemExit(f"{run['dag_run_id']} ended {run['state']}")


def photograph(page: Page, ui: str) -> None:
    """Show every page and keep its picture."""
    look(page, WIDTH, height=HEIGHT)
    page.goto(f"{ui}/dags/{RETRAIN}")
    page.locator("canvas").first.wait_for()
    keep(page, "grid")
    page.get_by_role("button", name="Trigger").click()
    page.get_by_text("Run Parameters").wait_for()
    keep(page, "form")
    look(page, WIDE, height=HEIGHT)
    page.goto(f"{ui}/dags/{RETRAIN}")
    page.locator("button[aria-label^='Show Graph']").click()
    page.locator(".react-flow__node").nth(9).wait_for()
    keep(page, "graph", _BOXES)
    look(page, WIDTH, height=HEIGHT)
    page.goto(f"{ui}/autopilot/")
    keep(page, "models")
    page.goto(f"{ui}/autopilot/models/{EXAMPLE}")
    run = page.locator("a[href*='/runs/']").first.get_attribute("href")
    keep(page, "model")
    page.goto(f"{ui}{run}/report")
    keep(page, "report", _TOP)


def keep(page: Page, name: str, part: str | None = None) -> None:
    """Save what is shown as a small PNG, once nothing moves any more.

    :param part: gives left, top, right and bottom of what is kept, in pixels; the whole page unless told.
    """
    before, now = b"", page.screenshot(full_page=True)
    while now != before:
        time.sleep(SECONDS_TO_MOVE)
        before, now = now, page.screenshot(full_page=True)
    picture = Image.open(io.BytesIO(now)).convert("RGB")
    if part:
        picture = picture.crop(around(page.evaluate(part)))
    picture.quantize(COLOURS).save(PICTURES / f"{name}.png", optimize=True)
    print(PICTURES / f"{name}.png", flush=True)


def around(box: Sequence[float]) -> tuple[int, int, int, int]:
    """Return a box with a margin."""
    left, top, right, bottom = box
    return int(left) - 16, int(top) - 16, int(right) + 16, int(bottom) + 16


if __name__ == "__main__":
    sys.exit(main())
