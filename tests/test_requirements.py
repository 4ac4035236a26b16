"""requirements.txt: everything the shipped rooms import, and versions that MWAA's own constraints allow."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CONSTRAINTS = ROOT / "tests" / "mwaa" / "constraints"
# In every MWAA image, because Airflow or its Amazon provider needs them.
IN_THE_IMAGE = {
    "airflow", "anyio", "asgiref", "boto3", "botocore", "croniter", "fastapi", "jinja2", "markupsafe", "pydantic",
    "sqlalchemy", "starlette", "yaml",
}  # fmt: skip
# Import name of a distribution, where it differs; and what a listed distribution cannot do without.
DISTRIBUTION = {"sklearn": "scikit-learn", "numpy": "pandas"}
# What is used where somebody has installed it, and done without elsewhere.
OPTIONAL = {"openlineage", "rdkit"}
OURS = {"airflow_autopilot", "airflow_sagemaker_once", "include"}


def required() -> dict[str, str]:
    """Name and version condition of every requirement."""
    lines = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if line and not line.startswith("#")]
    return {re.match(r"[\w-]+", line)[0]: line for line in lines}


def imported(path: Path) -> set[str]:
    """First names of a file's imports, those for type checkers left out."""
    found: set[str] = set()
    nodes: list[ast.AST] = [ast.parse(path.read_text())]
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found.add((node.module or "").split(".")[0])
        nodes.extend(ast.iter_child_nodes(node))
    return found


def test_every_import_of_the_shipped_rooms_is_provided_for():
    files = [path for room in ("dags", "plugins", "include/autopilot") for path in (ROOT / room).rglob("*.py")]
    outside = (
        set().union(*(imported(path) for path in files)) - set(sys.stdlib_module_names) - OURS - IN_THE_IMAGE - OPTIONAL
    )
    assert {DISTRIBUTION.get(name, name) for name in outside} == set(required())


def test_no_line_turns_mwaas_own_constraints_off():
    # MWAA looks for these letters anywhere in a line, comments included.
    text = (ROOT / "requirements.txt").read_text()
    assert re.search(r"-c |--constraint ", text) is None


def test_what_mwaa_does_not_hold_is_pinned_to_the_version_tested_here():
    lock = (ROOT / "requirements.lock").read_text()
    pins = [line for line in required().values() if "==" in line]
    assert pins
    assert [pin for pin in pins if f"{pin} \\" not in lock] == []


@pytest.mark.parametrize("version", ["3.2.1", "3.3.1"])
def test_it_resolves_with_mwaas_constraints(version, tmp_path):
    files = [CONSTRAINTS / f"mwaa-{version}-py312.txt", CONSTRAINTS / f"mwaa-essential-{version}.txt"]
    command = [sys.executable, "-m", "uv", "pip", "compile", "--no-python-downloads", "--no-header", "--no-annotate"]
    options = ["--python-version", "3.12", *(f"--constraints={path}" for path in files)]
    ended = subprocess.run(
        [*command, *options, str(ROOT / "requirements.txt")],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    if "Failed to fetch" in ended.stderr:
        pytest.skip("no package index can be reached")
    assert ended.returncode == 0, ended.stderr
    assert set(required()) <= {line.split("==")[0] for line in ended.stdout.split()}
