"""Programs of other people run against the embedded AWS as they are: `make strangers` runs them and says what they did.

Their packages come from the package registry into environments of their own; further programs lie in the folder that
``STRANGERS`` names. Nothing of theirs is part of this repository.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from include.local_aws.process import start
from scripts.airflow_env import airflow_env
from tests.strangers import folder
from tests.strangers.homes import python_of, version_of
from tests.support.repository import ROOT

pytestmark = [pytest.mark.strangers, pytest.mark.timeout(900)]

_PROGRAMS = Path(__file__).with_name("programs")
_SECONDS = 600
# SageMaker's SDKs report their use to a bucket of Amazon's unless told not to.
_QUIET = "SchemaVersion: '1.0'\nSageMaker:\n  PythonSDK:\n    Modules:\n      TelemetryOptOut: true\n"


@pytest.fixture
def surroundings(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Give the environment in which a stranger finds an AWS of his own and nothing of this machine's."""
    quiet = tmp_path / "quiet.yaml"
    quiet.write_text(_QUIET)
    with start(tmp_path / "aws") as running:
        yield {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "AWS_ENDPOINT_URL": running.url,
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "SAGEMAKER_USER_CONFIG_OVERRIDE": str(quiet),
            "SAGEMAKER_SUPPRESS_V2_WARNING": "1",
            "OMP_WAIT_POLICY": "passive",
        }


def _run(python: Path, program: Path, surroundings: Mapping[str, str], *arguments: str) -> str:
    """Run a program to its end; answers what it printed last."""
    run = subprocess.run(
        [str(python), str(program), *arguments],
        check=False,
        capture_output=True,
        text=True,
        env=dict(surroundings),
        cwd=surroundings["HOME"],
        timeout=_SECONDS,
    )
    assert run.returncode == 0, f"{program.name}: {run.stdout[-2000:]}\n{run.stderr[-6000:]}"
    lines = run.stdout.strip().splitlines()
    return lines[-1] if lines else ""


def _tell(what: str, version: str, told: str) -> None:
    print(f"\n{what} {version}: {told}")


@pytest.mark.parametrize(
    ("package", "requirement", "program", "most"),
    [
        ("awscli", "awscli<2", "with_aws_cli.py", {"calls": 31}),
        ("sagemaker-core", "sagemaker-core<3", "with_sagemaker_core.py", {"steps": 14}),
        ("sagemaker", "sagemaker<3", "with_sagemaker.py", {"steps": 14}),
        ("sagemaker", "sagemaker<3", "with_sagemaker_scripts.py", {"steps": 10}),
    ],
)
def test_a_program_from_the_registry(
    surroundings: Mapping[str, str], package: str, requirement: str, program: str, most: Mapping[str, int]
) -> None:
    python = python_of(package, requirement)
    told = json.loads(_run(python, _PROGRAMS / program, surroundings))
    assert told == most
    _tell(package, version_of(python, package), ", ".join(f"{count} {name}" for name, count in told.items()))


# What a program of a kind is run with: a file of ours that runs it, and what its environment holds.
_RUNNERS = {"lambda": "run_lambda.py", "notebook": "run_notebook.py", "program": ""}
_HOLDS = ("sagemaker<3", "nbclient", "ipykernel", "matplotlib", "scikit-learn")


@pytest.mark.parametrize("program", list(folder.programs()), ids=lambda path: path.name)
def test_a_program_from_the_folder(surroundings: dict[str, str], tmp_path: Path, program: Path) -> None:
    # Where it lies nothing is written.
    copied = Path(shutil.copytree(program.parent, tmp_path / "folder")) / program.name
    surroundings = {**folder.variables(copied.parent), **surroundings}
    kind = folder.kind_of(program)
    if kind == "dags":
        python, runner = Path(sys.executable), "run_dags.py"
        surroundings |= airflow_env(tmp_path / "airflow", surroundings["AWS_ENDPOINT_URL"])
        surroundings["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(ROOT / "plugins"), str(copied.parent)])
    else:
        python, runner = python_of("folder", *_HOLDS), _RUNNERS[kind]
    given = (_PROGRAMS / runner, str(copied)) if runner else (copied,)
    _tell(kind, program.name, _run(python, given[0], surroundings, *given[1:]))


def test_the_folder_is_named() -> None:
    if not os.environ.get(folder.VARIABLE):
        pytest.skip(f"say {folder.VARIABLE}=FOLDER for notebooks, Lambdas, DAGs and programs of your own")
    assert list(folder.programs()), f"{os.environ[folder.VARIABLE]} has neither notebooks nor Python files"
