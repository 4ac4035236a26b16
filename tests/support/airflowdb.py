"""DAGs of a test in Airflow's database, and run."""

from __future__ import annotations

import copy
import tempfile
from typing import Any

import pytest


def register(dag: Any) -> None:
    """Make a DAG known to Airflow's database: ``dag.test()`` runs what is serialized there."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import DagBag, sync_bag_to_db

    DagBundlesManager().sync_bundles_to_db()
    with tempfile.TemporaryDirectory() as empty:
        bag = DagBag(dag_folder=empty)
    bag.bag_dag(dag)
    sync_bag_to_db(bag, "dags-folder", None)


def ran(dag: Any, **arguments: Any) -> Any:
    """Run a DAG in this process; gives the DAG run.

    ``dag.test()`` would read and store every DAG of the folder first, which costs seconds and which no run needs. A
    test's jobs take a moment, so that the shortest pause of a real wait would be most of the run. And to tell AWS who
    is calling, each new client would have the sources of all functions on the stack looked up.
    """
    # What a run is told is written into the form of the DAG at hand, which every real task has read anew.
    form = copy.deepcopy(dag.params)
    register(dag)
    with tempfile.TemporaryDirectory() as empty, pytest.MonkeyPatch.context() as patch:
        patch.setattr("airflow.settings.DAGS_FOLDER", empty)
        patch.setattr("airflow_sagemaker_once.poller.SHORTEST_SECONDS", 0.1)
        patch.setattr("airflow.providers.amazon.aws.hooks.base_aws.AwsGenericHook._get_caller", lambda _: "Test")
        try:
            return dag.test(**arguments)
        finally:
            dag.params = form
