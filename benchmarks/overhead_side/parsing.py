"""``python parsing.py COUNT``: how long the DAG files of the current directory take to read with COUNT models.

The current directory is a copy of a tree whose include/models holds COUNT files. The last line is one JSON object.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

_READ = """
import sys, time
sys.path[:0] = [".", "plugins"]
from airflow.dag_processing.dagbag import DagBag
from airflow.sdk import get_parsing_context
began = time.process_time()
if len(sys.argv) > 2:
    from airflow.sdk.definitions._internal.dag_parsing_context import _airflow_parsing_context_manager as context
    with context(dag_id=sys.argv[2], task_id="train"):
        bag = DagBag(sys.argv[1])
else:
    bag = DagBag(sys.argv[1])
assert not bag.import_errors, bag.import_errors
print(len(bag.dags), time.process_time() - began)
"""


def main() -> int:
    """Read each file, as the DAG processor does and as a task's process does."""
    files = sorted(path for path in Path("dags").glob("*.py") if path.name != "broken_models.py")
    whole = {path.name: _seconds(str(path)) for path in files}
    print(json.dumps({"files": whole, "task_start": _seconds("dags/retrain.py", "bace_retrain")}))
    return 0


def _seconds(*arguments: str) -> float:
    command = [sys.executable, "-W", "ignore", "-c", _READ, *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise SystemExit(ended.stderr)
    return round(float(ended.stdout.split()[-1]), 2)


if __name__ == "__main__":
    sys.exit(main())
