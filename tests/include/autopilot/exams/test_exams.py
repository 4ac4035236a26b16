"""Exams of toy champions: who is examined on which rows, what is stored, and what is never asked."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from include.autopilot.base.errors import MissingObjectError
from include.autopilot.base.locations import Locations
from include.autopilot.champion.ledger import enter, event, timeline, version_of
from include.autopilot.champion.pointer import Champion, move, pointer, store_of
from include.autopilot.champion.version import Version
from include.autopilot.evaluation.outcome import Numbers
from include.autopilot.exams import __main__ as command
from include.autopilot.exams import sitting
from include.autopilot.exams import standing as standings
from include.autopilot.exams.asking import foretell_exam
from include.autopilot.exams.plan import load_exam_plan
from include.autopilot.exams.standing import standing
from include.autopilot.exams.stored import all_exams, exams_of
from include.autopilot.flows import exam
from include.autopilot.gate.stored import Answers, save_answers
from include.autopilot.report.page import write_report
from include.autopilot.settings.decline import DeclineConfig
from tests.support.judgedruns import AT, ran
from tests.support.toy import Toy, csv_bytes, rows
from tests.support.toyruns import predict

JANUARY, FEBRUARY, MARCH = (datetime(2024, month, 1, tzinfo=UTC) for month in (1, 2, 3))
WHERE = Locations("s3://toy-models/toy")


@pytest.fixture
def champion(toy: Toy, s3: Any) -> tuple[Toy, Any]:
    """The toy with a champion that learned up to February, and the registry; the drop of March is new to it."""
    registry = boto3.client("sagemaker", region_name="us-east-1", aws_access_key_id="t", aws_secret_access_key="t")
    assert ran(toy, registry, FEBRUARY, "20240201T000000-00000001", 1.0).finish()["kind"] == "promoted"
    return toy, registry


def sit(toy: Toy, registry: Any, cutoff: datetime = MARCH, key: str = "exam", error: float = 0.5) -> list[str]:
    """One run of the exam's steps, its jobs' part done here."""
    asked = toy.s3, registry, toy.config
    request = exam.model_request(*asked, cutoff, key)
    return marked(toy, request, key, error)["exams"]  # type: ignore[no-any-return]


def marked(toy: Toy, request: dict[str, Any] | None, key: str, error: float) -> dict[str, Any]:
    if request is None:
        return exam.mark(toy.s3, toy.config, key)
    examinee = {"name": request["ModelName"]}
    answered = predict(toy, exam.prediction_request(toy.s3, toy.config, key, examinee), error)
    return exam.mark(toy.s3, toy.config, key, examinee, {"uri": answered})


def paper(toy: Toy, key: str = "exam", drop: str = "2024-03-01") -> list[str]:
    return [line.split(",")[0] for line in toy.get(WHERE.sitting(key).paper(drop)).decode().splitlines()]


def test_the_champion_is_examined_on_the_drop_that_it_has_not_learned(champion: tuple[Toy, Any]) -> None:
    toy, registry = champion
    (sentence,) = sit(toy, registry)
    assert paper(toy) == [f"row-{number}" for number in range(80, 100)]
    (found,) = all_exams(toy.s3, WHERE)
    assert found.sentence == sentence
    assert (found.version, found.drop, found.rows, found.seen, found.unlabelled) == (1, "2024-03-01", 20, 0, 0)
    # Off by a half, up and down: the squared error is a quarter in every row.
    assert found.mark is not None
    assert (found.mark.value, found.mark.low, found.mark.high) == pytest.approx((0.25, 0.25, 0.25))
    assert found.constant is not None
    assert found.constant.value is not None
    assert found.constant.value > 1
    assert sentence.startswith("drop 2024-03-01, version 1: MSE 0.25 [0.25, 0.25] on 20 rows; the mean of these rows:")


def test_what_it_will_be_asked_is_foretold_without_a_trace(champion: tuple[Toy, Any]) -> None:
    toy, registry = champion
    run = ran(toy, registry, MARCH, "20240301T000000-00000002", 0.5)
    before = toy.keys()
    told = foretell_exam(toy.s3, registry, toy.config, run.plan)
    assert toy.keys() == before
    assert [(one.step, one.kind) for one in told] == [("create_examinee", "Model"), ("sit_exam", "TransformJob")]
    key = run.plan.run
    assert exam.model_request(toy.s3, registry, toy.config, MARCH, key) == told[0].request
    examinee = {"name": told[0].request["ModelName"]}
    assert exam.prediction_request(toy.s3, toy.config, key, examinee) == told[1].request
    sit(toy, registry, key=key)
    assert foretell_exam(toy.s3, registry, toy.config, run.plan) == []


def test_an_exam_is_sat_once_and_never_changed(champion: tuple[Toy, Any]) -> None:
    toy, registry = champion
    sit(toy, registry)
    before = all_exams(toy.s3, WHERE)
    assert sit(toy, registry, key="again") == []
    assert exam.model_request(toy.s3, registry, toy.config, MARCH, "third") is None
    # Two runs at once: the second one's mark does not replace the first.
    for key, error in (("exam", 2.0), ("exam", 3.0)):
        sit(toy, registry, key=key, error=error)
    assert all_exams(toy.s3, WHERE) == before


def test_a_cleared_run_keeps_to_its_plan(champion: tuple[Toy, Any]) -> None:
    toy, registry = champion
    first = exam.model_request(toy.s3, registry, toy.config, MARCH, "exam")
    toy.put("drops/2024-03-01-2/more.csv", csv_bytes(rows(100, 20)))
    assert exam.model_request(toy.s3, registry, toy.config, MARCH, "exam") == first
    plan = load_exam_plan(toy.s3, WHERE.sitting("exam"))
    assert [one.name for one in plan.papers] == ["2024-03-01"]


def test_every_new_drop_is_asked_in_one_job(champion: tuple[Toy, Any]) -> None:
    toy, registry = champion
    toy.put("drops/2024-03-01-2/more.csv", csv_bytes(rows(100, 20)))
    assert len(sit(toy, registry)) == 2
    assert [(one.drop, one.rows) for one in exams_of(toy.s3, WHERE, 1)] == [("2024-03-01", 20), ("2024-03-01-2", 20)]


@pytest.mark.parametrize(
    ("table", "seen"),
    [
        # Learned from in the first drop: the same key, another spelling of it, the same content under another key.
        ([*rows(5, 2), *rows(300, 4)], 2),
        ([{**row, "id": f" {row['id']}"} for row in rows(5, 2)] + rows(300, 4), 2),
        ([{**row, "id": f"new-{row['id']}"} for row in rows(5, 2)] + rows(300, 4), 2),
    ],
)
def test_rows_that_it_has_learned_are_never_asked(
    champion: tuple[Toy, Any], table: list[dict[str, str]], seen: int
) -> None:
    toy, registry = champion
    toy.put("drops/2024-03-01/third.csv", csv_bytes(table))
    sit(toy, registry)
    (found,) = all_exams(toy.s3, WHERE)
    assert (found.seen, found.rows) == (seen, 4)
    assert paper(toy) == [f"row-{number}" for number in range(300, 304)]
    assert "2 seen before left out" in found.sentence


def test_a_drop_of_nothing_new_has_no_mark_and_no_job(champion: tuple[Toy, Any]) -> None:
    toy, registry = champion
    toy.put("drops/2024-03-01/third.csv", csv_bytes(rows(0, 10)))
    assert sit(toy, registry) == ["drop 2024-03-01, version 1: no mark: the champion has seen all its rows before."]
    assert sit(toy, registry, key="again") == []


def test_rows_without_a_measured_value_wait_for_the_drop_that_brings_it(champion: tuple[Toy, Any]) -> None:
    toy, registry = champion
    blank = [{**row, "y": ""} for row in rows(200, 3)]
    toy.put("drops/2024-03-01/third.csv", csv_bytes([*rows(300, 4), *blank]))
    sit(toy, registry)
    (found,) = all_exams(toy.s3, WHERE)
    assert (found.rows, found.unlabelled) == (4, 3)
    # The values come later, in a drop of their own: these rows are examined then.
    toy.put("drops/2024-04-01/values.csv", csv_bytes(rows(200, 3)))
    sit(toy, registry, datetime(2024, 4, 1, tzinfo=UTC), "later")
    assert [(one.drop, one.rows) for one in all_exams(toy.s3, WHERE)] == [("2024-03-01", 4), ("2024-04-01", 3)]


def test_what_it_has_learned_is_gone_and_a_drop_is_gone_are_two_things(
    champion: tuple[Toy, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    toy, registry = champion

    def gone(*_: Any) -> Any:
        raise MissingObjectError("the keys are gone")
        yield

    with monkeypatch.context() as patch:
        patch.setattr(sitting, "seen_rows", gone)
        (sentence,) = sit(toy, registry)
    assert "what version 1 has learned is not known any more (the keys are gone)" in sentence
    toy.put("drops/2024-03-01-2/more.csv", csv_bytes(rows(100, 20)))

    def deleted(*_: Any) -> Any:
        raise MissingObjectError("the drop is gone")

    monkeypatch.setattr(sitting, "read_files", deleted)
    with pytest.raises(MissingObjectError, match="the drop is gone"):
        exam.model_request(toy.s3, registry, toy.config, MARCH, "later")


def test_a_drop_without_any_measured_value_says_so(champion: tuple[Toy, Any]) -> None:
    toy, registry = champion
    toy.put("drops/2024-03-01/third.csv", csv_bytes([{**row, "y": ""} for row in rows(200, 3)]))
    (sentence,) = sit(toy, registry)
    assert "no mark: the drop is not what version 1 can read:" in sentence
    assert "column 'y' is empty" in sentence


def test_a_part_without_rows_is_passed_over_as_in_a_training(champion: tuple[Toy, Any]) -> None:
    toy, registry = champion
    toy.put("drops/2024-03-01/part-2.csv", csv_bytes([]))
    sit(toy, registry)
    toy.put("drops/2024-04-01/header.csv", csv_bytes([]))
    (sentence,) = sit(toy, registry, datetime(2024, 4, 1, tzinfo=UTC), "later")
    assert [one.rows for one in all_exams(toy.s3, WHERE)] == [20, 0]
    assert sentence == "drop 2024-04-01, version 1: no mark: it has no rows."


def stood(monkeypatch: pytest.MonkeyPatch, toy: Toy) -> tuple[list[str], list[int]]:
    """The exams that count for a decline, and of how many rows each."""
    rows_of: list[int] = []
    real = standings.decline

    def counted(before: Any, exams: Any) -> Any:
        rows_of.extend(map(len, exams))
        return real(before, exams)

    monkeypatch.setattr(standings, "decline", counted)
    (arn,) = {one.arn for one in all_exams(toy.s3, WHERE)}
    found = standing(toy.s3, WHERE, arn, datetime(2025, 1, 1, tzinfo=UTC))
    assert found is not None
    return [one.drop for one in found.exams], rows_of


def test_of_a_drop_that_was_changed_what_it_holds_now_counts(
    champion: tuple[Toy, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    toy, registry = champion
    sit(toy, registry, error=50.0)
    toy.put("drops/2024-03-01/third.csv", csv_bytes(rows(200, 12)))
    sit(toy, registry, key="corrected")
    assert [one.rows for one in all_exams(toy.s3, WHERE)] in ([20, 12], [12, 20])
    assert stood(monkeypatch, toy) == (["2024-03-01"], [12])


def test_rows_that_come_again_prove_nothing_new(champion: tuple[Toy, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    toy, registry = champion
    sit(toy, registry)
    measured_again = [{**row, "y": str(float(row["y"]) + 1)} for row in rows(80, 3)]
    toy.put("drops/2024-04-01/all.csv", csv_bytes([*measured_again, *rows(83, 17), *rows(200, 5)]))
    sit(toy, registry, datetime(2024, 4, 1, tzinfo=UTC), "later")
    assert stood(monkeypatch, toy) == (["2024-03-01", "2024-04-01"], [20, 8])


def test_a_version_that_was_put_in_place_without_all_answers_can_be_examined(
    champion: tuple[Toy, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    toy, registry = champion
    sit(toy, registry)
    found = version_of(toy.s3, WHERE, all_exams(toy.s3, WHERE)[0].arn)
    assert found is not None
    answers = Answers(found.model, found.holdout, ["a", "b"], Numbers([1.0, 2.0], [float("nan"), 2.5]))
    save_answers(toy.s3, WHERE, answers)
    assert stood(monkeypatch, toy) == (["2024-03-01"], [20])


def test_a_backfill_holds_the_exam_that_one_would_have_had(champion: tuple[Toy, Any]) -> None:
    toy, registry = champion
    later = ran(toy, registry, MARCH, "20240301T000000-00000002", 0.5)
    assert later.finish()["kind"] == "promoted"
    toy.put("drops/2024-04-01/next.csv", csv_bytes(rows(100, 20)))
    sit(toy, registry, datetime(2024, 4, 1, tzinfo=UTC), "april")
    # Now the past: the drop of March was new to the first version only.
    sit(toy, registry, MARCH, "march")
    assert [(one.version, one.drop) for one in all_exams(toy.s3, WHERE)] == [(1, "2024-03-01"), (2, "2024-04-01")]


def test_nobody_is_examined_without_a_champion_or_when_it_is_off(toy: Toy, champion: tuple[Toy, Any]) -> None:
    toy, registry = champion
    assert sit(toy, registry, JANUARY, "january") == []
    toy.config = replace(toy.config, exam="off")
    assert sit(toy, registry, MARCH, "off") == []


def test_an_answer_that_is_no_number_is_no_mark(champion: tuple[Toy, Any]) -> None:
    toy, registry = champion
    (sentence,) = sit(toy, registry, error=float("nan"))
    assert "no mark:" in sentence
    assert "20 of 20 rows" in sentence or "20 rows" in sentence


def test_a_report_shows_the_exams_up_to_its_cutoff(champion: tuple[Toy, Any]) -> None:
    toy, registry = champion
    toy.put("drops/2024-03-01-2/more.csv", csv_bytes(rows(100, 20)))
    toy.put("drops/2024-04-01/later.csv", csv_bytes(rows(200, 20)))
    sit(toy, registry)
    sit(toy, registry, datetime(2024, 4, 1, tzinfo=UTC), "later")
    run = ran(toy, registry, MARCH, "20240301T000000-00000002", 0.5)
    written = write_report(toy.s3, run.plan, [])
    told = json.loads(toy.get(written["json"]))["exams"]
    assert [one["drop"] for one in told] == ["2024-03-01", "2024-03-01-2"]
    page = toy.get(written["html"]).decode()
    assert ">Exams</h2>" in page
    assert "0.250 [0.250," in page
    assert "drop (version examined)" in page


def put_back(toy: Toy, registry: Any) -> None:
    """Make the first version the champion again, as a rollback does; moto's registry forgets what one asks of it."""
    store = store_of(toy.s3, registry, toy.config)
    now, stored = pointer(store)
    before = timeline(toy.s3, WHERE)[0]
    version = Version(**before["version"])
    uri, moved = event(WHERE, version, "rolled_back", 3, AT, "back", {"reason": "it is better", "sentence": ""})
    enter(toy.s3, uri, moved)
    assert move(store, now, stored, Champion(3, version, uri, moved))


def test_after_a_rollback_the_champion_that_serves_is_told_of(
    champion: tuple[Toy, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    toy, registry = champion
    assert ran(toy, registry, MARCH, "20240301T000000-00000002", 0.5).finish()["kind"] == "promoted"
    april, run = datetime(2024, 4, 1, tzinfo=UTC), "20240401T000000-00000003"
    toy.put("drops/2024-04-01/next.csv", csv_bytes(rows(100, 40)))
    sit(toy, registry, april, "second", error=20.0)
    put_back(toy, registry)
    sit(toy, registry, april, run, error=1.0)
    assert [(one.drop, one.version) for one in all_exams(toy.s3, WHERE)][-2:] == [("2024-04-01", 1), ("2024-04-01", 2)]
    written = write_report(toy.s3, ran(toy, registry, april, run, 0.4).plan, [])
    told = json.loads(toy.get(written["json"]))["standing"]
    assert told["sentence"].startswith("Version 1 after 2 exams: No decline")
    monkeypatch.setattr(command, "find_model", lambda _: toy.config)
    monkeypatch.setattr(command, "aws_clients", lambda _: lambda _: toy.s3)
    assert command.main(["toy"]) == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("Version 1 after 2 exams: No decline")


def declining(toy: Toy, registry: Any, errors: list[float]) -> list[dict[str, Any]]:
    """A drop of forty rows a month from April on, and an exam on each; the champion is off by these errors."""
    told = []
    for month, error in enumerate(errors, 4):
        cutoff, key = datetime(2024, month, 1, tzinfo=UTC), f"exam-{month}"
        toy.put(f"drops/{cutoff:%Y-%m-%d}/rows.csv", csv_bytes(rows(1000 * month, 40)))
        told.append(marked(toy, exam.model_request(toy.s3, registry, toy.config, cutoff, key), key, error))
    return told


def test_a_decline_starts_what_the_model_says_once_in_a_while(champion: tuple[Toy, Any]) -> None:
    toy, registry = champion
    toy.config = replace(toy.config, decline=DeclineConfig(then="retrain", schedule="@daily", least_days=45))
    told = declining(toy, registry, [1.0, 1.0, 4.0, 4.0, 4.0])
    assert [one["start"] for one in told[:2]] == [None, None]
    assert "No decline" in told[1]["standing"]
    # Seen in June; July is within the 45 days, August is not.
    starts = [f"decline__v1__2024-06-01__{period}" for period in (0, 0, 1)]
    assert [one["start"] for one in told[2:]] == starts
    assert "Version 1 after 4 exams: The champion is worse than it was before" in told[2]["standing"]
    cutoff = datetime(2024, 6, 1, tzinfo=UTC)
    assert exam.follow_up(toy.s3, toy.config, cutoff, told[2]) == {"cutoff": "2024-06-01T00:00:00+00:00"}
    assert exam.follow_up(toy.s3, toy.config, cutoff, told[1]) is None
    # A run that has nothing to examine finds the same decline, and so the same start.
    assert exam.model_request(toy.s3, registry, toy.config, cutoff, "again") is None
    assert exam.mark(toy.s3, toy.config, "again") == {**told[2], "exams": []}


def test_what_a_champion_was_worth_is_a_matter_of_dates(champion: tuple[Toy, Any]) -> None:
    toy, registry = champion
    declining(toy, registry, [1.0, 1.0, 4.0])
    (arn,) = {one.arn for one in all_exams(toy.s3, WHERE)}
    before, after = (standing(toy.s3, WHERE, arn, datetime(2024, month, 1, tzinfo=UTC)) for month in (5, 6))
    assert before is not None
    assert after is not None
    assert (before.decline.declined, after.decline.declined) == (False, True)
    assert standing(toy.s3, WHERE, "arn:of:nobody", FEBRUARY) is None


def test_the_command_tells_them(
    champion: tuple[Toy, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    toy, registry = champion
    monkeypatch.setattr(command, "find_model", lambda _: toy.config)
    monkeypatch.setattr(command, "aws_clients", lambda _: lambda _: toy.s3)
    assert command.main(["toy"]) == 1
    assert "A toy has no exam yet: run toy_exam" in capsys.readouterr().out
    (sentence,) = sit(toy, registry)
    assert command.main(["toy"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == sentence
    assert command.main(["toy", "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["drop"], told["mark"]["value"]) == ("2024-03-01", pytest.approx(0.25))


def test_a_model_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["nothing"]) == 2
    assert "There is no nothing.yaml" in capsys.readouterr().err
