"""After a removal everything that stays still works: whole runs against the embedded AWS before and after it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from include.autopilot import lineage
from include.autopilot.base.locations import Locations
from include.autopilot.champion.model import champion_name
from include.autopilot.champion.pointer import champion_at
from include.autopilot.overview.history import history_of
from include.autopilot.retention.inventory import inventory_of
from include.autopilot.retention.needed import Item, Policy, items_of
from include.autopilot.retention.removing import Remover
from include.autopilot.settings import config
from scripts.iam import calls as listed
from tests.support.awscalls import watched
from tests.support.championed import championed, new_rows
from tests.support.tiny import Tiny, returned

pytestmark = pytest.mark.whole

ROOT = "s3://tiny-models/tiny"
PLACE = Locations(ROOT)


@dataclass
class Gone:
    """A model one of whose versions was removed: its item, and the calls that it took."""

    tiny: Tiny
    item: Item
    calls: set[str]
    later: int

    @property
    def number(self) -> int:
        assert self.item.version is not None
        return self.item.version.version

    @property
    def run(self) -> str:
        assert self.item.version is not None
        return self.item.version.run


@pytest.fixture(scope="module")
def gone(searched: Tiny) -> Iterator[Gone]:
    """Twice more the model of the champion's own cutoff: neither is better, and the older one of them is removed."""
    with championed(searched, "score", "rollback") as tiny:
        runs = [tiny.run("tiny_retrain", "2024-01-01T00:00:00Z") for _ in range(2)]
        assert [run.state for run in runs] == ["success", "success"]
        numbers = [int(returned(run, "register")["version"]) for run in runs]
        model = config.find_model("tiny")
        with watched(model) as made:
            seen = inventory_of(tiny.s3, tiny.sagemaker, model)
            seen = replace(seen, now=seen.now + timedelta(days=40))
            items = {item.name: item for item in items_of("tiny", seen, Policy(keep=1))}
            item = items[f"version {numbers[0]}"]
            assert not items[f"version {numbers[1]}"].removable
            Remover(tiny.s3, tiny.sagemaker, model, seen.now).remove([item], lambda _: None)
        yield Gone(tiny, item, made, numbers[1])


def test_a_version_with_its_model_and_files_is_found_and_removed(gone: Gone) -> None:
    assert gone.item.removable
    assert any(one.uri.endswith("/model.tar.gz") for one in gone.item.objects)
    assert len(gone.item.models) == 1
    assert gone.item.size > 0
    left = {uri.removeprefix(f"{ROOT}/runs/{gone.run}/") for uri in gone.tiny.keys(f"{ROOT}/runs/{gone.run}/")}
    assert {"plan.json", "report.html", "report.json", "cost.json", "verdict.json"} <= left
    assert not [path for path in left if path.startswith("model/") or path == "rows.csv"]


def test_it_asks_aws_for_what_the_list_has_only(gone: Gone) -> None:
    assert gone.calls - set(listed()) == set()
    assert {call.split(" ")[0] for call in gone.calls} >= {
        "s3.DeleteObjects", "sagemaker.DeleteModel", "sagemaker.DeleteModelPackage", "sagemaker.ListModels",
    }  # fmt: skip


def test_lineage_report_and_pages_still_know_it(gone: Gone) -> None:
    uri = f"{ROOT}/runs/{gone.run}/predictions"
    assert lineage.main([uri, "--endpoint-url", gone.tiny.endpoint]) == lineage.WHOLE
    assert b"</html>" in gone.tiny.read(PLACE.run(gone.run).report_page)
    told = {run.version: run.removed for run in history_of(gone.tiny.s3, PLACE).runs}
    assert [number for number, sentence in told.items() if sentence] == [gone.number]


def test_retraining_rollback_and_scoring_go_on(gone: Gone) -> None:
    tiny = gone.tiny
    before = champion_at(tiny.s3, PLACE)
    assert before is not None
    assert tiny.run("tiny_retrain", "2024-02-01T00:00:00Z").state == "success"
    refused = tiny.run("tiny_rollback", version=gone.number, reason="a try")
    assert refused.state == "failed"
    assert tiny.run("tiny_rollback", version=gone.later, reason="it is there").state == "success"
    tiny.put("later/new.csv", new_rows(9500, 5))
    scored = tiny.run("tiny_score", input=f"{ROOT}/later", interval="none")
    assert scored.state == "success"
    (uri,) = returned(scored, "join")["predictions"]
    assert lineage.main([uri, "--endpoint-url", tiny.endpoint]) == lineage.WHOLE
    assert tiny.run("tiny_rollback", version=before.version.version, reason="as it was").state == "success"


def test_the_model_that_asks_a_version_has_one_name_everywhere(gone: Gone) -> None:
    champion = champion_at(gone.tiny.s3, PLACE)
    assert champion is not None
    found: Any = gone.tiny.sagemaker.list_models(NameContains=champion_name("tiny", champion.version))
    assert found["Models"]
