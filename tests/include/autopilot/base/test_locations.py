from __future__ import annotations

import ast
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

import include.autopilot
from include.autopilot.base.digest import LENGTH
from include.autopilot.base.folders import (
    FEATURES_CHUNK,
    PREPARED_CHUNK,
    RUN_PREDICTIONS,
    PreparedFolder,
    chunk_name,
    features_of,
    without,
)
from include.autopilot.base.locations import Locations, parse_uri
from tests.support.repository import ROOT

HOUSE = Path(include.autopilot.__path__[0])


@pytest.mark.parametrize(
    ("uri", "expected"),
    [("s3://b/a/c.csv", ("b", "a/c.csv")), ("s3://b/", ("b", "")), ("s3://b", ("b", ""))],
)
def test_addresses(uri: str, expected: tuple[str, str]) -> None:
    assert parse_uri(uri) == expected


@pytest.mark.parametrize("uri", ["b/a", "https://b/a", "s3:///a", ""])
def test_no_addresses(uri: str) -> None:
    with pytest.raises(ValueError, match="is not an S3 address like s3://bucket/folder"):
        parse_uri(uri)


def test_the_layout() -> None:
    places = Locations("s3://b/m")
    cutoff = datetime(2024, 2, 1, tzinfo=UTC)
    assert places.drops == "s3://b/m/drops"
    assert places.holdout("sealed") == "s3://b/m/holdout/sealed.csv"
    assert places.template("current") == "s3://b/m/template/current.json"
    assert places.search_input(cutoff) == "s3://b/m/search/20240201T000000/input/train.csv"
    assert places.search_output(cutoff) == "s3://b/m/search/20240201T000000/output"
    assert str(places.prepared("p", "d")) == "s3://b/m/prepared/p/d"
    assert places.features("t", "p") == "s3://b/m/features/t/p"
    run = places.run("k")
    assert str(run) == "s3://b/m/runs/k"
    assert (run.plan, run.report_page) == ("s3://b/m/runs/k/plan.json", "s3://b/m/runs/k/report.html")
    assert run.manifest("train") == "s3://b/m/runs/k/manifest/train.manifest"
    assert run.champion_holdout("sealed") == "s3://b/m/runs/k/champion/holdout/sealed.csv"
    assert places.score("k").plan == "s3://b/m/scores/k/work/plan.json"


def test_what_the_layout_says_is_read_back() -> None:
    prepared = Locations("s3://b/m").prepared("p", "0" * LENGTH)
    assert PreparedFolder.of(prepared.rows) == PreparedFolder.of_check(prepared.check) == prepared
    chunk = chunk_name("train", 3)
    copy = without(prepared.uri, "1" * LENGTH, chunk)
    for uri, lines in ((f"{prepared.rows}/{chunk}", None), (copy, "1" * LENGTH)):
        found = PREPARED_CHUNK.fullmatch(uri)
        assert found
        assert (found["folder"], found["lines"], found["chunk"]) == (prepared.uri, lines, chunk)
    features = features_of(Locations("s3://b/m").features("t", "2" * LENGTH), chunk)
    assert FEATURES_CHUNK.fullmatch(features)
    answered = RUN_PREDICTIONS.match(Locations("s3://b/m").run("k").predictions("one"))
    assert answered
    assert (answered["root"], answered["run"], answered["model"]) == ("s3://b/m", "k", "one")


# SageMaker's own layout, and an archive's.
_OTHERS = {"/output/model.tar.gz", "/output.tar.gz"}
# Pages of the dashboard and of Airflow.
_PAGES = {"/airflow/", "/airflow/{DAG_ID}/{RUN_ID}", "/models/", "/tasks/"}
_OWN = {HOUSE / "base/locations.py", HOUSE / "base/folders.py"}
_CALLERS = [ROOT / "plugins/airflow_autopilot", ROOT / "dags"]


@pytest.mark.parametrize(
    "file",
    sorted({file for folder in (HOUSE, *_CALLERS) for file in folder.rglob("*.py")} - _OWN),
    ids=lambda file: str(file.relative_to(ROOT)),
)
def test_nobody_else_knows_the_layout(file: Path) -> None:
    """No address is put together of a folder and a name that is written there: ``f"{folder}/plan.json"``."""
    assert not _addresses(ast.parse(file.read_text())) - _OTHERS - _PAGES


def test_an_address_written_elsewhere_would_be_found() -> None:
    for line in ('f"{plan.folder}/plan.json"', 'f"{root}/runs/{key}"', 'uri.removesuffix("/check.json")'):
        assert _addresses(ast.parse(line))
    for line in ('f"{folder}/{name}"', 'f"Run {key}/x is gone"', 'uri.rpartition("/")'):
        assert not _addresses(ast.parse(line))


def _addresses(tree: ast.AST) -> set[str]:
    """Return what follows a folder in a text, and texts that are an end of an address."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.FormattedValue):
            found |= {part.value for part in node.values[1:2] if isinstance(part, ast.Constant)}
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _ENDS:
            found |= {one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return {text for text in found if re.match(r"/\w", text)}


_ENDS = {"removesuffix", "endswith", "replace", "partition", "rpartition", "split", "rsplit"}
