from __future__ import annotations

from collections.abc import Iterator

import pytest

from include.autopilot.drops.heldout import HeldOut, HeldRow
from include.autopilot.rows.identity import identity
from tests.support.spellings import SPELLINGS

ROWS = [
    HeldRow("5000", "a", "sealed", "sealed.csv:2"),
    HeldRow("CHEMBL-1", "b", "sealed", "sealed.csv:3"),
    HeldRow("c1ccccc1", "c", "second", "second.csv:2"),
    HeldRow("old", "", "second", "second.csv:3"),
]


@pytest.fixture
def held() -> Iterator[HeldOut]:
    with HeldOut(ROWS) as held:
        yield held


def how(held: HeldOut, key: str, fingerprint: str = "") -> tuple[str, str] | None:
    match = held.match(identity(key), fingerprint)
    return None if match is None else (match.how, match.held.key)


def test_a_key_counts_for_more_than_content(held: HeldOut) -> None:
    assert how(held, "5000", "b") == ("key", "5000")
    assert how(held, "'5000", "b") == ("spelling", "5000")
    assert how(held, "new", "b") == ("content", "CHEMBL-1")
    assert how(held, "new", "x") is None
    assert how(held, "new") is None


@pytest.mark.parametrize("key", SPELLINGS, ids=ascii)
def test_every_spelling_of_a_sealed_key_is_found(held: HeldOut, key: str) -> None:
    assert how(held, key, "other content") == ("spelling", "5000")


def test_case_is_another_key_unless_the_content_is_the_same(held: HeldOut) -> None:
    assert how(held, "C1CCCCC1", "x") == ("case", "c1ccccc1")
    assert how(held, "C1CCCCC1", "c") == ("spelling", "c1ccccc1")
    assert how(held, "chembl\u20101", "b") == ("spelling", "CHEMBL-1")
    assert how(held, "OLD", "") == ("case", "old")


@pytest.mark.parametrize(
    ("how", "rule", "out"),
    [("key", "warn", True), ("spelling", "warn", True), ("content", "refuse", True), ("content", "warn", False),
     ("case", "refuse", False)],
)  # fmt: skip
def test_what_is_kept_out(held: HeldOut, how: str, rule: str, out: bool) -> None:
    rows = {"key": ("5000", ""), "spelling": ("05000", ""), "content": ("new", "a"), "case": ("OLD", "")}
    key, content = rows[how]
    match = held.match(identity(key), content)
    assert match is not None
    assert (match.how, match.keeps_out(rule)) == (how, out)  # type: ignore[arg-type]


def test_rows_of_one_holdout_are_counted(held: HeldOut) -> None:
    assert (held.rows("sealed"), held.rows("second"), held.rows("none")) == (2, 2, 0)
