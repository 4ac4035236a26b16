"""Two runs of the toy: the first one's model is the champion, the second one asks it. Predictions are made up here."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from include.autopilot.base.errors import GateError, RunError
from include.autopilot.base.locations import parse_uri
from include.autopilot.champion import judging
from include.autopilot.champion import model as champion_model
from include.autopilot.template.published import load_template
from tests.support import flows
from tests.support.judgedruns import GATE, Judged, ran
from tests.support.toy import Toy, csv_bytes, rows
from tests.support.toyruns import FEBRUARY, MARCH


def test_the_champion_is_made_from_its_package_and_the_request_that_its_run_sent(first: Judged, second: Judged) -> None:
    arguments = second.toy.s3, second.sagemaker, second.toy.config, second.plan
    request = judging.champion_request(*arguments)
    sent = first.sagemaker.describe_model(ModelName=first.model)
    assert request is not None
    assert request["ModelName"].startswith("toy-champion-20240201-")
    assert request == judging.champion_request(*arguments)
    assert [one["Environment"] for one in request["Containers"]] == [one["Environment"] for one in sent["Containers"]]
    assert request["ExecutionRoleArn"] == sent["ExecutionRoleArn"]


def test_a_tag_that_its_record_does_not_show_is_true_again(
    first: Judged, second: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    uri = f"runs/{first.plan.run}/jobs/{first.model}.request.json"
    kept = json.loads(first.toy.get(f"{first.toy.config.root}/{uri}"))
    kept["Tags"] += [{"Key": "db-password", "Value": "***"}, {"Key": "team", "Value": "fraud"}]
    first.toy.put(uri, json.dumps(kept).encode())
    template = load_template(first.toy.s3, first.plan.locations, first.plan.template)
    model = template.steps.model | {"Tags": [{"Key": "db-password", "Value": "true-word"}]}
    true = replace(template, replay=replace(template.steps, model=model))
    monkeypatch.setattr(champion_model, "load_template", lambda *_: true)
    request = judging.champion_request(second.toy.s3, second.sagemaker, second.toy.config, second.plan)
    assert request is not None
    tags = {tag["Key"]: tag["Value"] for tag in request["Tags"]}
    assert (tags["db-password"], tags["team"]) == ("true-word", "fraud")


def test_it_predicts_only_the_judging_holdout_in_the_present_runs_folder(second: Judged) -> None:
    judging.champion_request(second.toy.s3, second.sagemaker, second.toy.config, second.plan)
    request = judging.prediction_request(second.toy.s3, second.plan, "the-champion")
    folder = f"{second.plan.folder}/champion"
    assert request["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"] == f"{folder}/holdout"
    assert request["TransformOutput"]["S3OutputPath"] == f"{folder}/predictions/the-champion"
    assert second.toy.keys(f"runs/{second.plan.run}/champion/holdout") == [
        f"runs/{second.plan.run}/champion/holdout/sealed.csv"
    ]
    own = second.toy.get(f"{second.plan.folder}/holdout/sealed.csv")
    assert second.toy.get(f"{folder}/holdout/sealed.csv") == own


def test_it_reads_the_holdout_in_the_order_that_it_learned(first: Judged, second: Judged) -> None:
    plan_uri = f"{first.plan.folder}/plan.json"
    stored = json.loads(first.toy.get(plan_uri))
    stored["columns"] = [stored["columns"][0], *reversed(stored["columns"][1:])]
    first.toy.put(plan_uri.removeprefix("s3://toy-models/toy/"), json.dumps(stored).encode())
    judging.champion_request(second.toy.s3, second.sagemaker, second.toy.config, second.plan)
    theirs = second.toy.get(f"{second.plan.folder}/champion/holdout/sealed.csv").decode().splitlines()
    own = second.toy.get(f"{second.plan.folder}/holdout/sealed.csv").decode().splitlines()
    assert len(theirs) == len(own) == 12
    assert theirs != own
    assert [line.split(",")[:2] for line in theirs] == [line.split(",")[:2] for line in own]


def test_a_better_challenger_is_promoted_and_both_answers_are_kept(first: Judged, second: Judged) -> None:
    event = second.finish()
    assert (event["kind"], event["reason"], event["champion_before"]["version"]) == ("promoted", "better", 1)
    digest = second.plan.holdouts[0].digest
    kept = {key.rpartition("/")[2] for key in second.toy.keys(f"answers/{digest}/")}
    assert kept == {f"{first.model}.json", f"{second.model}.json"}


def test_a_run_takes_one_look_at_the_rows_however_often_it_is_judged(first: Judged, second: Judged) -> None:
    assert first.judge(None)["verdict"]["look"] is None
    output = second.ask()
    found = [second.judge(output)["verdict"] for _ in range(2)]
    assert found[0] == found[1]
    digest = second.plan.holdouts[0].digest
    assert found[0]["look"]["stream"] == f"sealed-{digest}"
    assert "The 1st look at these rows; 4.1 % of 5 % error left." in found[0]["sentence"]
    (taken,) = second.toy.keys("looks/")
    assert taken == f"looks/sealed-{digest}/start/1.json"
    pair = json.loads(second.toy.get(f"{second.toy.config.root}/{taken}"))
    assert pair == {"challengers": [second.model], "champion": first.model}


def test_a_challenger_older_than_the_champion_takes_no_look(first: Judged, second: Judged) -> None:
    second.finish()
    before = second.toy.keys("looks/")
    older = ran(second.toy, second.sagemaker, FEBRUARY, "20240201-older", error=0.1)
    verdict = older.judge(older.ask())["verdict"]
    assert verdict["look"]["number"] == 2
    assert second.toy.keys("looks/") == before


def test_a_cleared_run_whose_model_is_the_champion_takes_no_look(second: Judged) -> None:
    assert second.finish()["kind"] == "promoted"
    before = second.toy.keys("looks/")
    assert second.judge(second.ask())["verdict"]["look"]["number"] == 2
    assert second.toy.keys("looks/") == before


def test_a_champion_that_needs_a_column_which_is_gone_cannot_be_compared(first: Judged, second: Judged) -> None:
    plan_uri = f"{first.plan.folder}/plan.json"
    stored = json.loads(first.toy.get(plan_uri))
    stored["columns"].append("a column of old")
    first.toy.put(plan_uri.removeprefix("s3://toy-models/toy/"), json.dumps(stored).encode())
    assert second.ask() is None
    verdict = second.judge(None)["verdict"]
    assert (verdict["decision"], verdict["reason"]) == ("keep", "not_comparable")
    assert "column 'a column of old' is missing" in verdict["sentence"]


def test_a_disabled_gate_asks_nobody(second: Judged) -> None:
    second.toy.config = replace(second.toy.config, gate=replace(GATE, mode="disabled"))
    assert second.ask() is None
    assert second.finish()["reason"] == "disabled"


@pytest.mark.parametrize("when", ["before the champion is asked", "before the verdict"])
def test_a_changed_holdout_stops_everything(second: Judged, when: str) -> None:
    output = second.ask() if when == "before the verdict" else None
    second.toy.put("holdout/sealed.csv", csv_bytes(rows(1000, 11)))
    with pytest.raises(GateError, match="the holdout was changed while the run was under way"):
        second.judge(output) if output else second.ask()


def test_a_run_that_did_not_look_for_the_champion_is_not_judged(second: Judged) -> None:
    with pytest.raises(
        RunError, match=r"has not looked for a champion .*champion/asked.json.*Clear its task create_champion"
    ):
        second.judge(None)


def test_a_champion_that_was_not_asked_is_not_passed_over(second: Judged) -> None:
    second.ask()
    with pytest.raises(GateError, match=r"version 1 was not asked. Clear the task create_champion"):
        second.judge(None)


def answer_with(run: Judged, *cells: str) -> None:
    """Put cells in place of the first predictions of the run's sealed holdout, and evaluate again."""
    output = flows.prediction_request(run.toy, run.uri, run.model)["TransformOutput"]["S3OutputPath"]
    uri = f"{output}/sealed.csv.out"
    lines = run.toy.get(uri).decode().splitlines()
    broken = [f"{line.rpartition(',')[0]},{cell}" for line, cell in zip(lines, cells, strict=False)]
    bucket, key = parse_uri(uri)
    run.toy.s3.put_object(Bucket=bucket, Key=key, Body="\n".join([*broken, *lines[len(cells) :]]).encode())
    flows.evaluate(run.toy, run.uri, output)


@pytest.mark.parametrize(
    ("cells", "reason", "words"),
    [
        (
            ("nan", "", "inf"),
            "not_finite",
            ("answered 3 of 12 rows with no number", "key 'row-1000' (row 1 (line 2) of s3"),
        ),
        (("nan",) * 12, "not_finite", ("answered 12 of 12 rows with no number", "key 'row-1000'")),
        (("1e200",), "undefined", ("the errors are too large for a number", "key 'row-1000' (row 1 (line 2) of s3")),
        (("1e9",), "too_few_rows", ("One row makes more than 99.9 % of the challenger's loss", "row 1 (line 2) of s3")),
    ],
)
def test_meaningless_answers_are_a_kept_verdict_that_is_registered(
    first: Judged, second: Judged, cells: tuple[str, ...], reason: str, words: tuple[str, ...]
) -> None:
    answer_with(second, *cells)
    if reason == "too_few_rows":
        second.toy.config = replace(second.toy.config, gate=replace(GATE, min_holdout_rows=13))
    event = second.finish()
    assert (event["kind"], event["reason"]) == ("kept", reason)
    assert all(word in event["sentence"] for word in words), event["sentence"]
    (package,) = second.sagemaker.list_model_packages(ModelPackageGroupName="toy", ModelApprovalStatus="Rejected")[
        "ModelPackageSummaryList"
    ]
    assert package["ModelPackageVersion"] == 2
    assert (event["version"]["value"] is None) == (reason != "too_few_rows")
    written = flows.report(second.toy, second.uri, [])
    page = second.toy.get(written["html"]).decode()
    assert "key &#39;row-1000&#39;" in page
    json.loads(second.toy.get(written["json"]), parse_constant=pytest.fail)


def test_a_champion_without_an_answer_stays_and_cannot_be_compared(first: Judged, second: Judged) -> None:
    output = second.ask()
    assert output is not None
    bucket, key = parse_uri(f"{output}/sealed.csv.out")
    body = second.toy.get(f"{output}/sealed.csv.out").decode()
    first_line, rest = body.split("\n", 1)
    second.toy.s3.put_object(Bucket=bucket, Key=key, Body=f"{first_line.rpartition(',')[0]},nan\n{rest}".encode())
    verdict = second.judge(output)["verdict"]
    assert (verdict["decision"], verdict["reason"]) == ("keep", "not_comparable")
    assert "1 of 12 rows have no answer, the first with key 'row-1000': " in verdict["sentence"]
    assert "'nan' is not finite" in verdict["sentence"]


def accepting(first: Judged, **more: Any) -> Toy:
    first.toy.config = replace(first.toy.config, changed_holdouts="accept", **more)
    return first.toy


def verdict_of(first: Judged, toy: Toy) -> dict[str, Any]:
    toy.put("drops/2024-03-01/third.csv", csv_bytes(rows(80, 60)))
    second = ran(toy, first.sagemaker, MARCH, "20240301T000000-00000002", 0.5)
    assert second.ask() is None
    verdict: dict[str, Any] = second.judge(None)["verdict"]
    assert second.finish()["kind"] == "kept"
    return verdict


@pytest.mark.parametrize("spelling", ["{}", "'{}", "{}\u200b"], ids=["the same keys", "quoted", "with a sign unseen"])
def test_a_holdout_that_the_champion_has_learned_does_not_judge_it(first: Judged, spelling: str) -> None:
    toy = accepting(first)
    toy.put("holdout/sealed.csv", csv_bytes([row | {"id": spelling.format(row["id"])} for row in rows(0, 20)]))
    # The second run must not see the rows under their old keys, which are sealed now.
    toy.put("drops/2024-01-01/first.csv", csv_bytes(rows(20, 40)))
    toy.config = replace(toy.config, changed_drops="accept")
    verdict = verdict_of(first, toy)
    assert (verdict["decision"], verdict["reason"]) == ("keep", "not_comparable")
    assert "it has learned 20 of the 20 rows of holdout sealed (" in verdict["sentence"]
    assert "is 'row-0' (2024-01-01/first.csv:2); " in verdict["sentence"]
    assert "Put the old holdout back, or name one first whose rows neither it nor its search" in verdict["sentence"]


def test_a_holdout_of_another_name_that_the_champion_has_learned_in_part(first: Judged) -> None:
    toy = accepting(first, holdouts=("fresh", "sealed"))
    toy.put("holdout/fresh.csv", csv_bytes([*rows(70, 10), *rows(1500, 20)]))
    verdict = verdict_of(first, toy)
    assert verdict["reason"] == "not_comparable"
    assert "it has learned 10 of the 30 rows of holdout fresh ('row-70' (fresh:1) is 'row-70' (" in verdict["sentence"]


def test_a_holdout_of_rows_that_the_champion_has_learned_under_other_keys(first: Judged) -> None:
    toy = accepting(first, holdouts=("fresh",), changed_drops="accept")
    toy.put("holdout/fresh.csv", csv_bytes([row | {"id": f"new-{row['id']}"} for row in rows(0, 20)]))
    toy.put("drops/2024-01-01/first.csv", csv_bytes(rows(20, 40)))
    assert "it has learned 20 of the 20 rows of holdout fresh ('new-row-0'" in verdict_of(first, toy)["sentence"]


def test_a_holdout_that_the_champions_search_has_seen(first: Judged) -> None:
    toy = accepting(first, holdouts=("fresh",))
    toy.put("holdout/fresh.csv", csv_bytes(rows(5000, 20)))
    seen = "".join(f"row-{number},\n" for number in range(5010, 5600)).encode()
    toy.put("search/20240101T000000/keys.csv", seen)
    text = verdict_of(first, toy)["sentence"]
    assert "it has learned 10 of the 20 rows of holdout fresh" in text
    assert "is 'row-5010' (search of 2024-01-01)" in text


def test_a_new_holdout_that_nobody_has_seen_judges(first: Judged) -> None:
    toy = accepting(first, holdouts=("fresh",))
    toy.put("holdout/fresh.csv", csv_bytes(rows(5000, 20)))
    second = ran(toy, first.sagemaker, MARCH, "20240301T000000-00000002", 0.5)
    assert second.finish()["reason"] == "better"


def test_a_champion_whose_rows_are_no_longer_known_does_not_answer_a_new_holdout(first: Judged) -> None:
    toy = accepting(first, holdouts=("fresh",))
    toy.put("holdout/fresh.csv", csv_bytes(rows(5000, 20)))
    folder = first.plan.drops[0].prepared.folder.removesuffix("/rows").removeprefix("s3://toy-models/")
    toy.s3.delete_object(Bucket="toy-models", Key=f"{folder}/keys.csv")
    assert "whether it has learned rows of holdout fresh is not known any more" in verdict_of(first, toy)["sentence"]
