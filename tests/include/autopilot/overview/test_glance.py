"""What a process leaves of a model in S3 for the others, and when it counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ReadTimeoutError

from include.autopilot.overview import glance as glances
from include.autopilot.overview import remembered
from include.autopilot.overview.glance import glance
from include.autopilot.s3.changed import tell_change
from include.autopilot.s3.objects import exists, read_json, write_json
from tests.include.autopilot.overview.counting import Counting
from tests.support.observed import Observed

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)


def in_a_new_process() -> None:
    for memory in (glances._known, glances._standings, remembered._known):
        memory.clear()


def shown(found: glances.Glance) -> object:
    return glances._GLANCE.dump_python(found, mode="json")


def test_a_new_process_reads_what_another_one_has_left(toy: Observed) -> None:
    toy.report(3)
    toy.exam(4, 2, 1.4)
    first = glance(toy.s3, toy.config, NOW)
    in_a_new_process()
    s3 = Counting(toy.s3)
    later = NOW + timedelta(hours=11)
    found = glance(s3, toy.config, later)  # type: ignore[arg-type]
    assert s3.asked == ["get_object"] * 2, "the last change, and what was left"
    assert found.read == NOW, "the page says how old it is"
    assert shown(found) == shown(replace(first, age_days=found.age_days))
    assert found.exam is not None
    assert glance(s3, toy.config, later) == found  # type: ignore[arg-type]
    assert len(s3.asked) == 3, "and remembers it"


@pytest.mark.parametrize("why", ["changed", "late", "asked for", "another release", "no glance"])
def test_what_was_left_does_not_count_for_ever(toy: Observed, monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    glance(toy.s3, toy.config, NOW)
    in_a_new_process()
    later = NOW + timedelta(hours=13 if why == "late" else 1)
    if why == "changed":
        tell_change(toy.s3, toy.locations)
    elif why == "another release":
        monkeypatch.setattr(glances, "_revision", lambda: "another")
    elif why == "no glance":
        left = read_json(toy.s3, toy.locations.glance)
        write_json(toy.s3, toy.locations.glance, {**left, "glance": {"name": "toy"}})
    toy.s3.delete_object(Bucket="toy-models", Key="toy/champion.json")
    found = glance(toy.s3, toy.config, later, again=why == "asked for")
    assert (found.champion, found.read) == (None, later)


@pytest.mark.parametrize(
    ("member", "value"),
    [("read", "2024-06-01T12:00:00"), ("read", "2099-01-01T00:00:00Z"), ("champion", "not a date"), ("name", None)],
)
def test_what_was_left_in_another_shape_is_read_anew(toy: Observed, member: str, value: str | None) -> None:
    """One model's object must not take the page of all models down, nor be believed for ever."""
    glance(toy.s3, toy.config, NOW)
    in_a_new_process()
    left = read_json(toy.s3, toy.locations.glance)
    if member == "champion":
        left["glance"]["champion"]["version"]["cutoff"] = value
    else:
        left["glance"][member] = value
    write_json(toy.s3, toy.locations.glance, left)
    later = NOW + timedelta(hours=1)
    found = glance(toy.s3, toy.config, later)
    assert (found.read, found.name, found.problems) == (later, "toy", ())


def test_what_was_left_of_a_root_is_told_under_todays_name(toy: Observed) -> None:
    glance(toy.s3, toy.config, NOW)
    in_a_new_process()
    renamed = replace(toy.config, name="toy2")
    found = glance(toy.s3, renamed, NOW + timedelta(hours=1))
    assert (found.name, found.read) == ("toy2", NOW)


def test_a_page_that_was_read_is_shown_though_nothing_can_be_left(
    toy: Observed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: object) -> None:
        raise ReadTimeoutError(endpoint_url="")

    monkeypatch.setattr(glances, "write", unreachable)
    assert glance(toy.s3, toy.config, NOW).problems == ()


def test_a_closer_look_reads_the_past_that_nobody_leaves(toy: Observed) -> None:
    glance(toy.s3, toy.config, NOW)
    in_a_new_process()
    glance(toy.s3, toy.config, NOW)
    assert [run.version for run in glances.closer(toy.s3, toy.config, NOW).history.runs] == [1, 2, 3]
    s3 = Counting(toy.s3)
    glances.closer(s3, toy.config, NOW)  # type: ignore[arg-type]
    assert s3.asked == ["get_object"]


def test_who_may_not_write_leaves_nothing_and_sees_the_same(toy: Observed) -> None:
    s3 = Counting(toy.s3)
    s3.denied = ("put_object",)
    assert glance(s3, toy.config, NOW).problems == ()  # type: ignore[arg-type]
    assert not exists(toy.s3, toy.locations.glance)


def test_a_glance_that_could_not_read_everything_is_not_kept(toy: Observed) -> None:
    write_json(toy.s3, toy.locations.run(toy.key(3)).report, [])
    tell_change(toy.s3, toy.locations)
    assert glance(toy.s3, toy.config, NOW).problems
    toy.report(3)
    assert glance(toy.s3, toy.config, NOW).problems == ()
