"""How a tuning job ends, on training jobs that end at once or never: what takes minutes with real ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from include.local_aws.store import Resource, Store
from include.local_aws.tuning.run import Tuning, TuningFailed
from tests.include.local_aws.jobs import REGION, tuning

VALUES = [3.0, 2.0, 1.99, 1.995, 2.5, 2.5, 2.5]


class Jobs:
    """SageMaker, whose first training jobs complete at once with these values, and the others never."""

    def __init__(self, store: Store, values: list[float]) -> None:
        self._store = store
        self._values = iter(values)

    def call(self, operation: str, request: dict[str, Any], computed: dict[str, Any] | None = None) -> dict[str, Any]:
        name = request["TrainingJobName"]
        if operation == "StopTrainingJob":
            self._store.change(REGION, "TrainingJob", name, lambda found: replace(found, status="Stopped"))
            return {}
        value = next(self._values, None)
        members = dict(computed or {})
        if value is not None:
            members["FinalMetricDataList"] = [{"MetricName": "validation:rmse", "Value": value}]
        status = "InProgress" if value is None else "Completed"
        self._store.insert(Resource(REGION, "TrainingJob", name, f"arn:{name}", status, request, members))
        return {}


def run(folder: Path, values: list[float], criteria: dict[str, Any], seconds: int = 1) -> Resource:
    store = Store(folder / "store.sqlite")
    request = tuning("bucket", "tuned", 50, TuningJobCompletionCriteria=criteria)
    request["HyperParameterTuningJobConfig"]["ResourceLimits"]["MaxRuntimeInSeconds"] = seconds
    kind = "HyperParameterTuningJob"
    resource = store.insert(Resource(REGION, kind, "tuned", "arn:tuned", "InProgress", request))
    Tuning(resource, store, Jobs(store, values), lambda: False).run()
    found = store.get(REGION, kind, "tuned")
    assert found
    return found


def test_out_of_time_it_stops_what_runs_and_keeps_the_best(tmp_path: Path) -> None:
    told = run(tmp_path, VALUES[:3], {}).computed
    counted = told["TrainingJobStatusCounters"]
    assert (counted["Completed"], counted["Stopped"], counted["InProgress"]) == (3, 2, 0)
    assert told["BestTrainingJob"]["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] == 1.99


def test_out_of_time_with_nothing_it_fails(tmp_path: Path) -> None:
    with pytest.raises(TuningFailed, match="No training job succeeded after 2 attempts"):
        run(tmp_path, [], {})


def test_it_ends_when_children_no_longer_improve_by_a_hundredth(tmp_path: Path) -> None:
    criteria = {"BestObjectiveNotImproving": {"MaxNumberOfTrainingJobsNotImproving": 3}}
    told = run(tmp_path, VALUES, criteria, seconds=60).computed
    # 2.0 is the last that improved enough; three after it were told, and one more had been started.
    assert told["TrainingJobStatusCounters"]["Completed"] in {5, 6}
    assert told["TuningJobCompletionDetails"]["NumberOfTrainingJobsObjectiveNotImproving"] >= 3
    assert told["BestTrainingJob"]["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] == 1.99
