"""Whole scoring runs against the embedded AWS: a champion of a real retraining, real predictions, real lineage."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from include.autopilot import lineage
from include.autopilot.settings import config
from include.autopilot.settings.scoreoptions import ScoreOptions
from tests.support.championed import championed, new_rows
from tests.support.tiny import Tiny, returned, states, table

pytestmark = pytest.mark.whole

ROOT = "s3://tiny-models/tiny"
ODD = ["007", " 7 ", "1e3", 'a "b", c', "é", "-0.10"]


@pytest.fixture(scope="module")
def scored(searched: Tiny) -> Iterator[Tiny]:
    """The tiny model with a champion and its DAGs for scoring and rolling back."""
    with championed(searched, "score", "rollback") as tiny:
        yield tiny


@pytest.fixture(scope="module")
def first(scored: Tiny) -> Any:
    """A folder: the judging holdout without its target, a gzipped file, and keys that look like something else."""
    scored.put("new/a/holdout.csv", table(5000, 80).drop(columns="y"))
    scored.put("new/b.csv.gz", gzip.compress(table(8000, 400).to_csv(index=False).encode()))
    odd = new_rows(9000, len(ODD))
    odd["id"] = ODD
    scored.put("new/odd.csv", odd)
    run = score(scored, f"{ROOT}/new", interval="0.9", instance_type="ml.c5.xlarge")
    assert run.state == "success"
    return run


def score(tiny: Tiny, address: str, **form: Any) -> Any:
    """Run the DAG with the whole form: in one process, Airflow takes what is left out from the run before."""
    left = {name: field.get("default") for name, field in ScoreOptions.form(config.find_model("tiny")).items()}
    return tiny.run("tiny_score", **{**left, "input": address, **form})


def read_rows(tiny: Tiny, uri: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(tiny.read(uri).decode(), newline="")))


def lineage_of(tiny: Tiny, uri: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    code = lineage.main([uri, "--json", "--endpoint-url", tiny.endpoint])
    return code, json.loads(capsys.readouterr().out)


def test_there_is_a_file_of_predictions_per_file_of_rows(scored: Tiny, first: Any) -> None:
    joined = returned(first, "join")
    folder = f"{ROOT}/scores/{returned(first, 'check')['key']}"
    assert joined["predictions"] == [f"{folder}/a/holdout.csv", f"{folder}/b.csv", f"{folder}/odd.csv"]
    assert (joined["lineage"], joined["rows"]) == (f"{folder}/lineage.json", 480 + len(ODD))


def test_predictions_are_those_of_the_run_that_made_the_champion(scored: Tiny, first: Any) -> None:
    rows = read_rows(scored, returned(first, "join")["predictions"][0])
    told = json.loads(scored.read(returned(first, "join")["lineage"]))
    run = told["version"]["run"]
    (answered,) = [uri for uri in scored.keys(f"{ROOT}/runs/{run}/predictions") if uri.endswith("sealed.csv.out")]
    expected = list(csv.reader(io.StringIO(scored.read(answered).decode())))
    assert [(row["id"], row["prediction"]) for row in rows] == [(row[0], row[2]) for row in expected]
    assert {row["model_version"] for row in rows} == {str(told["version"]["number"])}
    assert list(rows[0]) == told["columns"] == ["id", "prediction", "lower", "upper", "model_version"]


def test_the_interval_covers_rows_that_nobody_has_seen(scored: Tiny, first: Any) -> None:
    rows = read_rows(scored, returned(first, "join")["predictions"][1])
    measured = table(8000, 400)["y"]
    covered = [float(row["lower"]) <= y <= float(row["upper"]) for row, y in zip(rows, measured, strict=True)]
    assert sum(covered) / len(covered) >= 0.88
    told = json.loads(scored.read(returned(first, "join")["lineage"]))["interval"]
    assert told["holdout"]["rows"] == 80
    assert told["holdout"]["covered"] >= 68
    assert told["rows"] == 620  # every row that trained
    width = {round(float(row["upper"]) - float(row["lower"]), 6) for row in rows}
    assert width == {round(2 * told["half_width"], 6)}


def test_lineage_leads_back_to_the_drops(scored: Tiny, first: Any, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = lineage_of(scored, returned(first, "join")["predictions"][1], capsys)
    assert (code, found["broken"]) == (0, None)
    assert [(drop["date"], drop["state"]) for drop in found["drops"]] == [("2024-01-01", "same")]
    (file,) = found["scoring"]["files"]
    assert (file["input"], file["input_state"]) == (f"{ROOT}/new/b.csv.gz", "same")
    described = scored.sagemaker.describe_transform_job(TransformJobName=found["scoring"]["job"].rpartition("/")[2])
    assert described["TransformJobArn"] == found["scoring"]["job"]
    assert {job["name"].split("-")[1] for job in found["jobs"]} >= {"train", "model", "predict"}
    # The features may be those of an earlier run.
    assert all("-featurize-" in drop["features_job"] for drop in found["drops"])
    told = json.loads(scored.read(returned(first, "join")["lineage"]))
    assert found["template"]["digest"] == json.loads(scored.read(told["ledger"]))["template"]


def test_lineage_of_a_runs_own_predictions(scored: Tiny, first: Any, capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(scored.read(returned(first, "join")["lineage"]))
    record = json.loads(scored.read(told["ledger"]))
    code, found = lineage_of(scored, record["predictions"], capsys)
    assert (code, found["version"]["arn"]) == (0, told["version"]["arn"])
    assert "scoring" not in found


def test_lineage_says_what_changed_and_where_the_chain_is_broken(
    scored: Tiny, first: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    joined, drop = returned(first, "join"), "drops/2024-01-01/rows.csv"
    told = json.loads(scored.read(joined["lineage"]))
    kept = scored.read(f"{ROOT}/{drop}"), scored.read(told["ledger"]), scored.read(joined["predictions"][0])
    try:
        scored.put(drop, kept[0] + b"\n")
        code, found = lineage_of(scored, joined["predictions"][0], capsys)
        assert (code, found["drops"][0]["state"]) == (0, "changed")
        scored.delete(drop)
        code, found = lineage_of(scored, joined["predictions"][0], capsys)
        assert (code, found["drops"][0]["state"]) == (0, "gone")
        scored.delete(told["ledger"].removeprefix(f"{ROOT}/"))
        code, found = lineage_of(scored, joined["predictions"][0], capsys)
        assert (code, found["broken"]) == (3, f"The ledger's record is gone: {told['ledger']}.")
        scored.put(joined["predictions"][0].removeprefix(f"{ROOT}/"), kept[2].replace(b"1", b"2"))
        code, found = lineage_of(scored, joined["predictions"][0], capsys)
        assert code == 3
        assert "holdout.csv is not what the scoring wrote" in found["broken"]
    finally:
        scored.put(drop, kept[0])
        scored.put(told["ledger"].removeprefix(f"{ROOT}/"), kept[1])
        scored.put(joined["predictions"][0].removeprefix(f"{ROOT}/"), kept[2])


def test_keys_come_back_as_they_went(scored: Tiny, first: Any) -> None:
    rows = read_rows(scored, returned(first, "join")["predictions"][2])
    assert [row["id"] for row in rows] == ODD


def test_the_form_reaches_the_transform_job(scored: Tiny, first: Any) -> None:
    job = scored.sagemaker.describe_transform_job(TransformJobName=returned(first, "predict")["name"])
    assert job["TransformResources"]["InstanceType"] == "ml.c5.xlarge"


def test_what_is_wrong_is_said_before_the_first_paid_job(
    scored: Tiny, first: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = new_rows(9100, 4).astype({"a": object})
    wrong.loc[2, "a"] = "much"
    scored.put("wrong.csv", wrong)
    before = scored.jobs()
    run = score(scored, f"{ROOT}/wrong.csv")
    assert (states(run)["check"], states(run)["predict"]) == ("failed", "upstream_failed")
    assert scored.jobs() == before
    assert f"{ROOT}/wrong.csv: column 'a', row 3 (line 4) holds text: 'much'" in capsys.readouterr().out


def test_after_a_rollback_the_other_version_predicts(
    scored: Tiny, first: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    later = scored.run("tiny_retrain", "2024-02-01T00:00:00Z")
    number = returned(later, "register")["version"]
    before = json.loads(scored.read(f"{ROOT}/champion.json"))["version"]["version"]
    # Whichever of the two is the champion now, the other one is put in place.
    other = number if before != number else number - 1
    back = scored.run("tiny_rollback", version=other, reason="to see what it predicts")
    assert states(back) == {"roll_back": "success"}
    run = score(scored, f"{ROOT}/new/a/holdout.csv", output=f"{ROOT}/elsewhere/")
    assert returned(run, "join")["predictions"] == [f"{ROOT}/elsewhere/holdout.csv"]
    rows = read_rows(scored, f"{ROOT}/elsewhere/holdout.csv")
    assert list(rows[0]) == ["id", "prediction", "model_version"]
    assert {row["model_version"] for row in rows} == {str(other)}
    code, found = lineage_of(scored, f"{ROOT}/elsewhere", capsys)
    assert (code, found["version"]["version"]) == (0, other)
    assert found["put_in_place"]["kind"] == "rolled_back"
    assert "to see what it predicts" in found["put_in_place"]["sentence"]
