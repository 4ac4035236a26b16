"""``python -m benchmarks.scale_side.aws``: the embedded AWS, whose jobs only take time.

Requests are answered as ever: validated, stored, listed. A job is a thread that sleeps for ``SCALE_JOB_SECONDS`` and
then leaves what the real one would, with the right number of rows; as many run at once as are asked for.
"""

from __future__ import annotations

import csv
import io
import os
import sys
from collections.abc import Iterable
from typing import Any

from include.local_aws.__main__ import main
from include.local_aws.runner import processes, runner, training
from include.local_aws.runner.job import Job
from include.local_aws.runner.s3 import Location, location
from include.local_aws.runner.sources import resolve
from include.local_aws.runtimes.transform.filters import Filter
from include.local_aws.store import now

JOB_SECONDS = "SCALE_JOB_SECONDS"
AT_ONCE = 10_000


def train(job: Job) -> None:
    """Take the time of a training, and leave an artifact."""
    job.phase("Downloading", TrainingStartTime=now())
    job.phase("Training")
    job.pause(float(os.environ[JOB_SECONDS]))
    job.phase("Uploading")
    place = location(job.request["OutputDataConfig"]["S3OutputPath"]) / job.resource.name / "output" / "model.tar.gz"
    _put(job, place, "SYNTHETIC: what no training has made")
    job.finish("Completed", ModelArtifacts={"S3ModelArtifacts": str(place)}, **training.times(job))


def answer(job: Job) -> None:
    """Take the time of a batch transform, and leave an answer for each row."""
    job.phase("InProgress", TransformStartTime=now())
    job.pause(float(os.environ[JOB_SECONDS]))
    source = job.request["TransformInput"]["DataSource"]["S3DataSource"]
    target = location(job.request["TransformOutput"]["S3OutputPath"])
    for item in resolve(job.s3, source["S3Uri"], source["S3DataType"]):
        body = job.s3.get_object(Bucket=item.place.bucket, Key=item.place.key)["Body"].read().decode()
        rows = list(csv.reader(io.StringIO(body)))
        _put(job, target / f"{item.path}.out", answers(rows, job.request.get("DataProcessing", {})))
    job.finish("Completed", TransformEndTime=now())


def answers(rows: Iterable[list[str]], processing: dict[str, Any]) -> str:
    """Write the lines of an ``.out`` object.

    :param rows: of a holdout (key, target, features) where the answers are joined to them, else of a drop.
    :param processing: the request's DataProcessing.
    """
    chosen = Filter.parse("OutputFilter", processing.get("OutputFilter"))
    lines = io.StringIO()
    writer = csv.writer(lines, lineterminator="\n")
    for place, row in enumerate(rows):
        if processing.get("JoinSource") == "Input":
            predicted = float(row[1]) + (0.5 if place % 2 else -0.5)
            writer.writerow(chosen.apply([*row, str(predicted)], f"line {place + 1}"))
        else:
            writer.writerow([row[0], len(row)])
    return lines.getvalue()


def _put(job: Job, place: Location, text: str) -> None:
    job.s3.put_object(Bucket=place.bucket, Key=place.key, Body=text.encode())


if __name__ == "__main__":
    kinds = vars(runner)["_KINDS"]
    simulated = {"TrainingJob": train, "TransformJob": answer}
    vars(runner).update(
        CONCURRENT_JOBS=AT_ONCE, _KINDS={name: kinds[name]._replace(run=run) for name, run in simulated.items()}
    )
    vars(processes).update(warm_up=lambda: None)  # nothing is forked
    sys.exit(main())
