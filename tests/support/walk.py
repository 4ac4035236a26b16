"""A way through a UI that a page of the documentation describes, walked literally in a browser.

A step is what a list item says: *open* `path`, *press* **name**, *write* `text` into **field**, *choose* **option** in
**field**, *see* `text`, and *wait until it is* **state**, a run's state beside its name. The rest is for people.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from playwright.sync_api import FrameLocator, Locator, Page

Place = Page | FrameLocator | Locator
SECONDS_TO_SEE = 600
# A person reads before pressing anything. Airflow loses an answer in the seconds in which the task that asks ends its
# process (it takes the end for that of the task that was answered), and asks again after half a minute.
SECONDS_TO_READ = 10
_STEP = re.compile(
    r"(?P<open>[Oo]pen `(?P<path>[^`]+)`)"
    r"|(?P<press>[Pp]ress \*\*(?P<name>[^*]+)\*\*)"
    r"|(?P<write>[Ww]rite `(?P<text>[^`]+)`\s+into\s+\*\*(?P<into>[^*]+)\*\*)"
    r"|(?P<choose>[Cc]hoose \*\*(?P<option>[^*]+)\*\*\s+in\s+\*\*(?P<of>[^*]+)\*\*)"
    r"|(?P<see>[Ss]ee `(?P<seen>[^`]+)`)"
    r"|(?P<wait>[Ww]ait until it is \*\*(?P<state>[^*]+)\*\*)"
)


def steps(section: str) -> Iterator[re.Match[str]]:
    """Return the steps of a section's numbered list."""
    for item in re.findall(r"^\d+\. .*(?:\n   .*)*", section, re.MULTILINE):
        yield from _STEP.finditer(re.sub(r"\s+", " ", item))


def _like(name: str) -> re.Pattern[str]:
    """Return what a name is compared by; ``…`` stands for anything."""
    return re.compile(rf"^\s*{'.*'.join(map(re.escape, name.split('…')))}\s*$", re.DOTALL)


class Walk:
    """One person at one server.

    :param known: what stands in the page in the place of what differs from machine to machine.
    """

    def __init__(self, page: Page, base: str, known: dict[str, str]) -> None:
        self._page, self._base, self._known = page, base, known

    def do(self, step: re.Match[str]) -> None:
        """Do one step.

        :raises playwright.sync_api.Error: what it names is not there.
        """
        said = step.groupdict()
        if said["open"]:
            self._page.goto(f"{self._base}{said['path']}")
        elif said["press"]:
            self._named(said["name"]).click()
        elif said["write"]:
            self._field(said["into"]).fill(self._known.get(said["text"], said["text"]))
        elif said["choose"]:
            self._field(said["of"]).select_option(said["option"])
        elif said["see"]:
            self._see(said["seen"])
        else:
            self._state(said["state"])

    def _first(self, within: Callable[[Place], list[Locator]], again: bool = False) -> Locator:
        """Return the first of what is looked for that is there, once one is.

        :param within: looks in the dialogs if there are any, else on the page and in the frame of our own pages.
        :param again: whether the page is loaded again meanwhile, as a person would.
        """
        for second in range(SECONDS_TO_SEE):
            if again and second % 10 == 9 and "/start/" not in self._page.url:
                self._page.reload()
            dialogs = [one for one in self._page.get_by_role("dialog").all() if one.is_visible()]
            for place in dialogs[::-1] or [self._page, self._page.frame_locator("iframe").first]:
                for found in within(place):
                    if seen := [one for one in found.all() if one.is_visible()]:
                        return seen[0]
            self._page.wait_for_timeout(1000)
        raise AssertionError(f"{self._page.url}\n{self._page.inner_text('body')[:3000]}")

    def _named(self, name: str) -> Locator:
        roles: tuple[Any, ...] = ("button", "link", "tab", "radio")
        return self._first(
            lambda place: [
                *(place.get_by_role(role, name=_like(name)) for role in roles),
                place.get_by_text(_like(name)),
            ]
        )

    def _field(self, label: str) -> Locator:
        # The labels of Airflow's own forms name no field: it is the next one.
        beside = f"xpath=.//*[normalize-space(text())='{label}']/following::*[self::input or self::textarea][1]"
        return self._first(lambda place: [place.get_by_label(label, exact=True), place.locator(beside)])

    def _see(self, text: str) -> None:
        of_a_model = "/autopilot/models/" in self._page.url
        self._first(lambda place: [place.get_by_text(text)], again=of_a_model)
        if of_a_model and "/start/" not in self._page.url:
            self._page.wait_for_timeout(1000 * SECONDS_TO_READ)

    def _state(self, state: str) -> None:
        header = self._page.get_by_role("heading").first.locator("xpath=..")
        for _ in range(SECONDS_TO_SEE):
            said = header.inner_text()
            if state in said:
                return
            assert "Failed" not in said, self._page.inner_text("body")[:3000]
            self._page.wait_for_timeout(1000)
        raise AssertionError((self._page.url, header.inner_text()))
