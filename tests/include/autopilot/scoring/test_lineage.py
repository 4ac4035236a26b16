"""What stands beside predictions."""

from __future__ import annotations

import json
from typing import Any

from include.autopilot.scoring.interval import Coverage, Interval
from include.autopilot.scoring.lineage import write_lineage
from tests.support.servings import CLASSES, REGRESSION, ROOT, SERVING, get, plan_of

WRITTEN = {f"{ROOT}/out/sub/a.csv": "f" * 64}


def lineage(s3: Any, plan: Any) -> Any:
    uri = write_lineage(s3, plan, plan.own.plan, "arn:job", WRITTEN)
    assert uri == f"{ROOT}/out/lineage.json"
    return json.loads(get(s3, uri)["Body"].read())


def test_it_names_everything_the_predictions_are_from(s3: Any) -> None:
    interval = Interval(0.9, 0.5, 100, "s3://b/output.tar.gz", Coverage(200, 183))
    found = lineage(s3, plan_of(s3, REGRESSION, "1,1\n", interval=interval))
    assert found["version"]["arn"] == SERVING.arn
    assert found["version"]["cutoff"] == "2024-03-01T00:00:00+00:00"
    assert (found["template"], found["ledger"], found["job"]) == (SERVING.template, SERVING.record, "arn:job")
    assert found["interval"]["holdout"] == {"rows": 200, "covered": 183}
    assert (found["data_source"], found["synthetic"]) == ("SYNTHETIC toy", True)
    assert found["files"] == [
        {
            "predictions": f"{ROOT}/out/sub/a.csv",
            "predictions_sha256": "f" * 64,
            "rows": 1,
            "input": "s3://toy-models/new/a.csv",
            "input_sha256": "0" * 64,
            "columns_left_out": ["more"],
            "data_source": "SYNTHETIC toy",
        }
    ]


def test_the_positive_class_is_named_where_its_probability_is_given(s3: Any) -> None:
    assert lineage(s3, plan_of(s3, CLASSES, "1,1\n"))["positive_class"] == "green"
    assert lineage(s3, plan_of(s3, REGRESSION, "1,1\n"))["positive_class"] is None
