"""``python -m tests.matrix.run``: DAGs, plugins, dashboard and operators on every Airflow and Python; prints a table.

Each pair gets an environment of its own: Airflow's versions of Amazon MWAA by their constraint files, the one of the
lock by the lock, and ``newest`` as the registry has it today, held by nothing. In it runs :mod:`tests.matrix.probe`,
against one embedded AWS. The exit code is 1 if anything that is not optional is missing anywhere.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from include.local_aws.process import start
from scripts.airflow_env import LOCAL_ACCOUNT, airflow_env
from tests.chaos.campaign import client, put_tables
from tests.support.repository import ROOT

NEWEST, LOCKED = "newest", "3.3.2"
AIRFLOWS = ("3.2.1", "3.3.1", LOCKED, NEWEST)
PYTHONS = ("3.11", "3.12", "3.13")
CONSTRAINTS = ROOT / "tests" / "mwaa" / "constraints"
NEEDED = ("dags", "plugins", "dashboard", "operators")
# What is stuck, not what is slow on a busy machine.
SECONDS = 3600


def main(arguments: list[str] | None = None) -> int:
    """Try every pair that is asked for; the exit code says whether all was right."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--airflow", nargs="+", default=AIRFLOWS, metavar="VERSION")
    parser.add_argument("--python", nargs="+", default=PYTHONS, metavar="VERSION")
    asked = parser.parse_args(arguments)
    os.environ.update(LOCAL_ACCOUNT)
    told = []
    with tempfile.TemporaryDirectory(prefix="matrix-") as folder:
        for version in asked.airflow:
            for python in asked.python:
                told.append(_pair(Path(folder) / f"{version}-{python}", version, python))
                print(line(told[-1]), flush=True)
    print("\n".join(["", *table(told)]))
    return 0 if all(is_right(one) for one in told) else 1


def is_right(found: dict[str, Any]) -> bool:
    """Whether everything that is needed is there: a sentence of an error holds a colon."""
    return all(":" not in str(found.get(name, "missing:")) for name in NEEDED)


def line(found: dict[str, Any]) -> str:
    """Return a row of the table."""
    cells = [found["airflow"], found["python"], *(str(found.get(name, "-")) for name in NEEDED)]
    lacks = ", ".join(found.get("lacks", ())) or "nothing"
    return f"| {' | '.join((*cells, lacks))} |"


def table(found: Sequence[dict[str, Any]]) -> list[str]:
    """Return the whole table."""
    head = ["Airflow", "Python", *NEEDED, "lacks"]
    return [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *map(line, found)]


def _pair(folder: Path, version: str, python: str) -> dict[str, Any]:
    try:
        interpreter = _install(folder, version, python)
        with start(folder / "aws") as aws:
            put_tables(client("s3", aws.url))
            return _probed(interpreter, folder, aws.url)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired, ValueError) as error:
        said = getattr(error, "stderr", None) or str(error)
        return {"airflow": version, "python": python, "dags": f"not tried: {' '.join(str(said).split())[-300:]}"}


def _install(folder: Path, version: str, python: str) -> Path:
    uv = [sys.executable, "-m", "uv"]
    subprocess.run([*uv, "venv", "--quiet", "--python", python, str(folder / "venv")], check=True, capture_output=True)
    interpreter = folder / "venv" / "bin" / "python"
    asked = ["apache-airflow" if version == NEWEST else f"apache-airflow=={version}", "apache-airflow-providers-amazon"]
    held = [f"--constraints={path}" for path in _constraints(folder, version)]
    pip = [*uv, "pip", "install", "--quiet", "--python", str(interpreter), *held]
    subprocess.run([*pip, *asked, "-r", str(ROOT / "requirements.txt")], check=True, capture_output=True, text=True)
    return interpreter


def _constraints(folder: Path, version: str) -> list[Path]:
    if version == NEWEST:
        return []
    if version == LOCKED:
        pins = re.findall(r"^[\w.\[\],-]+==[^\\\n]+", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
        path = folder / "lock.txt"
        path.write_text("\n".join(pin.strip() for pin in pins))
        return [path]
    return [CONSTRAINTS / f"mwaa-{version}-py312.txt"]


def _probed(interpreter: Path, folder: Path, endpoint: str) -> dict[str, Any]:
    passed = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW_", "AWS_"))}
    environment = {**passed, **airflow_env(folder / "home", endpoint), "AIRFLOW__CORE__UNIT_TEST_MODE": "True"}
    environment["PYTHONPATH"] = f"{ROOT}{os.pathsep}{ROOT / 'plugins'}"
    ended = subprocess.run(
        [str(interpreter), "-W", "ignore", "-m", "tests.matrix.probe"],
        env=environment, cwd=folder, capture_output=True, text=True, check=True, timeout=SECONDS,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(ended.stdout.strip().splitlines()[-1])
    return found


if __name__ == "__main__":
    sys.exit(main())
