"""DAGs of a test in Airflow's database."""

from __future__ import annotations

import tempfile
from typing import Any


def register(dag: Any) -> None:
    """Make a DAG known to Airflow's database: ``dag.test()`` runs what is serialized there."""
    from airflow.dag_processing.bundles.manager import DagBundlesManager
    from airflow.dag_processing.dagbag import DagBag, sync_bag_to_db

    DagBundlesManager().sync_bundles_to_db()
    with tempfile.TemporaryDirectory() as empty:
        bag = DagBag(dag_folder=empty)
    bag.bag_dag(dag)
    sync_bag_to_db(bag, "dags-folder", None)
