"""An Airflow of its own in one process: runs one DAG per line of its input, a line of JSON being the answer.

A line is a DAG's id and a cutoff. The answer is what the run's ``report`` task returned, or ``failed`` with a sentence.
"""

from __future__ import annotations

import json
import sys
import traceback
from datetime import datetime

from benchmarks.waiting_side.run import only_answers


def main() -> None:
    """Answer until the input ends."""
    answers = only_answers()
    from scripts.demo import DagRuns, run_for

    runs = DagRuns()
    for line in sys.stdin:
        dag_id, cutoff = line.split()
        try:
            answer = run_for(runs, dag_id, datetime.fromisoformat(cutoff), sys.stderr)
        except Exception as failure:  # noqa: BLE001 - whatever it was, the benchmark ends with it
            traceback.print_exc()
            answer = {"failed": str(failure)}
        answers.write(f"{json.dumps(answer)}\n")
        answers.flush()


if __name__ == "__main__":
    main()
