"""Searches that are told their algorithms, end to end over the endpoint, on scikit-learn's own tables."""

from __future__ import annotations

from typing import Any

import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits

from tests.include.local_aws.jobs import Clients
from tests.include.local_aws.search.searches import Searched, predictions

pytestmark = pytest.mark.whole

IMAGES = {"linear-learner": "linear-learner", "mlp": "mxnet-algorithms"}
APPLICATIONS = {"linear-learner": "linear_learner", "mlp": "mlp"}


def only(*names: str, candidates: int = 1) -> dict[str, Any]:
    """AutoMLJobConfig of a search that tries these algorithms."""
    return {
        "AutoMLJobConfig": {
            "Mode": "HYPERPARAMETER_TUNING",
            "CompletionCriteria": {"MaxCandidates": candidates},
            "CandidateGenerationConfig": {"AlgorithmsConfig": [{"AutoMLAlgorithms": list(names)}]},
        }
    }


def table(load: Any, rows: int) -> Any:
    """A table of scikit-learn's with the target y: of classes as words, and resampled where it has too few rows."""
    found = load(as_frame=True)
    frame = found.frame.rename(columns={"target": "y"})
    if load is not load_diabetes:
        frame["y"] = [f"class {found.target_names[number]}" for number in frame["y"]]
    return frame.sample(rows, replace=rows > len(frame), random_state=0)


@pytest.mark.parametrize("algorithm", IMAGES)
@pytest.mark.parametrize(
    ("load", "rows", "metric"),
    [
        # 442 patients: Autopilot wants 500 rows, so some stand in the table twice.
        (load_diabetes, 500, "mse"),
        (load_breast_cancer, 569, "binary_f_beta"),
        (load_digits, 600, "multiclass_accuracy"),
    ],
)
def test_the_winner_is_of_the_algorithm_asked_for(
    clients: Clients, algorithm: str, load: Any, rows: int, metric: str
) -> None:
    frame = table(load, rows)
    found = Searched(clients, frame.to_csv(index=False).encode(), 1, **only(algorithm))
    final = found.best["FinalAutoMLJobObjectiveMetric"]
    assert final["MetricName"] == f"validation:{metric}"
    child = clients.sagemaker.describe_training_job(TrainingJobName=found.steps[3])
    assert f"/{IMAGES[algorithm]}:training-cpu" in child["AlgorithmSpecification"]["TrainingImage"]
    assert child["OutputDataConfig"]["S3OutputPath"].endswith(f"-{algorithm}")
    containers = found.best["InferenceContainers"]
    assert len(containers) == (2 if load is load_diabetes else 3)
    assert f"/{IMAGES[algorithm]}:inference-cpu" in containers[1]["Image"]
    assert containers[1]["Environment"]["ML_APPLICATION"] == APPLICATIONS[algorithm]
    raw = frame.drop(columns="y").head(100).to_csv(index=False, header=False).encode()
    answers, truth = predictions(clients, found.bucket, containers, raw), frame["y"].head(100)
    if load is load_diabetes:
        errors = [(float(answer) - value) ** 2 for answer, value in zip(answers, truth, strict=True)]
        assert sum(errors) / len(errors) < 0.8 * frame["y"].var()
    else:
        assert sum(answer == label for answer, label in zip(answers, truth, strict=True)) > 90


def test_an_empty_list_is_all_of_them_and_the_best_wins(clients: Clients) -> None:
    found = Searched(clients, table(load_breast_cancer, 500).to_csv(index=False).encode(), 6, **only(candidates=6))
    values = [one["FinalAutoMLJobObjectiveMetric"]["Value"] for one in found.candidates]
    assert found.best["FinalAutoMLJobObjectiveMetric"]["Value"] == max(values)
    images = {
        clients.sagemaker.describe_training_job(TrainingJobName=one["CandidateName"])["AlgorithmSpecification"][
            "TrainingImage"
        ].partition("/")[2]
        for one in found.candidates
    }
    assert images == {"sagemaker-xgboost:1.3-1-cpu-py3", "linear-learner:training-cpu", "mxnet-algorithms:training-cpu"}
