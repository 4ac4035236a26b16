from __future__ import annotations

from include.autopilot.s3.jobrecords import JobRecord, job_records
from tests.support.toy import Toy


def test_a_job_whose_end_nobody_saw_has_a_request_only(toy_drops: Toy) -> None:
    folder = "s3://toy-models/toy/runs/a/jobs"
    for name in ("b-train.request.json", "b-train.description.json", "a-fit.request.json", "notes.txt"):
        toy_drops.put(f"runs/a/jobs/{name}", b"{}")
    assert job_records(toy_drops.s3, folder) == [  # type: ignore[arg-type]
        JobRecord("a-fit", f"{folder}/a-fit.request.json", None),
        JobRecord("b-train", f"{folder}/b-train.request.json", f"{folder}/b-train.description.json"),
    ]
