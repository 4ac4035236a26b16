"""Other problems and algorithms than the tiny regression's, each from search to report, on real tables."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pandas as pd
import pytest
from airflow.models import DagRun

from dags.retrain import retrain
from dags.score import score
from include.autopilot.champion.pointer import store_of
from include.autopilot.champion.rollback import roll_back
from include.autopilot.settings import config
from tests.support.airflowdb import ran, register
from tests.support.classified import Case, Classified, digits, radii, retrained, tumours
from tests.support.tiny import returned, states

pytestmark = pytest.mark.whole

NEW_DROP = "drops/2024-02-01/rows.csv"


@pytest.fixture(scope="module")
def binary(aws: str, airflow_db: None) -> Iterator[Classified]:
    case = Case("tumour", "BinaryClassification", "AUC", "xgboost", "diagnosis", tumours(), 60)
    with retrained(case, aws) as made:
        yield made


@pytest.fixture(scope="module")
def multiclass(aws: str, airflow_db: None) -> Iterator[Classified]:
    case = Case("digit", "MulticlassClassification", "Accuracy", "xgboost", "digit", digits(), 120)
    with retrained(case, aws) as made:
        yield made


def majority(rows: pd.DataFrame, target: str) -> float:
    return float(rows[target].value_counts(normalize=True).iloc[0])


def test_two_classes_are_learnt_and_judged_by_the_objective(binary: Classified) -> None:
    report = binary.report(binary.first)
    judged = report["holdouts"]["sealed"]["metrics"]
    assert report["objective"] == {"metric": "AUC", **judged["AUC"]}
    assert report["objective"]["direction"] == "Maximize"
    assert judged["AUC"]["value"] > 0.9
    assert judged["Accuracy"]["value"] > majority(binary.sealed, "diagnosis") + 0.15
    assert all(score["value"] is not None for score in judged.values())
    assert report["synthetic"] is False
    assert report["labels"] == ["benign", "malignant"]
    assert report["notes"] == []


def test_the_report_shows_a_confusion_matrix_and_a_roc_curve(binary: Classified) -> None:
    page = binary.page(binary.first)
    confusion = binary.report(binary.first)["holdouts"]["sealed"]["confusion"]
    assert re.findall('data-figure="sealed-([a-z]+)"', page) == ["roc", "precision", "calibration"]
    assert "sealed: measured diagnosis" in page
    assert "predicted malignant" in page
    assert "<span>Balanced<wbr>Accuracy</span>" in page
    assert "found (share of malignant)" in page
    counts = binary.sealed["diagnosis"].value_counts()
    assert confusion["classes"] == ["benign", "malignant"]
    assert [sum(row) for row in confusion["measured_by_predicted"]] == [counts["benign"], counts["malignant"]]


def test_predictions_are_labels_as_text_with_the_probability(binary: Classified) -> None:
    folder = binary.report(binary.first)["predictions"]
    rows = list(csv.reader(io.StringIO(binary.read(f"{folder}/sealed.csv.out").decode())))
    assert [row[:2] for row in rows] == binary.sealed[["id", "diagnosis"]].to_numpy().tolist()
    assert {row[2] for row in rows} == {"benign", "malignant"}
    malignant = [float(row[3]) for row in rows if row[2] == "malignant"]
    assert min(malignant) > max(float(row[3]) for row in rows if row[2] == "benign")


def test_only_what_the_objective_needs_is_changed_in_the_containers(binary: Classified) -> None:
    made = binary.sagemaker.describe_model(ModelName=returned(binary.first, "create_model")["name"])
    before = binary.template().steps.model["Containers"]
    changed = [
        {name: value for name, value in after["Environment"].items() if was["Environment"].get(name) != value}
        for after, was in zip(made["Containers"], before, strict=True)
    ]
    both = "predicted_label,probability"
    assert changed == [
        {},
        {"SAGEMAKER_INFERENCE_OUTPUT": both},
        {"SAGEMAKER_INFERENCE_INPUT": both, "SAGEMAKER_INFERENCE_OUTPUT": both},
    ]


@pytest.mark.parametrize("key", [NEW_DROP, "holdout/sealed.csv"])
def test_a_new_class_stops_before_the_first_paid_job(binary: Classified, key: str) -> None:
    before = binary.jobs()
    rows = binary.sealed.assign(id=[f"new-{number}" for number in range(60)])
    rows.loc[[3, 7], "diagnosis"] = "borderline"
    binary.put(key, rows)
    try:
        run = binary.run("retrain", "2024-02-01")
    finally:
        binary.delete(NEW_DROP)
        binary.put("holdout/sealed.csv", binary.sealed)
    assert states(run)["prepare"] == "failed"
    assert states(run)["train"] == "upstream_failed"
    assert binary.jobs() == before


def test_a_featurizer_fitted_again_is_that_of_the_decoder_too(binary: Classified) -> None:
    run = binary.run("retrain", "2024-01-01", featurizer="refit")
    assert run.state == "success"
    fitted, trained = (returned(run, task)["uri"] for task in ("fit_featurizer", "train"))
    made = binary.sagemaker.describe_model(ModelName=returned(run, "create_model")["name"])["Containers"]
    assert [one["ModelDataUrl"] for one in made] == [fitted, trained, fitted]
    before = binary.sagemaker.describe_model(ModelName=returned(binary.first, "create_model")["name"])["Containers"]
    assert [one["Environment"] for one in made] == [one["Environment"] for one in before]
    assert not {fitted, trained} & {one["ModelDataUrl"] for one in before}
    report = binary.report(run)
    assert report["path"] == "refit"
    assert "the featurizer fitted again on the training rows" in binary.page(run)
    assert report["holdouts"]["sealed"]["metrics"]["AUC"]["value"] > 0.9
    steps = [job["step"] for job in report["jobs"]]
    assert steps == ["fit_featurizer", "create_featurizer", "featurize", "train", "create_model", "predict"]


def test_several_classes_are_learnt(multiclass: Classified) -> None:
    report = multiclass.report(multiclass.first)
    judged = report["holdouts"]["sealed"]["metrics"]
    assert report["objective"]["metric"] == "Accuracy"
    assert report["objective"]["value"] == judged["Accuracy"]["value"] > 0.85
    assert majority(multiclass.sealed, "digit") < 0.4
    assert judged["F1macro"]["value"] > 0.85
    assert judged["LogLoss"]["reason"] == "the pipeline answers without probabilities"
    page = multiclass.page(multiclass.first)
    assert "data-figure=" not in page
    assert "sealed: measured digit" in page
    assert "sealed: no LogLoss, because the pipeline answers without probabilities." in page


def test_a_pipeline_that_already_answers_enough_is_exactly_the_templates(multiclass: Classified) -> None:
    made = multiclass.sagemaker.describe_model(ModelName=returned(multiclass.first, "create_model")["name"])
    before = multiclass.template().steps.model["Containers"]
    assert [one["Environment"] for one in made["Containers"]] == [one["Environment"] for one in before]


def test_probabilities_of_several_classes_on_request(multiclass: Classified, aws: str) -> None:
    """The same template; the YAML asks for more."""
    from include.autopilot.settings import config

    model = config.parse_model(
        multiclass.case.yaml.replace("search:", "inference_output: probabilities\nsearch:"), "digit.yaml"
    )
    others = [one for one in config.load_models() if one.name != "digit"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(config, "load_models", lambda: (*others, model))
        run = multiclass.run("retrain", "2024-01-01")
    assert run.state == "success"
    report = multiclass.report(run)
    judged = report["holdouts"]["sealed"]["metrics"]
    assert 0 < judged["LogLoss"]["value"] < 1
    assert judged["Accuracy"]["value"] > 0.85


def test_a_new_class_triggers_the_search_that_learns_it(multiclass: Classified) -> None:
    keys = "search_after_losses: 3\nsearch_again: trigger\nsearch:"
    model = config.parse_model(multiclass.case.yaml.replace("search:", keys), "digit.yaml")
    others = [one for one in config.load_models() if one.name != "digit"]
    runs = []
    register(multiclass.dags["digit_search"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(config, "load_models", lambda: (*others, model))
        patch.setitem(multiclass.dags, "digit_retrain", retrain(model))
        for label, form in (("Two", {}), ("ten", {}), ("ten", {"dry_run": True})):
            rows = multiclass.sealed.assign(id=[f"new-{number}" for number in range(120)])
            # Under new keys they would still be the sealed rows, which no search may see.
            rows[rows.columns[-1]] += 0.5
            rows.loc[:39, "digit"] = label
            multiclass.put(NEW_DROP, rows)
            runs.append(multiclass.run("retrain", "2024-02-01", **form))
    try:
        assert [run.state for run in runs] == ["failed"] * 3
        assert [states(run)["trigger_search_for_class"] for run in runs] == ["skipped", "success", "skipped"]
        assert {states(runs[1])[task] for task in ("train", "promote", "trigger_search")} == {"upstream_failed"}
        (triggered,) = DagRun.find(dag_id="digit_search", run_id=f"retrain__{runs[1].run_id}")
        assert triggered.conf == {"cutoff": "2024-02-01T00:00:00+00:00", "algorithm": "xgboost"}
        assert multiclass.run("search", **triggered.conf).state == "success"
        learnt = multiclass.run("retrain", "2024-02-01", dry_run=False)
        assert multiclass.report(learnt)["labels"] == ["one", "ten", "three", "two", "zero"]
    finally:
        multiclass.delete(NEW_DROP)


@pytest.mark.parametrize(
    ("case", "image"),
    [
        (Case("line", "Regression", "MSE", "linear-learner", "mean radius", radii(), 60), "linear-learner"),
        (Case("layers", "BinaryClassification", "F1", "mlp", "diagnosis", tumours(), 60), "mxnet-algorithms"),
    ],
    ids=["linear-learner", "mlp"],
)
def test_a_winner_of_another_algorithm_is_retrained(aws: str, airflow_db: None, case: Case, image: str) -> None:
    with retrained(case, aws) as made:
        report = made.report(made.first)
        judged = report["holdouts"]["sealed"]["metrics"]
        assert f"/{image}" in made.template().steps.train["AlgorithmSpecification"]["TrainingImage"]
        assert (judged["R2"]["value"] if case.metric == "MSE" else judged["F1"]["value"]) > 0.85
        assert report["objective"]["direction"] == ("Minimize" if case.metric == "MSE" else "Maximize")


def test_scoring_gives_the_label_and_the_probability_of_the_positive_class(binary: Classified) -> None:
    model = config.find_model("tumour")
    # By hand, because 60 rows are too few for the gate.
    roll_back(
        store_of(binary.s3, binary.sagemaker, model), 1, "to score with it", "a test", "2025-01-01T00:00:00+00:00"
    )
    binary.put("new/rows.csv", binary.sealed.drop(columns="diagnosis"))
    form = {"input": f"{binary.root}/new/rows.csv"}
    run = ran(score(model), logical_date=datetime(2025, 2, 1, tzinfo=UTC), run_conf=form)
    joined = returned(run, "join")
    rows = list(csv.DictReader(io.StringIO(binary.read(joined["predictions"][0]).decode())))
    folder = binary.report(binary.first)["predictions"]
    expected = csv.reader(io.StringIO(binary.read(f"{folder}/sealed.csv.out").decode()))
    assert [list(row.values()) for row in rows] == [[row[0], row[2], row[3], "1"] for row in expected]
    assert list(rows[0]) == ["id", "predicted_label", "probability", "model_version"]
    told = json.loads(binary.read(joined["lineage"]))
    assert (told["positive_class"], told["data_source"]) == ("malignant", "real rows from scikit-learn's datasets")
