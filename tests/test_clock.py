"""Only the first task of a run may know what time it is, and it asks Airflow: a run made again must see the same."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# What gives the time of day, by the last two names of a call. time.monotonic is none: it measures how long one waits.
CLOCKS = {
    *(("datetime", name) for name in ("now", "utcnow", "today")),
    *(("date", name) for name in ("today",)),
    *(("time", name) for name in ("time", "time_ns", "localtime", "gmtime", "strftime", "ctime")),
    *(("pendulum", name) for name in ("now", "today", "tomorrow", "yesterday")),
    *(("timezone", name) for name in ("utcnow", "now")),
    *(("Timestamp", name) for name in ("now", "today", "utcnow")),
    *(("uuid", name) for name in ("uuid1", "uuid4")),
}
# How long a job that is older than this process has been running: SageMaker tells when it began by its own clock. It
# decides how long to wait, and never what a run sees, asks for or is called.
WAITING = {
    # Nor does a page that a person looks at: it says how old a champion is.
    "plugins/airflow_autopilot/dashboard/app.py": 2,
    # Nor a command that a person types: it refuses the day of a drop that has not come yet.
    "include/autopilot/draft/typedvalues.py": 1,
    "plugins/airflow_sagemaker_once/poller.py": 1,
    "plugins/airflow_sagemaker_once/submit.py": 1,
    "plugins/airflow_sagemaker_once/trigger.py": 1,
}


def clocks(source: str) -> list[int]:
    """The lines that read a clock."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            owner = node.value
            name = owner.attr if isinstance(owner, ast.Attribute) else owner.id if isinstance(owner, ast.Name) else ""
            if (name, node.attr) in CLOCKS:
                found.append(node.lineno)
        elif isinstance(node, ast.ImportFrom):
            found += [node.lineno for alias in node.names if (node.module, alias.name) in CLOCKS]
    return found


@pytest.mark.parametrize("room", ["dags", "plugins", "include/autopilot"])
def test_nothing_reads_a_clock(room: str) -> None:
    files = sorted((ROOT / room).rglob("*.py"))
    assert files
    found = {str(path.relative_to(ROOT)): clocks(path.read_text(encoding="utf-8")) for path in files}
    wrong = {name: lines for name, lines in found.items() if len(lines) > WAITING.get(name, 0)}
    assert wrong == {}


def test_the_exceptions_are_needed() -> None:
    assert {name: len(clocks((ROOT / name).read_text(encoding="utf-8"))) for name in WAITING} == WAITING


@pytest.mark.parametrize(
    "line",
    [
        "datetime.now(UTC)", "datetime.datetime.utcnow()", "date.today()", "time.time()", "pendulum.now('UTC')",
        "timezone.utcnow()", "pd.Timestamp.now()", "make(clock=time.time)", "from time import time", "uuid.uuid4()",
    ],
)  # fmt: skip
def test_a_clock_is_noticed(line: str) -> None:
    assert clocks(line) == [1]


def test_waiting_is_measured_by_a_clock_that_tells_no_time() -> None:
    assert clocks("time.monotonic()\ntime.sleep(1)\ndatetime.fromisoformat(x)") == []
