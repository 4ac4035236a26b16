"""An Airflow of its own and one embedded AWS for the whole session, both in a temporary folder; a model trained there.

Airflow reads its environment when it is first imported, hence the module level.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.airflow_env import airflow_env
from scripts.read_once import read_once
from tests.include.local_aws.jobs import ROLE, XGBOOST, Clients, finished, put_tables, training, unique

# What fails in a helper is explained as in a test.
pytest.register_assert_rewrite("tests.support")

_HOME = Path(tempfile.mkdtemp(prefix="airflow-home-"))
# Nothing of the person's own account may reach the tests.
for _name in [name for name in os.environ if name.startswith(("AWS_", "AIRFLOW_")) and name != "AWS_CA_BUNDLE"]:
    del os.environ[_name]
os.environ.update(airflow_env(_HOME, "http://127.0.0.1:9"))
os.environ["AIRFLOW__CORE__UNIT_TEST_MODE"] = "True"
# Jobs run beside the tests; spinning OpenMP threads would starve both.
os.environ.update(OMP_WAIT_POLICY="passive", OMP_NUM_THREADS="2")


# What takes longest comes first, or one worker would still be at it when the others have nothing left.
LONGEST = (
    "tests/dags/test_retrain.py",
    "tests/dags/",
    "tests/plugins/",
    "tests/include/autopilot/test_",
    "tests/docs/",
    "tests/include/local_aws/",
    "tests/include/bace/",
)


# Collecting tests makes millions of nodes of syntax trees, hardly one of which is garbage: to look costs a fifth.
gc.disable()


def pytest_collection_finish() -> None:
    """Collect garbage again."""
    gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the files; within a file, and among files of one place, nothing moves."""
    items.sort(
        key=lambda item: next((n for n, part in enumerate(LONGEST) if item.nodeid.startswith(part)), len(LONGEST))
    )


read_once()


def pytest_unconfigure() -> None:
    """Leave nothing behind; also of every worker of a parallel run."""
    shutil.rmtree(_HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The embedded AWS, as a real process; gives its address. Airflow's connection points to it."""
    from include.local_aws.process import start

    with start(tmp_path_factory.mktemp("aws")) as running:
        connection = json.loads(os.environ["AIRFLOW_CONN_AWS_DEFAULT"])
        connection["extra"]["endpoint_url"] = running.url
        os.environ["AIRFLOW_CONN_AWS_DEFAULT"] = json.dumps(connection)
        yield running.url


@pytest.fixture(scope="session")
def airflow_db() -> None:
    """Airflow's database, made once, and its in-process execution API, which warns while it is imported."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        importlib.import_module("airflow.api_fastapi.execution_api.app")
    from airflow.utils.db import initdb

    initdb()


@pytest.fixture(scope="session")
def clients(aws: str) -> Clients:
    """The clients of the session's endpoint."""
    return Clients.of(aws)


@pytest.fixture(scope="session")
def tables(clients: Clients) -> str:
    """A bucket with training and holdout tables; tests write to prefixes of their own."""
    name = unique("tables")
    clients.s3.create_bucket(Bucket=name)
    put_tables(clients.s3, name)
    return name


@pytest.fixture(scope="session")
def trained(clients: Clients, tables: str) -> str:
    """The name of a finished training job."""
    name = unique("trained")
    clients.sagemaker.create_training_job(**training(tables, name))
    described = finished(clients.sagemaker, "Training", name)
    assert described["TrainingJobStatus"] == "Completed", described
    return name


@pytest.fixture(scope="session")
def model(clients: Clients, trained: str) -> str:
    """The name of a model made from the finished training job."""
    described = clients.sagemaker.describe_training_job(TrainingJobName=trained)
    container = {"Image": XGBOOST, "ModelDataUrl": described["ModelArtifacts"]["S3ModelArtifacts"]}
    name = unique("model")
    clients.sagemaker.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=ROLE)
    return name
