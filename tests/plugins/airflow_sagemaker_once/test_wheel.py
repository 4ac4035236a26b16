"""The operators travel alone: their wheel, beside Airflow and the Amazon provider and nothing else, runs a job."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import boto3
import pytest

from scripts.airflow_env import airflow_env
from scripts.wheel import PACKAGE, ROOT, build

README = (PACKAGE / "README.md").read_text()
# What somebody's Airflow does with the README's example as the only DAG file.
ONE_RUN = """
import json
from airflow.dag_processing.bundles.manager import DagBundlesManager
from airflow.dag_processing.dagbag import DagBag, sync_bag_to_db
from airflow.settings import DAGS_FOLDER
from airflow.utils.db import initdb
initdb()
bag = DagBag(dag_folder=DAGS_FOLDER)
assert not bag.import_errors, bag.import_errors
DagBundlesManager().sync_bundles_to_db()
sync_bag_to_db(bag, "dags-folder", None)
(dag,) = bag.dags.values()
ended = dag.test()
(instance,) = ended.get_task_instances()
print(json.dumps({
    "state": ended.state, "job": instance.xcom_pull(task_ids="train"),
    "link": instance.xcom_pull(task_ids="train", key="airflow_autopilot_job")["job_name"],
}))
"""
# What it knows of the package.
REGISTERED = """
import json, airflow_sagemaker_once
from airflow import plugins_manager
from airflow.listeners.listener import get_listener_manager
from airflow.providers_manager import ProvidersManager
managed = ProvidersManager()
plugins, _ = plugins_manager._get_plugins()
listeners = [getattr(found, "__name__", "") for found in get_listener_manager().pm.get_plugins()]
print(json.dumps({
    "file": airflow_sagemaker_once.__file__,
    "provider": managed.providers["airflow-sagemaker-once"].version,
    "links": [name for name in managed.extra_links_class_names if name.startswith("airflow_sagemaker_once.")],
    "plugins": [plugin.name for plugin in plugins if plugin.name.startswith("airflow_sagemaker")],
    "listeners": [name for name in listeners if name.startswith("airflow_sagemaker_once")],
    "plugin_errors": list(plugins_manager.get_import_errors().values()),
}))
"""


def uv(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "uv", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def version(folder: Path) -> str:
    return str(tomllib.loads((folder / "pyproject.toml").read_text())["project"]["version"])


def test_it_has_the_projects_version() -> None:
    assert version(PACKAGE) == version(ROOT)


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with the wheel and what it says it needs, in the versions of the lock."""
    there = tmp_path_factory.mktemp("elsewhere")
    wheel, interpreter = build(there / "dist"), there / "env" / "bin" / "python"
    assert uv("venv", "--python", sys.executable, str(there / "env")).returncode == 0
    lock = str(ROOT / "requirements.lock")
    installed = uv("pip", "install", "--python", str(interpreter), "--constraint", lock, str(wheel))
    if re.search(r"Failed to (fetch|download)|network was disabled", installed.stderr):
        pytest.skip(f"no package index can be reached: {installed.stderr.strip()[-200:]}")
    assert installed.returncode == 0, installed.stderr
    return interpreter


def run(program: str, python: Path, home: Path, url: str, plugins: Path) -> Any:
    """What a program prints that has nothing on its path but the environment's own packages."""
    (home / "dags").mkdir(parents=True)
    (code,) = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    (home / "dags" / "example.py").write_text(code)
    folders = {"AIRFLOW__CORE__DAGS_FOLDER": str(home / "dags"), "AIRFLOW__CORE__PLUGINS_FOLDER": str(plugins)}
    ended = subprocess.run(
        [str(python), "-I", "-W", "ignore", "-c", program],
        cwd=home, env={**airflow_env(home, url), **folders, "PATH": os.defpath, "HOME": str(home)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr[-3000:]
    return json.loads(ended.stdout.splitlines()[-1])


@pytest.mark.whole
def test_the_wheel_alone_runs_the_readmes_example(python: Path, tmp_path: Path, aws: str) -> None:
    s3 = boto3.client("s3", endpoint_url=aws)
    s3.create_bucket(Bucket="my-bucket")
    rows = "\n".join(f"{n % 2},{n % 7},{n % 3}" for n in range(60))
    s3.put_object(Bucket="my-bucket", Key="churn/train/rows.csv", Body=rows.encode())
    seen = run(ONE_RUN, python, tmp_path, aws, plugins=tmp_path / "none")
    assert seen["state"] == "success"
    job = seen["job"]
    assert (job["status"], job["action"], seen["link"]) == ("Completed", "created", job["name"])
    described = boto3.client("sagemaker", endpoint_url=aws).describe_training_job(TrainingJobName=job["name"])
    assert described["TrainingJobArn"] == job["arn"]


@pytest.mark.whole
@pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside the plugins folder"])
def test_airflow_knows_provider_links_and_listener_once(python: Path, tmp_path: Path, beside: bool) -> None:
    seen = run(REGISTERED, python, tmp_path, "http://127.0.0.1:9", ROOT / "plugins" if beside else tmp_path / "none")
    assert seen.pop("file").startswith(str(python.parents[1]))
    assert seen == {
        "provider": version(PACKAGE),
        "links": ["airflow_sagemaker_once.links.JobLink", "airflow_sagemaker_once.links.JobLogLink"],
        "plugins": ["airflow_sagemaker_once"],
        "listeners": ["airflow_sagemaker_once.listener"],
        "plugin_errors": ["Plugin 'airflow_sagemaker_once' already registered, skipping"] * beside,
    }
