"""The reports on a search's best candidate: where AWS has them, in its shapes, and true of what it answers."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import numpy as np
import pytest

from include.local_aws.faults import Faults
from include.local_aws.process import start
from tests.include.local_aws.jobs import Clients, client
from tests.include.local_aws.search.searches import Searched, keys, predictions, put, read, search, unpack
from tests.include.local_aws.search.tables import job

ROWS = 520
REPORTS = {"analysis.json", "report.html", "explanations_shap/out.csv", "explanations_shap/baseline.csv"}
FAST = {"CandidateGenerationConfig": {"AlgorithmsConfig": [{"AutoMLAlgorithms": ["xgboost", "linear-learner"]}]}}
HOSTILE = "<script>"
SOURCE = "SYNTHETIC rows of a test"


def table(labels: tuple[str, ...] = ()) -> bytes:
    """A table whose target follows `signal`, then `word`, and not `noise`; `id` and `same` are of no use."""
    generator = np.random.default_rng(0)
    lines = [f"id,signal,noise,same,{HOSTILE},y"]
    for row in range(ROWS):
        signal, noise = generator.normal(size=2)
        word = ("red", "green")[row % 2]
        y = 3 * signal + (word == "red") + 0.05 * generator.normal()
        told = labels[int(y > 0) + int(y > 3) * (len(labels) > 2)] if labels else f"{y:.5f}"
        lines.append(f'id{row},{signal:.5f},{noise:.5f},1,{word},"{told}"')
    return ("\n".join(lines) + "\n").encode()


def ensembling(**more: Any) -> dict[str, Any]:
    criteria = {"MaxCandidates": 1}
    return {"AutoMLJobConfig": {"Mode": "ENSEMBLING", "CompletionCriteria": criteria, **FAST}, **more}


@pytest.fixture(scope="module")
def tuned(clients: Clients) -> Searched:
    return Searched(clients, table(), 1)


@pytest.fixture(scope="module")
def blended(clients: Clients) -> Searched:
    return Searched(clients, table(("no, thanks", "yes")), 1, **ensembling())


def places(searched: Searched) -> dict[str, str]:
    found: dict[str, str] = searched.best["CandidateProperties"]["CandidateArtifactLocations"]
    return found


def analysis(clients: Clients, searched: Searched) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(read(clients, f"{places(searched)['Explainability']}/analysis.json"))
    return found


def statistics(clients: Clients, searched: Searched) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(read(clients, f"{places(searched)['ModelInsights']}/statistics.json"))
    return found


def validation(clients: Clients, searched: Searched) -> list[list[str]]:
    place = f"s3://{searched.bucket}/out/{searched.name}/preprocessed-data/tuning_data/validation/chunk_0.csv"
    return list(csv.reader(io.StringIO(read(clients, place).decode())))


def answers(clients: Clients, searched: Searched, rows: list[list[str]]) -> list[str]:
    body = io.StringIO()
    csv.writer(body, lineterminator="\n").writerows(row[1:] for row in rows)
    return predictions(clients, searched.bucket, searched.best["InferenceContainers"], body.getvalue().encode())


@pytest.mark.parametrize("mode", ["tuned", "blended"])
def test_they_are_where_the_candidate_says(clients: Clients, mode: str, request: pytest.FixtureRequest) -> None:
    searched: Searched = request.getfixturevalue(mode)
    root, name = f"s3://{searched.bucket}/out/{searched.name}/documentation", searched.best["CandidateName"]
    assert places(searched) == {
        "Explainability": f"{root}/explainability/output/{name}",
        "ModelInsights": f"{root}/model_monitor/output/{name}",
    }
    found = {
        kind: keys(clients, searched.bucket, f"{place.partition(f'{searched.bucket}/')[2]}/")
        for kind, place in places(searched).items()
    }
    assert set(found["Explainability"]) == REPORTS
    assert set(found["ModelInsights"]) == {"statistics.json", "report.html"}
    again = clients.sagemaker.describe_auto_ml_job_v2(AutoMLJobName=searched.name)["BestCandidate"]
    assert again["CandidateProperties"] == searched.best["CandidateProperties"]
    jobs = clients.sagemaker.list_processing_jobs(NameContains=f"{searched.name}-documentation")
    assert [one["ProcessingJobStatus"] for one in jobs["ProcessingJobSummaries"]] == ["Completed"]


@pytest.mark.parametrize("mode", ["tuned", "blended"])
def test_every_page_says_who_made_it_and_escapes(clients: Clients, mode: str, request: pytest.FixtureRequest) -> None:
    searched: Searched = request.getfixturevalue(mode)
    for place in places(searched).values():
        shown = read(clients, f"{place}/report.html").decode()
        assert "Made by the embedded AWS on this machine, not SageMaker." in shown
        assert HOSTILE not in shown
    assert "&lt;script&gt;" in read(clients, f"{places(searched)['Explainability']}/report.html").decode()


@pytest.mark.parametrize("mode", ["tuned", "blended"])
def test_a_planted_signal_comes_first(clients: Clients, mode: str, request: pytest.FixtureRequest) -> None:
    told = analysis(clients, request.getfixturevalue(mode))
    values = told["explanations"]["kernel_shap"]["label0"]["global_shap_values"]
    assert list(values) == ["id", "signal", "noise", "same", HOSTILE]
    assert max(values, key=lambda name: values[name]) == "signal"
    assert values["noise"] < values[HOSTILE] < values["signal"]
    assert values["noise"] < 0.1 * values["signal"]
    assert (values["id"], values["same"]) == (0, 0)


def test_local_values_sum_to_the_candidates_answers(clients: Clients, tuned: Searched) -> None:
    told, rows = analysis(clients, tuned), validation(clients, tuned)
    local = list(
        csv.reader(io.StringIO(read(clients, f"{places(tuned)['Explainability']}/explanations_shap/out.csv").decode()))
    )
    head, values = local[0], np.array(local[1:], dtype=float)
    assert head == [f"{name}_label0" for name in ("id", "signal", "noise", "same", HOSTILE)]
    label = told["explanations"]["kernel_shap"]["label0"]
    assert np.abs(values).mean(axis=0) == pytest.approx(list(label["global_shap_values"].values()))
    explained = [rows[number] for number in told["embedded_aws"]["validation_rows"]]
    found = np.array(answers(clients, tuned, explained), dtype=float)
    assert values.sum(axis=1) + label["expected_value"] == pytest.approx(found, abs=1e-4)


def test_what_tuning_holds_out_is_judged(clients: Clients, tuned: Searched, tmp_path: Any) -> None:
    found = statistics(clients, tuned)
    metrics = {name: one["value"] for name, one in found["regression_metrics"].items()}
    trained = tuned.best["InferenceContainers"][1]["ModelDataUrl"].replace("model.tar.gz", "output.tar.gz")
    held_out = np.loadtxt(unpack(clients, trained, tmp_path) / "predictions.csv", delimiter=",")
    errors = held_out[:, 0] - held_out[:, 1]
    assert found["dataset"]["item_count"] == len(errors) == ROWS
    assert metrics["mse"] == pytest.approx(np.mean(errors**2))
    assert metrics["mae"] == pytest.approx(np.abs(errors).mean())
    # A candidate's own metric is the mean over the folds.
    assert metrics["mse"] == pytest.approx(tuned.best["FinalAutoMLJobObjectiveMetric"]["Value"], rel=0.01)


def test_what_ensembles_answered_before_they_learnt_the_validation_rows_is_judged(
    clients: Clients, blended: Searched, tmp_path: Any
) -> None:
    told = statistics(clients, blended)["binary_classification_metrics"]
    step = blended.best["CandidateSteps"][-1]["CandidateStepName"]
    trained = clients.sagemaker.describe_training_job(TrainingJobName=step)["ModelArtifacts"]["S3ModelArtifacts"]
    left = unpack(clients, trained.replace("model.tar.gz", "output.tar.gz"), tmp_path) / "predictions.csv"
    held_out = np.loadtxt(left, delimiter=",").astype(int)
    assert len(held_out) == len(validation(clients, blended))
    labels = ("no, thanks", "yes")
    counts = {(was, said): 0 for was in labels for said in labels}
    for was, _, said in held_out:
        counts[labels[was], labels[said]] += 1
    assert {(was, said): n for was, row in told["confusion_matrix"].items() for said, n in row.items()} == counts
    metrics = {one["MetricName"]: one["Value"] for one in blended.best["CandidateProperties"]["CandidateMetrics"]}
    for name, own in {"accuracy": "Accuracy", "f1": "F1", "auc": "AUC", "recall": "Recall"}.items():
        assert told[name]["value"] == pytest.approx(metrics[own], abs=1e-6)


@pytest.mark.whole
@pytest.mark.parametrize("algorithm", ["linear-learner", "mlp"])
def test_other_algorithms_and_several_classes(clients: Clients, algorithm: str) -> None:
    config = {"CandidateGenerationConfig": {"AlgorithmsConfig": [{"AutoMLAlgorithms": [algorithm]}]}}
    bucket = put(clients, table(("a", "b", "c")), **{"data-source": SOURCE})
    best = search(clients, job(bucket, candidates=1, **config))["BestCandidate"]
    found = best["CandidateProperties"]["CandidateArtifactLocations"]
    told = json.loads(read(clients, f"{found['ModelInsights']}/statistics.json"))
    assert told["dataset"]["item_count"] == ROWS
    assert told["embedded_aws"]["data_source"] == SOURCE
    for place in found.values():
        assert SOURCE in read(clients, f"{place}/report.html").decode()
    accuracy = told["multiclass_classification_metrics"]["accuracy"]["value"]
    assert accuracy == pytest.approx(best["FinalAutoMLJobObjectiveMetric"]["Value"], rel=0.01)
    explained = json.loads(read(clients, f"{found['Explainability']}/analysis.json"))
    assert explained["embedded_aws"]["outputs"] == ["probability of a", "probability of b", "probability of c"]
    for one in explained["explanations"]["kernel_shap"].values():
        assert max(one["global_shap_values"], key=one["global_shap_values"].get) == "signal"


def test_a_search_whose_reports_fail_keeps_its_candidate(tmp_path: Any) -> None:
    with start(tmp_path, faults=True) as running:
        clients = Clients(running.url, *(client(running.url, service) for service in ("s3", "sagemaker", "logs")))
        Faults(running.url).set([{"fault": "capacity", "job": "*-documentation-1-*"}])
        request = job(put(clients, table()), candidates=1) | ensembling()
        described = search(clients, request)
    assert (described["AutoMLJobStatus"], described["AutoMLJobSecondaryStatus"]) == ("Completed", "ExplainabilityError")
    assert "CandidateArtifactLocations" not in described["BestCandidate"]["CandidateProperties"]
    (told,) = described["PartialFailureReasons"]
    assert "CapacityError" in told["PartialFailureMessage"]
