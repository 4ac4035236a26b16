"""What one Airflow makes of the package: run by its own interpreter, prints one JSON object as its last line.

The DAG files and plugins are read as Airflow reads them, the dashboard's web app is made, and a chain of the operators
(train, make a model, transform) runs against the embedded AWS whose connection the environment has.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any


def main() -> None:
    """Try everything; what fails is told and hinders nothing else."""
    from airflow import __version__
    from airflow.utils.db import initdb

    initdb()
    steps: dict[str, Callable[[], Any]] = {
        "dags": _dags, "plugins": _plugins, "dashboard": _dashboard, "operators": _operators,
    }  # fmt: skip
    told = {name: _tried(step) for name, step in steps.items()}
    print(json.dumps({"airflow": __version__, "python": platform.python_version(), **told, "lacks": _lacks()}))


def _tried(step: Callable[[], Any]) -> str:
    try:
        return str(step())
    except Exception as error:  # noqa: BLE001 - whatever it is, it belongs into the table
        return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"


def _dags() -> str:
    from airflow.configuration import conf
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(conf.get("core", "dags_folder"))
    if bag.import_errors:
        raise ImportError("; ".join(error.strip().splitlines()[-1] for error in bag.import_errors.values()))
    return f"{len(bag.dags)} DAGs"


def _plugins() -> str:
    from airflow import plugins_manager

    plugins_manager.ensure_plugins_loaded()
    get = getattr(plugins_manager, "get_import_errors", None)
    errors = get() if get else plugins_manager.import_errors
    if errors:
        raise ImportError("; ".join(errors.values()))
    return "ok"


def _dashboard() -> str:
    from airflow_autopilot.dashboard.app import make_app

    app: Any = make_app()
    return f"{len(app.routes)} pages"


def _operators() -> str:
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import DagBag, sync_bag_to_db
    from airflow.sdk import DAG

    from tests.support.chain import chain

    with DAG("chain", schedule=None) as dag:
        chain("probe", "5", deferrable=True)
    DagBundlesManager().sync_bundles_to_db()
    bag = DagBag(dag_folder="/dev/null")
    bag.bag_dag(dag)
    sync_bag_to_db(bag, "dags-folder", None)
    run = dag.test(logical_date=datetime(2024, 1, 1, tzinfo=UTC))
    if str(run.state) != "success":
        raise RuntimeError(f"the chain is {run.state}")
    return "3 jobs"


def _lacks() -> list[str]:
    """Name what is optional, and missing here."""
    import importlib.util

    found = []
    if importlib.util.find_spec("airflow.sdk.execution_time.context") is not None:
        from airflow.sdk.execution_time import context

        if not hasattr(context, "TaskStateStoreAccessor"):
            found.append("task state store")
    return found


if __name__ == "__main__":
    main()
