"""Entry points of the job processes: run the container, leave the reason of a failure in a file, return the exit code.

They never raise: the exit code is the only thing a job tells its runner, as with a real container. 0 is success,
1 an algorithm error, 2 a client error; the reason is written the way containers do, to `output/failure`.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from include.local_aws.runtimes import AlgorithmError, ClientError, container_for
from include.local_aws.runtimes.serving import serve
from include.local_aws.runtimes.transform import run_transform

# SageMaker keeps the first 1024 characters of the failure file in FailureReason.
_REASON_LENGTH = 1024


def train_main(image: str, opt_ml: str) -> int:
    """Run the training job staged under `opt_ml`; return its exit code."""
    folder = Path(opt_ml)
    return _exit_code(lambda: container_for(image).train(folder), folder / "output" / "failure")


def process_main(image: str, opt_ml: str) -> int:
    """Run the processing job staged under `opt_ml`; return its exit code."""
    folder = Path(opt_ml)
    return _exit_code(lambda: container_for(image).process(folder), folder / "output" / "failure")


def transform_main(spec_path: str) -> int:
    """Run the batch transform described by the JSON file `spec_path`; return its exit code.

    The reason of a failure goes to `failure` beside the spec's `output_dir`, or beside the spec if it cannot be read.
    """
    spec = Path(spec_path)
    return _exit_code(lambda: run_transform(spec), _transform_failure(spec))


def serve_main(spec_path: str) -> int:
    """Serve the endpoint described by the JSON file `spec_path`; return its exit code if it cannot be loaded."""
    spec = Path(spec_path)
    return _exit_code(lambda: serve(spec), spec.parent / "failure")


def _transform_failure(spec: Path) -> Path:
    try:
        return Path(json.loads(spec.read_text(encoding="utf-8"))["output_dir"]).parent / "failure"
    except (OSError, ValueError, KeyError, TypeError):
        return spec.parent / "failure"


def _exit_code(job: Callable[[], None], failure: Path) -> int:
    try:
        job()
    except ClientError as error:
        return _failed(failure, str(error), 2)
    except AlgorithmError as error:
        return _failed(failure, str(error), 1)
    except Exception as error:  # noqa: BLE001 - whatever went wrong, the runner needs an exit code and a reason
        traceback.print_exc()
        return _failed(failure, f"{type(error).__name__}: {error}", 1)
    return 0


def _failed(failure: Path, reason: str, code: int) -> int:
    print(reason, file=sys.stderr, flush=True)
    failure.parent.mkdir(parents=True, exist_ok=True)
    failure.write_text(reason[:_REASON_LENGTH], encoding="utf-8")
    return code
