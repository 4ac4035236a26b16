"""What people look at between runs, read from what runs left."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from include.autopilot.champion.ledger import enter, event
from include.autopilot.champion.pointer import Champion
from include.autopilot.overview import driftmap, metriccharts, remembered
from include.autopilot.overview import glance as glances
from include.autopilot.overview.glance import glance
from include.autopilot.overview.history import JudgedRun, history_of
from include.autopilot.overview.legible import Legible, legible
from include.autopilot.overview.onerun import is_run_key, run_told
from include.autopilot.s3.changed import tell_change
from include.autopilot.s3.objects import write_json
from tests.include.autopilot.overview.counting import Counting
from tests.support.observed import Observed

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)


def test_a_glance(toy: Observed) -> None:
    found = glance(toy.s3, toy.config, NOW)
    assert found.champion is not None
    assert found.champion.version.version == 3
    assert found.age_days == (NOW - toy.cutoff(3)).days
    assert found.last is not None
    assert found.last.run == toy.key(3)
    assert found.report is not None
    assert (found.month.name, found.month.usd, found.month.unknown) == ("2024-06", 12.5, 1)
    assert (found.wants, found.problems) == ((), ())


def test_a_second_glance_asks_for_the_last_change_only(toy: Observed) -> None:
    glance(toy.s3, toy.config, NOW)
    s3 = Counting(toy.s3)
    assert glance(s3, toy.config, NOW + timedelta(hours=1)).age_days == (NOW - toy.cutoff(3)).days  # type: ignore[arg-type]
    assert s3.asked == ["get_object"]


@pytest.mark.parametrize("write", ["run", "report", "exam"])
def test_what_was_told_of_is_seen_at_once(toy: Observed, write: str) -> None:
    before = glance(toy.s3, toy.config, NOW)
    if write == "run":
        toy.run(4)
    elif write == "exam":
        toy.exam(4, 2, 1.4)
    else:
        toy.report(3)
        tell_change(toy.s3, toy.locations)
    assert glance(toy.s3, toy.config, NOW + timedelta(seconds=1)).read > before.read


def test_what_nobody_told_of_is_seen_after_twelve_hours_or_when_one_asks(toy: Observed) -> None:
    glance(toy.s3, toy.config, NOW)
    toy.s3.delete_object(Bucket="toy-models", Key="toy/champion.json")
    assert glance(toy.s3, toy.config, NOW + timedelta(hours=11)).champion is not None
    late = glance(toy.s3, toy.config, NOW + timedelta(hours=13))
    assert (late.champion, late.read) == (None, NOW + timedelta(hours=13))
    toy.run(4)
    glance(toy.s3, toy.config, NOW)
    toy.s3.delete_object(Bucket="toy-models", Key="toy/champion.json")
    assert glance(toy.s3, toy.config, NOW, again=True).champion is None
    assert glance(toy.s3, toy.config, NOW).champion is None, "the others see it, too"


def test_who_never_told_of_a_change_is_read_every_time(toy: Observed) -> None:
    toy.s3.delete_object(Bucket="toy-models", Key="toy/changed.json")
    glance(toy.s3, toy.config, NOW)
    toy.s3.delete_object(Bucket="toy-models", Key="toy/champion.json")
    assert glance(toy.s3, toy.config, NOW).champion is None


def test_a_model_without_anything(s3: Any) -> None:
    found = glance(s3, Observed.named(s3, "toy-models", "nothing").config, NOW)
    assert (found.champion, found.last, found.exam, found.standing, found.problems) == (None, None, None, None, ())
    assert found.month.usd is None


def test_a_month_that_no_report_tells_of_is_not_free(toy: Observed) -> None:
    assert glance(toy.s3, toy.config, NOW + timedelta(days=31)).month.usd is None


def test_what_became_of_each_run(toy: Observed) -> None:
    found = history_of(toy.s3, toy.locations)
    assert [(run.version, run.became.kind if run.became else None, run.was_champion) for run in found.runs] == [
        (1, "promoted", True),
        (2, "kept", False),
        (3, "promoted", True),
    ]
    assert [(move.number, move.version) for move in found.moves] == [(1, 1), (3, 3)]


def test_what_became_of_a_run_is_told_by_whether_there_was_a_champion(s3: Any, toy: Observed) -> None:
    first = Observed.named(s3, "toy-models", "first")
    first.run(1, promoted=False)
    assert [run.fate for run in history_of(s3, first.locations).runs] == ["not promoted"]
    assert [run.fate for run in history_of(s3, toy.locations).runs] == ["promoted", "kept", "promoted"]
    undone = replace(history_of(s3, first.locations).runs[0], events=())
    assert undone.fate == "do not promote: not carried out yet"
    assert replace(undone, decision=None).fate == "not judged"


def test_no_champion_wants_a_person_until_there_is_one(s3: Any) -> None:
    first = Observed.named(s3, "toy-models", "later")
    first.run(1, promoted=False)
    assert glance(s3, first.config, NOW).wants == (
        "There is no champion, so that nothing can be scored: version 1 was not promoted (no better than baseline).",
    )
    first.run(2)
    assert glance(s3, first.config, NOW).wants == ()


def test_an_answer_comes_before_what_it_led_to_and_a_rollback_last(toy: Observed) -> None:
    details = {"reason": "why", "sentence": "because"}
    for kind, number in (("approved", 0), ("rolled_back", 7)):
        enter(toy.s3, *event(toy.locations, toy.version(1), kind, number, "2024-05-01", "by", details))
    (first, *_) = history_of(toy.s3, toy.locations).runs
    assert [one.kind for one in first.events] == ["approved", "promoted", "rolled_back"]


def test_the_interval_stands_on_what_was_compared_with(toy: Observed) -> None:
    run = history_of(toy.s3, toy.locations).runs[1]
    champion = toy.version(1).value
    assert champion is not None
    # Of an error that is to be small a gain of 0.3 leads down.
    assert (run.champion, run.low, run.high) == (champion, champion - 0.3, champion + 0.1)


def test_who_was_judged_again_stands_beside_the_later_champion(toy: Observed) -> None:
    verdict = {**toy.s3_record(2)["verdict"]}
    verdict["comparison"] = {**verdict["comparison"], "champion": 7.0, "low": 1.0, "high": 2.0}
    details = {"reason": "better", "sentence": "Judged again.", "verdict": verdict}
    enter(toy.s3, *event(toy.locations, toy.version(2), "promoted", 4, "2024-05-01", "by", details))
    run = history_of(toy.s3, toy.locations).runs[1]
    assert (run.champion, run.low, run.high) == (7.0, 5.0, 6.0)


def test_a_comparison_in_another_metric_is_not_drawn(toy: Observed) -> None:
    record = {**toy.s3_record(2), "run": "other"}
    record["version"] = {**record["version"], "metric": "MAE", "version": 9}
    enter(toy.s3, toy.locations.record("other", 9), record)
    assert history_of(toy.s3, toy.locations).runs[-1].champion is None


def test_records_are_read_once(toy: Observed) -> None:
    first, second = Counting(toy.s3), Counting(toy.s3)
    history_of(first, toy.locations)  # type: ignore[arg-type]
    assert first.asked.count("get_object") == 6 + 1, "six records, and the bundle that is not there"
    history_of(second, toy.locations)  # type: ignore[arg-type]
    assert second.asked == ["list", "list"], "the ledger, and what was removed"
    remembered._known.clear()
    history_of(third := Counting(toy.s3), toy.locations)  # type: ignore[arg-type]
    assert third.asked == ["list", "get_object", "list"], "another process reads the bundle"


def test_who_may_not_write_reads_all_the_same(toy: Observed) -> None:
    s3 = Counting(toy.s3)
    s3.denied = ("put_object",)
    assert len(history_of(s3, toy.locations).runs) == 3  # type: ignore[arg-type]
    assert "put_object" in s3.asked


def test_what_has_no_shape_is_read_once_too_and_many_are_counted(toy: Observed) -> None:
    for number in range(8):
        write_json(toy.s3, toy.locations.record(f"run{number}", number), {"kind": "run"})
    found = glance(toy.s3, toy.config, NOW)
    assert len(found.problems) == 6
    assert found.problems[-1] == "3 more objects cannot be read."
    history_of(again := Counting(toy.s3), toy.locations)  # type: ignore[arg-type]
    assert again.asked == ["list", "list"]


def test_a_changed_record_is_read_again(toy: Observed) -> None:
    history_of(toy.s3, toy.locations)
    record = toy.s3_record(2)
    record["cost"]["known_usd"] = 99.0
    write_json(toy.s3, toy.locations.record(toy.key(2), 2), record)
    assert history_of(toy.s3, toy.locations).runs[1].usd == 99.0


def test_a_decline_of_the_champion_wants_a_person(toy: Observed, monkeypatch: pytest.MonkeyPatch) -> None:
    def standing(*given: Any) -> Any:
        decline = type("D", (), {"declined": True})
        return type("S", (), {"exams": [1], "decline": decline, "sentence": "It became worse."})

    monkeypatch.setattr(glances, "_standings", {})
    monkeypatch.setattr("include.autopilot.exams.standing.standing", standing)
    toy.exam(4, 2, 1.4)
    assert glance(toy.s3, toy.config, NOW).wants == (), "version 2 is the champion no more"
    toy.exam(5, 3, 9.0)
    found = glance(toy.s3, toy.config, NOW)
    assert found.wants == ("It became worse.",)
    assert found.exam is not None
    assert found.exam.version == 3


def test_a_denied_read_is_a_sentence(toy: Observed) -> None:
    s3 = Counting(toy.s3)
    s3.denied = ("get_object",)
    found = glance(s3, toy.config, NOW)  # type: ignore[arg-type]
    assert found.champion is None
    assert "The champion of toy cannot be read: AccessDenied (get_object): no" in found.problems
    assert found.problems == found.wants


def test_one_run(toy: Observed) -> None:
    found = run_told(toy.s3, toy.config, toy.key(2))
    assert [run.version for run in found.judged] == [2]
    assert found.report is not None
    nothing = run_told(toy.s3, toy.config, "20990101T000000-00000000")
    assert (nothing.judged, nothing.report, nothing.problems) == ([], None, ())


def test_a_run_whose_second_challenger_was_put_forward(toy: Observed) -> None:
    key, second = "20240601T000000-0123abcd", "20240601T000000-0123abcd-window"
    record = {**toy.s3_record(2), "run": second}
    enter(toy.s3, toy.locations.record(second, 9), {**record, "version": {**record["version"], "version": 9}})
    write_json(toy.s3, toy.locations.run(second).report, {"cutoff": "2024-06-01"})
    found = run_told(toy.s3, toy.config, key)
    assert [run.run for run in found.judged] == [second]
    assert found.report is not None
    assert found.report.run == second
    assert is_run_key(second)


@pytest.mark.parametrize("text", ["", "..", "20240108T000000-0000000g", "20240108T000000-00000000/x", "x" * 24])
def test_only_a_key_becomes_part_of_an_address(text: str) -> None:
    assert not is_run_key(text)


def test_a_secret_in_an_error_is_masked() -> None:
    def read() -> None:
        raise ValueError("https://x/?X-Amz-Signature=0123456789abcdef0123456789abcdef")

    problem = legible("It", read).problem
    assert problem is not None
    assert "0123456789abcdef" not in problem


# ---- the chart


def run_of(number: int, value: float | None, champion: float | None = None) -> JudgedRun:
    return JudgedRun(
        f"run{number}", number, f"2024-01-{number:02d}T00:00:00+00:00", "", "MSE", "Minimize", value, champion,
        None, None, 80, "keep", "tie", "It is a tie.", 1.0, 0, False,
    )  # fmt: skip


def test_smaller_values_stand_lower_and_later_ones_further_right() -> None:
    chart = metriccharts.course_of([run_of(1, 2.0), run_of(2, 1.0), run_of(3, None)])
    assert chart is not None
    first, second = chart.dots
    assert first.x < second.x
    assert first.y < second.y, "from the top"
    alone = metriccharts.course_of([run_of(1, 2.0)])
    assert alone is not None
    assert alone.dots[0].x == first.x, "beside the axis, which a narrow window shows first"
    assert all(metriccharts.LEFT < tick.at < metriccharts.WIDTH - metriccharts.RIGHT + 1 for tick in chart.across)
    assert [tick.text for tick in chart.up] == sorted((tick.text for tick in chart.up), key=float)


@pytest.mark.parametrize("values", [[1.0], [0.0, 0.0], [1e-300, 2e-300], [1e300], [-1.0, 5.0], [3.0] * 4])
def test_any_values_fit_into_the_frame(values: list[float]) -> None:
    chart = metriccharts.course_of([run_of(number, value, value * 2) for number, value in enumerate(values, 1)])
    assert chart is not None
    assert len(chart.dots) == len(values)
    heights = [height for dot in chart.dots for height in (dot.y, dot.opponent) if height is not None]
    assert all(metriccharts.TOP <= height <= metriccharts.HEIGHT - metriccharts.BOTTOM for height in heights)


def test_what_is_no_number_is_not_drawn() -> None:
    assert metriccharts.course_of([]) is None
    assert metriccharts.course_of([run_of(1, None), run_of(2, float("inf"))]) is None


def test_older_ones_than_fit_are_counted() -> None:
    runs = [replace(run_of(1, 1.0), version=number) for number in range(metriccharts.MOST + 5)]
    chart = metriccharts.course_of(runs)
    assert chart is not None
    assert (len(chart.dots), chart.left_out) == (metriccharts.MOST, 5)


def test_the_pointer_is_read_without_the_registry(toy: Observed) -> None:
    from include.autopilot.champion.pointer import champion_at

    found = champion_at(toy.s3, toy.locations)
    assert isinstance(found, Champion)
    assert asdict(found.version) == asdict(toy.version(3))


# ---- drift by column and drop


def test_the_columns_that_drifted_most_come_first(toy: Observed) -> None:
    found = driftmap.drift_map(toy.s3, toy.locations, toy.key(3)).content
    assert found is not None
    assert [name for name, _ in found.rows] == ["column1", "column0", "column2"]
    assert [[cell and (cell.shade, cell.action) for cell in cells] for _, cells in found.rows] == [
        [(4, "warn"), (4, "warn")],
        [(0, "none"), (0, "none")],
        [(0, "none"), None],
    ]
    assert driftmap.drift_map(toy.s3, toy.locations, f"{toy.key(3)}-window").content == found, "the drops are the same"


def test_a_run_that_did_not_look_at_drift_has_no_map_and_a_broken_one_is_a_sentence(toy: Observed) -> None:
    assert driftmap.drift_map(toy.s3, toy.locations, "20990101T000000-00000000") == Legible(None)
    write_json(toy.s3, toy.locations.run(toy.key(3)).drift, {"drops": [{}]})
    problem = driftmap.drift_map(toy.s3, toy.locations, toy.key(3)).problem
    assert problem is not None
    assert problem.startswith(f"The drift of run {toy.key(3)} cannot be read: it is not in the shape")


def test_more_columns_and_drops_than_one_looks_at_are_counted() -> None:
    column = {"distance": 0.1, "action": "none", "reasons": []}
    columns = [{**column, "name": str(number)} for number in range(driftmap.MOST_COLUMNS + 3)]
    drops = [{"drop": str(number), "columns": columns} for number in range(driftmap.MOST_DROPS + 2)]
    found = driftmap.map_of({"baseline": {}, "drops": drops})
    assert (found.columns_left_out, found.drops_left_out) == (3, 2)
    assert found.drops[0] == "2", "the newest ones are shown"
