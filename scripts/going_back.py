"""What ``make bace`` shows after its cutoffs: whether retraining paid, a rollback, a scoring and its lineage."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

import boto3

from include.autopilot.s3.objects import read
from scripts.airflow_env import ROOT, aws_env

# (DAG, form) -> what the DAG's last task returned.
Run = Callable[[str, dict[str, Any], str], Any]


def look_back(run: Run, endpoint: str, model: str, folder: Path, screen: TextIO) -> dict[str, Any]:
    """Ask whether retraining would have paid; print the table, keep the picture, give the figures for machines.

    :param run: runs a DAG with a form to its end.
    :param folder: gets the picture, ``backtest.svg``.
    """
    told = run(f"{model}_backtest", {}, "report")
    s3 = boto3.client("s3", endpoint_url=endpoint)
    table, chart = (read(s3, told[name]).body for name in ("table", "chart"))
    picture = folder / "backtest.svg"
    picture.write_bytes(chart)
    print(f"{table.decode()}\nas a picture: {picture}", file=screen)
    return {"recommended": told["schedule"]}


def go_back(run: Run, endpoint: str, model: str, version: int, new_rows: str, screen: TextIO) -> dict[str, Any]:
    """Roll back, score, and walk from the predictions to the drops; gives the figures for machines.

    :param run: runs a DAG with a form to its end.
    :param version: the version to put back.
    :param new_rows: the address of a CSV file of rows to predict.
    :raises RuntimeError: the chain of lineage is broken.
    """
    reason = "Shown by make bace"
    told = run(f"{model}_rollback", {"version": version, "reason": reason}, "roll_back")
    print(f"rollback: {told['sentence']}", file=screen)
    scored = run(f"{model}_score", {"input": new_rows}, "join")
    print(f"score: {scored['sentence']}\n", file=screen)
    command = [sys.executable, "-m", "include.autopilot.lineage", scored["predictions"][0]]
    environment = {**os.environ, **aws_env(endpoint)}
    walked = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    print(walked.stdout, file=screen)
    if walked.returncode:
        raise RuntimeError(f"the lineage of {scored['predictions'][0]} is broken: {walked.stderr or walked.stdout}")
    return {"rolled_back_to": version, "scored_rows": scored["rows"], "predictions": scored["predictions"][0]}
