"""The rooms of the repository: who may import whom, and what no file may contain."""

import ast
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from tests.support.repository import ROOT, imports

# What stands above everything in include/, or beside it.
ABOVE = ("airflow", "airflow_autopilot", "airflow_sagemaker_once", "dags", "scripts", "tests")
# Room -> what a file in it must not import. Imports point one way: dags -> plugins -> include/autopilot.
FORBIDDEN = {
    # What the domain and the embedded AWS have in common.
    "include/cells": (*ABOVE, "include.autopilot", "include.bace", "include.local_aws"),
    "dags": ("include.local_aws", "include.bace", "scripts", "tests"),
    "plugins": ("dags", "include.local_aws", "include.bace", "scripts", "tests"),
    # A package of its own: it travels alone.
    "plugins/airflow_sagemaker_once": ("airflow_autopilot", "dags", "include", "scripts", "tests"),
    "include/autopilot": (*ABOVE, "include.bace", "include.local_aws"),
    "include/bace": (*ABOVE, "include.local_aws"),
    "include/local_aws": (*ABOVE, "include.autopilot", "include.bace"),
}
# A DAG file is read again and again: what touches data or a network is imported by the tasks, where they run.
HEAVY = ("boto3", "botocore", "matplotlib", "numpy", "pandas", "rdkit", "requests", "scipy", "sklearn", "xgboost")
MOST_LINES = 400


def sources(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def below(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def committed() -> list[Path]:
    """Every file that git keeps or would keep; all files where there is no git."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
    except (FileNotFoundError, subprocess.CalledProcessError):
        pytest.skip("this is not a git work tree")
    return [path for line in listed.stdout.splitlines() if (path := ROOT / line).is_file()]


def text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


@pytest.mark.parametrize("room", FORBIDDEN)
def test_imports_point_one_way(room):
    files = sources(room)
    assert files
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in files
        for name in imports(ast.parse(text(path)))
        if any(below(name, package) for package in FORBIDDEN[room])
    ]
    assert wrong == []


def test_dag_files_import_nothing_heavy_when_they_are_read():
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources("dags")
        for name in imports(ast.parse(text(path)))
        if any(below(name, package) for package in HEAVY)
    ]
    assert wrong == []


@pytest.mark.parametrize("room", ["dags", "plugins", "include/autopilot"])
def test_nothing_asks_whether_it_runs_locally(room):
    names = re.compile(r"\b(is_)?local(_aws|_mode|host|stack)?\b", re.IGNORECASE)
    wrong = [
        f"{path.relative_to(ROOT)}:{node.lineno} {ast.unparse(node.test)}"
        for path in sources(room)
        for node in ast.walk(ast.parse(text(path)))
        if isinstance(node, ast.If | ast.IfExp) and names.search(ast.unparse(node.test))
    ]
    assert wrong == []


def test_no_file_is_too_long_to_read():
    files = [path for path in committed() if path.suffix in {".py", ".sh", ".yaml", ".md", ".j2"}]
    assert files
    lengths = {str(path.relative_to(ROOT)): len(text(path).splitlines()) for path in files}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def test_no_path_of_one_machine_is_committed():
    # Split, or this file would find itself.
    private = re.compile(
        "|".join(
            [
                r"(?<![\w.])/ro" + r"ot/",
                r"/ho" + r"me/(?!airflow\b)\w+/",
                r"/Us" + r"ers/\w+/",
                r"(?<![\w./}])/wo" + r"rk/",
                r"/t" + r"mp/\w+/",
            ]
        )
    )
    wrong = {
        f"{path.relative_to(ROOT)}:{number}": line.strip()[:120]
        for path in committed()
        if path.name != "requirements.lock"
        for number, line in enumerate(text(path).splitlines(), 1)
        if private.search(line)
    }
    assert wrong == {}


def borrowed(tree: ast.AST) -> list[str]:
    """What a file of the tests imports from a test module or a conftest, which pytest loads, and nobody else."""
    named = [
        f"{node.module or ''}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]
    named += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    return [name for name in named if re.search(r"(^|\.)(test_\w+|conftest)(\.|$)", name)]


def test_what_tests_share_is_in_conftest_or_support():
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}: move it to tests/support/, a fixture to a conftest.py"
        for path in sources("tests")
        for name in borrowed(ast.parse(text(path)))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "planted",
    [
        "from tests.include.test_toy import prepare",
        "from tests.include import test_toy",
        "from .test_toy import prepare",
        "from . import test_toy",
        "from tests.conftest import register",
        "import tests.include.test_toy as toy",
        "def later():\n    from tests.include.test_toy import prepare",
    ],
)
def test_an_import_from_a_test_is_found(planted):
    assert len(borrowed(ast.parse(planted))) == 1


def test_an_import_from_support_is_none_from_a_test():
    assert borrowed(ast.parse("import pytest\nfrom tests.support.toy import Toy, contest_of")) == []


def defined(tree: ast.Module) -> list[str]:
    """The names that a file gives to its functions, classes and values; decorators may use what nobody names."""
    found = [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.decorator_list
    ]
    assigned = [
        node.targets if isinstance(node, ast.Assign) else [node.target]
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
    ]
    return [*found, *(target.id for targets in assigned for target in targets if isinstance(target, ast.Name))]


def test_every_name_is_named_somewhere_else():
    read = {path: text(path) for path in committed() if path.suffix not in {".lock", ".svg", ".png"}}
    words = Counter(word for content in read.values() for word in re.findall(r"\w+", content))
    # pytest and Airflow call these by their names.
    called = re.compile(r"test_|Test|pytest_|__")
    wrong = [
        f"{path.relative_to(ROOT)}: {name}"
        for path, content in read.items()
        if path.suffix == ".py"
        for name in defined(ast.parse(content))
        if words[name] == 1 and not called.match(name)
    ]
    assert wrong == []
