"""What every task of a model's DAGs begins with: owner, retries, records, and its turn where not all can run at once.

Airflow's own order lets the first tasks of all runs go before the second ones: with many models at once they all crawl,
and the first ends when the last does. Here what is further on goes first, so runs that have begun end.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow_autopilot.opening import made_up
from include.autopilot.base.masking import masked

if TYPE_CHECKING:
    from include.autopilot.settings.config import ModelConfig

# Where the operators keep full requests and descriptions: the first task knows.
RECORDS = "{{ ti.xcom_pull(task_ids=dag.roots[0].task_id)['records'] }}"
# A task weighs as much as itself and all tasks before it. No DAG has so many: the first task of a model weighs more
# than the last one of a model with a lower priority.
STEP = 50


def task_defaults(model: ModelConfig, *, keeps_records: bool = True) -> dict[str, Any]:
    """Give the ``default_args`` of a model's DAG.

    :param keeps_records: whether its operators are told where records go, how encrypted and without which secrets,
        and what a catalogue is to know of the rows.
    """
    given = {"owner": model.name, "retries": 2, "retry_delay": timedelta(seconds=30), **_turn(model)}
    if not keeps_records:
        return given
    put_as = model.encryption.arguments if model.encryption else {}
    return {**given, "records": RECORDS, "records_as": put_as, "mask": masked, "about": made_up}


def _turn(model: ModelConfig) -> dict[str, Any]:
    return {"weight_rule": "upstream", "priority_weight": STEP**model.priority}
