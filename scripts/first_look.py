"""Something to look at in the UI of ``make up``: the example's first cutoffs as runs of its DAG, and where to begin."""

from __future__ import annotations

from datetime import datetime

import httpx

from include.autopilot.settings.config import ModelConfig
from scripts.dag_runs import GOES_ON, UNDERWAY, runs_path, start_run, unpause, wait_for_run
from scripts.demo import CUTOFFS

# Those of `make demo`; the next one is left to whoever tries it.
FIRST, NEXT = CUTOFFS[:3], CUTOFFS[3]


def make_a_history(client: httpx.Client, model: ModelConfig) -> None:
    """Retrain for the first cutoffs, one after the other; what an earlier ``make up`` has begun goes on.

    A DAG that somebody else has started runs of is left alone. A run that failed is said and ends it: what follows it
    would be compared with another champion than it should.
    """
    dag_id = f"{model.name}_retrain"
    newest = client.get(runs_path(dag_id), params={"order_by": "-run_after", "limit": 100})
    there = {run["dag_run_id"]: run["state"] for run in newest.raise_for_status().json()["dag_runs"]}
    missing = [cutoff for cutoff in FIRST if there.get(run_id(cutoff)) != "success"]
    if not missing or (there and not {run_id(cutoff) for cutoff in FIRST} & set(there)):
        return
    unpause(client, dag_id)
    print(f"{dag_id} retrains for {len(missing)} cutoffs; look at the UI meanwhile …", flush=True)
    for cutoff in missing:
        again = there.get(run_id(cutoff)) in UNDERWAY
        print(f"{dag_id} {cutoff:%Y-%m-%d}{f' was interrupted and goes on; {GOES_ON}' if again else ''}", flush=True)
        run = wait_for_run(client, dag_id, start_run(client, dag_id, {"cutoff": cutoff.isoformat()}, run_id(cutoff)))
        if run["state"] != "success":
            print(f"  {run['state']}: see {run['dag_run_id']} in the UI; cleared there, it runs again", flush=True)
            return
        print(f"  {said(run.get('note'))}", flush=True)


def run_id(cutoff: datetime) -> str:
    """Return the name of the run for a cutoff: the same in every ``make up``, so that none is started twice."""
    return f"first-{cutoff:%Y-%m-%d}"


def said(note: str | None) -> str:
    """Return the first line of a run's note, where it has one."""
    return (note or "done").strip().splitlines()[0]


def where_to_begin(client: httpx.Client, model: ModelConfig, ui: str) -> str:
    """Return what to open in the UI, and what to press first."""
    dag_id = f"{model.name}_retrain"
    ended = client.get(runs_path(dag_id), params={"order_by": "-run_after", "limit": 1, "state": "success"})
    last = [run["dag_run_id"] for run in ended.raise_for_status().json()["dag_runs"]]
    lines = [
        f"look           {ui}/autopilot/ - all models: champion, last verdict, exams, drift",
        f"               {ui}/dags/{dag_id} - the runs, step by step",
        *(f"               {ui}/autopilot/airflow/{dag_id}/{run} - the report of the last one" for run in last),
        f"press first    Trigger, on the page of {dag_id}: give the cutoff {NEXT:%Y-%m-%d}, and watch the steps",
    ]
    return "\n".join(lines)
