"""The floors of include/autopilot: docs/architecture.md draws them, and no import goes up."""

from __future__ import annotations

import ast
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.support import repository
from tests.support.repository import ROOT

HOUSE = ROOT / "include" / "autopilot"
PACKAGE = "include.autopilot"


def floors(page: str) -> dict[str, int]:
    """Room -> its floor, as the page's table says."""
    table = page.partition("<!-- floors: highest first -->")[2].partition("\n\nOn the roof")[0]
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \|", table, re.MULTILINE)
    return {room: int(number) for number, named in rows for room in re.findall(r"`(\w+)`", named)}


def imports(house: Path) -> dict[str, set[str]]:
    """Module -> modules that it imports, wherever in it; both without the package's name."""
    found: dict[str, set[str]] = {}
    for path in sorted(house.rglob("*.py")):
        name = ".".join(path.relative_to(house).with_suffix("").parts).removesuffix("__init__").rstrip(".")
        found[name] = set(_named(ast.parse(path.read_text(encoding="utf-8")), house)) - {name}
    return found


def _named(tree: ast.AST, house: Path) -> list[str]:
    inside = [name.removeprefix(f"{PACKAGE}.") for name in repository.imports(tree) if name.startswith(f"{PACKAGE}.")]
    return [name if _is_module(house, name) else name.rpartition(".")[0] for name in inside]


def _is_module(house: Path, name: str) -> bool:
    path = house / name.replace(".", "/")
    return path.with_suffix(".py").is_file() or path.is_dir()


def room_of(module: str) -> str:
    return module.partition(".")[0] if "." in module else ""


def upward(found: dict[str, set[str]], floor: dict[str, int]) -> list[str]:
    """Imports that do not go down; what lies on the roof may import everything."""
    return [
        f"{module} imports {used}"
        for module, names in found.items()
        for used in sorted(names)
        if room_of(module) and room_of(module) != room_of(used)
        if floor.get(room_of(used), 99) >= floor[room_of(module)]
    ]


@pytest.fixture(scope="module")
def floor() -> dict[str, int]:
    return floors((ROOT / "docs" / "architecture.md").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def found() -> dict[str, set[str]]:
    return imports(HOUSE)


def test_the_picture_shows_every_room(floor: dict[str, int]) -> None:
    rooms = {path.name for path in HOUSE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert set(floor) == rooms
    assert sorted(set(floor.values())) == list(range(1, len(set(floor.values())) + 1))


def test_a_room_imports_only_rooms_below_it(found: dict[str, set[str]], floor: dict[str, int]) -> None:
    assert upward(found, floor) == []


def test_no_two_files_import_each_other_in_a_circle(found: dict[str, set[str]]) -> None:
    try:
        list(TopologicalSorter(found).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_what_another_room_imports_is_what_a_room_offers(found: dict[str, set[str]], floor: dict[str, int]) -> None:
    offered = {room: _all_of(HOUSE / room / "__init__.py") for room in floor}
    outside = {**found, **imports_of_callers()}
    taken: dict[str, set[str]] = {room: set() for room in floor}
    for module, names in outside.items():
        for used in names:
            room = room_of(used)
            if room and room_of(module) != room:
                taken[room].add(used.split(".")[1])
    assert {room: sorted(names) for room, names in taken.items()} == offered


def imports_of_callers() -> dict[str, set[str]]:
    """What dags/, plugins/, scripts/ and include/bace import of the house; as modules of the roof."""
    paths = [path for room in ("dags", "plugins", "scripts", "include/bace") for path in (ROOT / room).rglob("*.py")]
    return {str(path.relative_to(ROOT)).replace(".", ""): set(_texts(path)) for path in paths}


def _texts(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    # A DAG names a function of the flows by a text, so that reading it loads nothing.
    named = [f"flows.{module}" for module in re.findall(r'flow\("(\w+)\.\w+"\)', text)]
    return _named(ast.parse(text), HOUSE) + named


def _all_of(init: Path) -> list[str]:
    for node in ast.parse(init.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return sorted(ast.literal_eval(node.value))
    return []


@pytest.mark.parametrize(
    "planted",
    [
        "from include.autopilot.gate import comparison\n",
        "import include.autopilot.gate.comparison\n",
        "def late():\n    from include.autopilot.gate.comparison import compare\n",
    ],
)
def test_a_wrong_import_is_found(tmp_path: Path, floor: dict[str, int], planted: str) -> None:
    for name in ("drops/__init__.py", "gate/__init__.py", "gate/comparison.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "drops" / "guard.py").write_text(planted)
    assert upward(imports(tmp_path), floor) == ["drops.guard imports gate.comparison"]


def test_a_circle_within_a_room_is_found(tmp_path: Path) -> None:
    (tmp_path / "drops").mkdir()
    (tmp_path / "drops" / "one.py").write_text("from include.autopilot.drops import two\n")
    (tmp_path / "drops" / "two.py").write_text("def late():\n    from include.autopilot.drops.one import x\n")
    with pytest.raises(CycleError):
        list(TopologicalSorter(imports(tmp_path)).static_order())
