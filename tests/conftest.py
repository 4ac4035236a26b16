"""An Airflow of its own and one embedded AWS for the whole session; both in a temporary folder.

Airflow reads its environment when it is first imported, hence the module level.
"""

from __future__ import annotations

import importlib
import json
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [path for path in (str(ROOT), str(ROOT / "plugins")) if path not in sys.path]

from scripts.airflow_env import airflow_env  # noqa: E402

_HOME = Path(tempfile.mkdtemp(prefix="airflow-home-"))
# Nothing of the person's own account may reach the tests.
for _name in [name for name in os.environ if name.startswith(("AWS_", "AIRFLOW_")) and name != "AWS_CA_BUNDLE"]:
    del os.environ[_name]
os.environ.update(airflow_env(_HOME, "http://127.0.0.1:9"))
os.environ["AIRFLOW__CORE__UNIT_TEST_MODE"] = "True"
# Jobs run beside the tests; spinning OpenMP threads would starve both.
os.environ.update(OMP_WAIT_POLICY="passive", OMP_NUM_THREADS="2")


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


def register(dag: Any) -> None:
    """Make a DAG known to Airflow's database: ``dag.test()`` runs what is serialized there."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import DagBag, sync_bag_to_db

    DagBundlesManager().sync_bundles_to_db()
    with tempfile.TemporaryDirectory() as empty:
        bag = DagBag(dag_folder=empty)
    bag.bag_dag(dag)
    sync_bag_to_db(bag, "dags-folder", None)
