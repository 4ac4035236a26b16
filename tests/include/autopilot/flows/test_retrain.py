"""One retraining, from the drops to the report; SageMaker's part is played by writing what its jobs would write."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from include.autopilot.base.errors import ContractError, DropError, EvaluationError, RunError, TemplateError
from include.autopilot.base.locations import parse_uri
from include.autopilot.drops.split import side
from include.autopilot.flows import retrain
from include.autopilot.settings.gate import GateConfig
from include.autopilot.settings.recent import RecentConfig
from include.autopilot.settings.window import Newest
from include.autopilot.template.validation import problems
from tests.support import flows
from tests.support.toy import AUTOML_JOB, COLUMNS, PROCESSOR, Toy, csv_bytes, rows
from tests.support.toyruns import FEBRUARY, KEY, MARCH, featurize, predict, prepare, read_csv


def test_prepare_cuts_drops_in_the_featurizers_order_without_a_header(toy: Toy) -> None:
    prepared = prepare(toy)
    folder = prepared["featurize"][0]["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]
    by_id = {row["id"]: row for row in rows(0, 60)}
    for name in ("train", "validation"):
        expected = [
            [row["y"], row["a (b, c)"], row["d[1]"], row["colour"]]
            for key, row in by_id.items()
            if side(key, 0.2) == name
        ]
        assert read_csv(toy, f"{folder}/{name}/chunk_0.csv") == expected
    assert not any("check.json" in uri for uri in toy.keys(folder.removeprefix(f"{toy.config.root}/")))


def test_prepare_sums_up(toy: Toy) -> None:
    summary = prepare(toy)["summary"]
    assert [drop["date"] for drop in summary["drops"]] == ["2024-01-01", "2024-02-01", "2024-03-01"]
    assert summary["training_rows"] + summary["validation_rows"] == 100
    assert summary["training_rows"] == sum(side(f"row-{number}", 0.2) == "train" for number in range(100))
    assert summary["holdouts"] == {"sealed": 12, "second": 3}
    assert summary["featurize"] == 3
    assert not summary["synthetic"]


def test_every_drop_is_featurized_by_the_model_that_passes_the_label_on(toy: Toy) -> None:
    described = toy.sagemaker.only("DescribeTransformJob")
    for request in prepare(toy)["featurize"]:
        assert problems("TransformJob", request) == []
        assert request["ModelName"] == described["ModelName"]
        for name in ("MaxConcurrentTransforms", "TransformResources", "DataProcessing"):
            assert request[name] == described[name]
        assert request["TransformInput"]["SplitType"] == "Line"
        assert request["TransformOutput"]["Accept"] == "application/x-recordio-protobuf"
        assert len(request["TransformJobName"]) <= 50


def test_features_are_made_once_and_shared(toy: Toy) -> None:
    first = prepare(toy, FEBRUARY, "20240201T000000-00000001")
    featurize(toy, first["featurize"])
    second = prepare(toy, MARCH)
    assert len(first["featurize"]) == 2
    assert [request["TransformJobName"][:22] for request in second["featurize"]] == ["toy-featurize-20240301"]
    assert second["summary"]["features_reused"] == 2


def test_two_runs_that_miss_the_same_features_ask_for_the_same_job(toy: Toy) -> None:
    assert prepare(toy, key="20240301T000000-00000001")["featurize"] == prepare(toy)["featurize"]


def test_half_made_features_are_made_again(toy: Toy) -> None:
    requests = prepare(toy)["featurize"]
    featurize(toy, requests)
    bucket, prefix = parse_uri(requests[1]["TransformOutput"]["S3OutputPath"])
    toy.s3.delete_object(Bucket=bucket, Key=f"{prefix}/validation/chunk_0.csv.out")
    assert prepare(toy)["featurize"] == [requests[1]]


def test_the_cutoff_hides_later_drops(toy: Toy) -> None:
    before = prepare(toy, FEBRUARY)
    toy.put("drops/2024-02-02/planted.csv", csv_bytes(rows(500, 30)))
    after = prepare(toy, FEBRUARY)
    assert before == after


def test_scope_new_is_the_newest_drop_only(toy: Toy) -> None:
    summary = prepare(toy, scope="new")["summary"]
    assert [drop["date"] for drop in summary["drops"]] == ["2024-03-01"]
    assert summary["training_rows"] + summary["validation_rows"] == 20


def test_holdout_rows_in_a_drop_are_kept_out_and_counted(toy: Toy) -> None:
    toy.put("drops/2024-03-01/third.csv", csv_bytes(rows(80, 20) + rows(1000, 5)))
    summary = prepare(toy)["summary"]
    assert summary["held_out_rows"] == 5
    assert summary["training_rows"] + summary["validation_rows"] == 100
    assert summary["drops"][2]["rows"] == 25


def test_another_holdout_is_another_preparation(toy: Toy) -> None:
    prepare(toy)
    toy.put("holdout/sealed.csv", csv_bytes(rows(0, 10)))
    accepting = replace(toy, config=replace(toy.config, changed_holdouts="accept"))
    assert prepare(accepting)["summary"]["held_out_rows"] == 10


def test_a_drop_delivered_twice_counts_once(toy: Toy) -> None:
    toy.put("drops/2024-03-01/third.csv", csv_bytes(rows(60, 20)))
    prepared = prepare(toy)
    assert prepared["summary"]["drops"][2] | {"used": 0, "repeats": "2024-02-01"} == prepared["summary"]["drops"][2]
    assert prepared["summary"]["training_rows"] + prepared["summary"]["validation_rows"] == 80
    assert len(prepared["featurize"]) == 2


def test_columns_that_nobody_asked_for_are_reported(toy: Toy, caplog: pytest.LogCaptureFixture) -> None:
    table = [row | {"mood": "good"} for row in rows(80, 20)]
    toy.put("drops/2024-03-01/third.csv", csv_bytes(table, [*COLUMNS, "mood"]))
    with caplog.at_level(logging.WARNING):
        summary = prepare(toy)["summary"]
    assert summary["drops"][2]["extra_columns"] == ["mood"]
    assert "column 'mood' is not in the contract" in caplog.text


def test_an_ignored_column_that_no_drop_has_is_told(toy: Toy, caplog: pytest.LogCaptureFixture) -> None:
    toy.config = replace(toy.config, ignore=("note", "colur"))
    with caplog.at_level(logging.WARNING):
        prepare(toy)
    assert "toy.yaml: ignore names 'colur'. Did you mean 'colour'? Neither the first nor" in caplog.text
    assert "'note'" not in caplog.text


def test_synthetic_data_says_so(toy: Toy, caplog: pytest.LogCaptureFixture) -> None:
    toy.put("drops/2024-03-01/third.csv", csv_bytes(rows(80, 20)), "SYNTHETIC table of the shape of a toy")
    with caplog.at_level(logging.INFO):
        prepared = prepare(toy)
    assert prepared["summary"]["synthetic"]
    assert "SYNTHETIC data: A toy, cutoff 2024-03-01" in caplog.text


def test_a_wrong_drop_stops_the_run_before_anything_is_written(toy: Toy) -> None:
    toy.put("drops/2024-03-01/third.csv", b'id,y,"a (b, c)",d[1],colour\nx,1,2,low,red\n')
    with pytest.raises(ContractError, match=r"third\.csv: column 'd\[1\]', row 1 \(line 2\) holds text: 'low'\. Put"):
        prepare(toy)
    assert not toy.keys("runs/")


def test_a_missing_holdout(toy: Toy) -> None:
    toy.s3.delete_object(Bucket="toy-models", Key="toy/holdout/second.csv")
    with pytest.raises(DropError, match=r"Holdout 'second' is missing: s3://toy-models/toy/holdout/second\.csv"):
        prepare(toy)


def test_no_drop_up_to_the_cutoff(toy: Toy) -> None:
    toy.s3.delete_object(Bucket="toy-models", Key="toy/drops/2024-01-01/first.csv")
    with pytest.raises(DropError, match="the earliest is 2024-02-01"):
        prepare(toy, datetime(2024, 1, 15, tzinfo=UTC))


def test_drops_that_are_all_holdout(toy: Toy) -> None:
    for day, name in (("2024-01-01", "first"), ("2024-02-01", "second"), ("2024-03-01", "third")):
        toy.s3.delete_object(Bucket="toy-models", Key=f"toy/drops/{day}/{name}.csv")
    toy.put("drops/2024-01-01/first.csv", csv_bytes(rows(1000, 12)))
    with pytest.raises(RunError, match="0 training and 0 validation rows after the holdouts are taken out"):
        prepare(toy)


def test_a_window_without_rows_to_learn_names_the_window(toy: Toy) -> None:
    toy.put("drops/2024-03-01/third.csv", csv_bytes(rows(80, 2)))
    toy.config = replace(
        toy.config, window=Newest(drops=1), recent=RecentConfig(0.9, 150), gate=GateConfig(judge_on="recent")
    )
    with pytest.raises(
        RunError, match=r"The drops \(last 1\) up to .* recent rows judge\).* take more drops \(window in"
    ):
        prepare(toy)


def test_training_reads_manifests_over_the_features_that_exist(toy: Toy) -> None:
    prepared = prepare(toy)
    featurize(toy, prepared["featurize"])
    request = flows.training_request(toy, prepared["plan"])
    assert problems("TrainingJob", request) == []
    channels = {channel["ChannelName"]: channel for channel in request["InputDataConfig"]}
    for name in ("train", "validation"):
        source = channels[name]["DataSource"]["S3DataSource"]
        assert source["S3DataType"] == "ManifestFile"
        head, *files = json.loads(toy.get(source["S3Uri"]))
        assert head == {"prefix": f"{toy.config.root}/"}
        assert len(files) == 3
        assert all(file in toy.keys("features/") and f"/{name}/" in file for file in files)


def test_training_keeps_everything_else_as_autopilot_had_it(toy: Toy) -> None:
    prepared = prepare(toy)
    featurize(toy, prepared["featurize"])
    request = flows.training_request(toy, prepared["plan"])
    described = toy.sagemaker.only("DescribeTrainingJob", "xY7q")
    for name in (
        "HyperParameters",
        "ResourceConfig",
        "VpcConfig",
        "EnableNetworkIsolation",
        "EnableInterContainerTrafficEncryption",
        "Environment",
        "RoleArn",
        "StoppingCondition",
    ):
        assert request[name] == described[name], name
    channels = {channel["ChannelName"]: channel for channel in request["InputDataConfig"]}
    before = {channel["ChannelName"]: channel for channel in described["InputDataConfig"]}
    assert channels["notes"] == before["notes"]
    for name in ("train", "validation"):
        assert channels[name]["InputMode"] == "Pipe"
        distribution = before[name]["DataSource"]["S3DataSource"]["S3DataDistributionType"]
        assert channels[name]["DataSource"]["S3DataSource"]["S3DataDistributionType"] == distribution
    assert request["OutputDataConfig"] == {"S3OutputPath": f"{toy.config.root}/runs/{KEY}/model"}
    assert request["EnableManagedSpotTraining"] is False
    assert request["TrainingJobName"].startswith("toy-train-20240301-")


def test_training_without_features_is_refused(toy: Toy) -> None:
    prepared = prepare(toy)
    featurize(toy, prepared["featurize"][:2])
    with pytest.raises(RunError, match=r"Drop 2024-03-01: .* lacks the features of train/chunk_0.csv, validation/"):
        flows.training_request(toy, prepared["plan"])


def test_the_form_reaches_the_training(toy: Toy) -> None:
    prepared = prepare(toy, instance_type="ml.c5.xlarge", instance_count=2, spot=True, max_runtime_seconds=900)
    featurize(toy, prepared["featurize"])
    request = flows.training_request(toy, prepared["plan"])
    assert request["ResourceConfig"] == {"InstanceType": "ml.c5.xlarge", "InstanceCount": 2, "VolumeSizeInGB": 50}
    assert request["EnableManagedSpotTraining"] is True
    assert request["StoppingCondition"] == {"MaxRuntimeInSeconds": 900, "MaxWaitTimeInSeconds": 4500}


def test_the_model_has_all_containers_with_all_variables(toy: Toy) -> None:
    prepared = prepare(toy)
    request = flows.model_request(toy, prepared["plan"], "s3://toy-models/new/model.tar.gz")
    assert problems("Model", request) == []
    described = toy.sagemaker.only("DescribeAutoMLJobV2")["BestCandidate"]["InferenceContainers"]
    assert request["Containers"][0] == described[0]
    assert request["Containers"][0]["Environment"]["TOY_EMPTY"] == ""
    assert request["Containers"][1] == described[1] | {"ModelDataUrl": "s3://toy-models/new/model.tar.gz"}
    featurizer = toy.sagemaker.only("DescribeModel")
    for name in ("ExecutionRoleArn", "VpcConfig", "EnableNetworkIsolation"):
        assert request[name] == featurizer[name]
    other = flows.model_request(toy, prepared["plan"], "s3://toy-models/newer/model.tar.gz")
    assert other["ModelName"] != request["ModelName"]


def test_predictions_keep_key_and_target_beside_them(toy: Toy) -> None:
    prepared = prepare(toy)
    request = flows.prediction_request(toy, prepared["plan"], "toy-model")
    assert problems("TransformJob", request) == []
    assert request["DataProcessing"] == {"InputFilter": "$[2:]", "JoinSource": "Input", "OutputFilter": "$[0,1,-1]"}
    assert request["TransformOutput"]["AssembleWith"] == "Line"
    assert request["TransformOutput"]["Accept"] == "text/csv"
    assert "MaxPayloadInMB" not in request
    folder = request["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]
    for name, first, count in (("sealed", 1000, 12), ("second", 2000, 3)):
        expected = [[row["id"], row["y"], row["a (b, c)"], row["d[1]"], row["colour"]] for row in rows(first, count)]
        assert read_csv(toy, f"{folder}/{name}.csv") == expected


def test_evaluation_and_report(toy: Toy, caplog: pytest.LogCaptureFixture) -> None:
    prepared = prepare(toy)
    output = predict(toy, flows.prediction_request(toy, prepared["plan"], "toy-model"))
    with caplog.at_level(logging.INFO):
        evaluation = flows.evaluate(toy, prepared["plan"], output)
    assert evaluation["judge"] == "sealed"
    assert evaluation["holdouts"]["sealed"]["rows"] == 12
    assert evaluation["objective"] == {
        "metric": "MSE",
        "direction": "Minimize",
        "value": pytest.approx(0.25),
        "reason": None,
    }
    assert evaluation["holdouts"]["sealed"]["metrics"]["RMSE"]["value"] == pytest.approx(0.5)
    assert evaluation["holdouts"]["second"]["metrics"]["MAE"]["value"] == pytest.approx(0.5)
    assert "A toy, holdout sealed: MSE 0.2500 (lower is better); RMSE 0.5000, MAE 0.5000" in caplog.text
    jobs = [{"step": "train", "kind": "TrainingJob", "name": "toy-train", "status": "Completed", "seconds": 12.5}]
    written = flows.report(toy, prepared["plan"], jobs)
    found = json.loads(toy.get(written["json"]))
    assert found["objective"] == evaluation["objective"]
    assert found["holdouts"]["sealed"]["metrics"] == evaluation["holdouts"]["sealed"]["metrics"]
    assert found["jobs"] == jobs
    assert found["training_rows"] == prepared["summary"]["training_rows"]
    page = toy.get(written["html"]).decode()
    charts = [f"sealed-{name}" for name in ("parity", "errors", "spread")]
    assert re.findall('data-figure="([a-z-]+)"', page) == [*charts, "second-parity"]
    assert "SYNTHETIC" not in page
    assert not re.findall(r'(?:src|href)="(?!#)', page.replace('xlink:href="#', ""))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda lines: lines[:-1], "has 11 lines for the 12 rows of holdout sealed"),
        (
            lambda lines: [lines[1], lines[0], *lines[2:]],
            "line 1 is for key 'row-1001', but the holdout has 'row-1000'",
        ),
        (lambda lines: [lines[0] + ",1", *lines[1:]], "line 1 has 4 cells; expected key, target and prediction."),
        (lambda lines: ["row-1000,77,1", *lines[1:]], "line 1 says the target is 77.0, but the holdout has"),
        (lambda lines: [*lines[:-1], "row-1011,1,high"], "line 12: 'high' is not a number"),
    ],
)
def test_predictions_that_are_not_the_holdouts(toy: Toy, change: Any, message: str) -> None:
    prepared = prepare(toy)
    output = predict(toy, flows.prediction_request(toy, prepared["plan"], "toy-model"))
    file = f"{output}/sealed.csv.out".removeprefix(f"{toy.config.root}/")
    lines = toy.get(f"{output}/sealed.csv.out").decode().splitlines()
    toy.put(file, "\n".join(change(lines)).encode())
    with pytest.raises(EvaluationError) as caught:
        flows.evaluate(toy, prepared["plan"], output)
    assert message in str(caught.value)


def test_missing_predictions(toy: Toy) -> None:
    prepared = prepare(toy)
    output = predict(toy, flows.prediction_request(toy, prepared["plan"], "toy-model"))
    toy.s3.delete_object(Bucket="toy-models", Key=f"{output}/second.csv.out".removeprefix("s3://toy-models/"))
    with pytest.raises(EvaluationError, match=r"holds 0 files second.csv.out; exactly one was expected"):
        flows.evaluate(toy, prepared["plan"], output)


def test_a_report_needs_an_evaluation(toy: Toy) -> None:
    prepared = prepare(toy)
    with pytest.raises(RunError, match="has no evaluation yet"):
        flows.report(toy, prepared["plan"], [])


def test_a_plan_that_is_gone(toy: Toy) -> None:
    with pytest.raises(RunError, match="Clear the task prepare"):
        flows.training_request(toy, f"{toy.config.root}/runs/none/plan.json")


def test_an_objective_that_cannot_be_computed_is_refused_before_anything_is_paid(toy: Toy) -> None:
    from include.autopilot.flows.search import publish_template
    from tests.support.toy import MODULE, SEARCHED

    toy.put(MODULE, PROCESSOR.encode())
    job = toy.sagemaker.only("DescribeAutoMLJobV2")
    job["AutoMLProblemTypeConfig"]["TabularJobConfig"]["ProblemType"] = "BinaryClassification"
    containers = job["BestCandidate"]["InferenceContainers"]
    containers.append(containers[0])
    publish_template(toy.sagemaker, toy.s3, toy.config, AUTOML_JOB, SEARCHED)  # type: ignore[arg-type]
    with pytest.raises(TemplateError, match="is 'MSE', which cannot be computed for BinaryClassification"):
        prepare(toy)


def test_a_new_class_in_a_drop_names_the_dag_that_learns_it(toy: Toy) -> None:
    from include.autopilot.flows.search import publish_template
    from tests.support.toy import MODULE, SEARCHED

    encoder = "RobustLabelEncoder(labels=['low'], fill_label_value='high', include_unseen_class=True)"
    toy.put(MODULE, f"{PROCESSOR}\nencoder = {encoder}\n".encode())
    job = toy.sagemaker.only("DescribeAutoMLJobV2")
    job["AutoMLProblemTypeConfig"]["TabularJobConfig"]["ProblemType"] = "BinaryClassification"
    job["BestCandidate"]["InferenceContainers"].append(job["BestCandidate"]["InferenceContainers"][0])
    publish_template(toy.sagemaker, toy.s3, toy.config, AUTOML_JOB, SEARCHED)  # type: ignore[arg-type]
    named = [row | {"y": "low" if number % 2 else "high"} for number, row in enumerate(rows(0, 60))]
    for path, table in (("holdout/sealed.csv", named[:12]), ("holdout/second.csv", named[12:15])):
        toy.put(path, csv_bytes(table))
    toy.put("drops/2024-01-01/first.csv", csv_bytes([*named[15:], named[0] | {"id": "new", "y": "medium"}]))
    again = r"'medium', .* run the search again with problem_type: MulticlassClassification .trigger the DAG toy_search"
    with pytest.raises(ContractError, match=again):
        prepare(toy)
    assert not toy.keys("runs/")


def test_three_thousand_drops_are_dealt_out_to_as_many_batches_as_airflow_maps() -> None:
    wanted: Any = list(range(3000))
    dealt = retrain.batches(wanted, 1024)
    assert len(dealt) == 1024
    assert {len(batch) for batch in dealt} == {2, 3}
    assert [drop for batch in dealt for drop in batch] == wanted
    assert retrain.batches(wanted[:6], 3) == [wanted[0:2], wanted[2:4], wanted[4:6]]
    assert retrain.batches(wanted[:2], 1024) == [wanted[:1], wanted[1:2]]
    assert retrain.batches([], 1024) == []
