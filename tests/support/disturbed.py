"""A program that disturbs an Airflow of its own, on a PostgreSQL database of its own."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.chaos.settings import DATABASE
from tests.support.databases import database


def run(module: str, *arguments: str, seconds: float) -> tuple[int, str]:
    """Run ``python -m module``; gives its exit code and what it said. After ``seconds`` it is told to end."""
    with database() as address:
        program = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            env={**os.environ, DATABASE: address},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            told, _ = program.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            # Not with SIGKILL: it still has to end the processes of its Airflow.
            program.terminate()
            told, _ = program.communicate()
        return program.returncode, told
