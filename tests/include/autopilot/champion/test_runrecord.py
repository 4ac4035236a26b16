from __future__ import annotations

import json

from include.autopilot.champion.runrecord import jobs_of
from tests.support.judgedruns import Judged


def test_jobs_come_from_the_records_that_the_operators_keep(first: Judged) -> None:
    folder = f"runs/{first.plan.run}/jobs"
    arn = "arn:aws:sagemaker:us-east-1:123456789012:training-job/toy-train-1"
    described = {
        "RoleArn": "arn:aws:iam::123456789012:role/toy",
        "TrainingJobName": "Toy-train-1",
        "TrainingJobArn": arn,
    }
    first.toy.put(f"{folder}/Toy-train-1.request.json", b"{}")
    first.toy.put(f"{folder}/Toy-train-1.description.json", json.dumps(described).encode())
    root = f"s3://toy-models/toy/{folder}"
    found = {job["name"]: job for job in jobs_of(first.toy.s3, first.plan)}
    assert found["Toy-train-1"] == {
        "name": "Toy-train-1",
        "arn": arn,
        "request": f"{root}/Toy-train-1.request.json",
        "description": f"{root}/Toy-train-1.description.json",
    }
    # Nobody saw that one end.
    assert found[first.model]["arn"] is None
    assert found[first.model]["description"] is None


def test_the_record_tells_what_went_in(first: Judged) -> None:
    (record,) = (key for key in first.toy.keys("ledger/") if key.endswith(".v1.json"))
    content = json.loads(first.toy.get(f"s3://toy-models/toy/{record}"))
    assert [drop["date"] for drop in content["drops"]] == ["2024-01-01", "2024-02-01"]
    assert content["drops"][0]["files"] == ["s3://toy-models/toy/drops/2024-01-01/first.csv"]
    assert [one["name"] for one in content["holdouts"]] == ["sealed", "second"]
    assert content["metrics"]["sealed"]["RMSE"] == 1.0
    assert content["compared"] is None
    assert content["cost"]["prices_of"] is None
    assert content["at"] == "2025-01-01T00:00:00+00:00"
    assert content["template"] == first.plan.template
