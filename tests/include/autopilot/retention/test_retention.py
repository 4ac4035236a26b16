"""What stays and why, that an interrupted removal goes on, and that nobody puts a removed version in place."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from include.autopilot.backtest.history import past_of
from include.autopilot.base.errors import RegistryError, RetentionError, RollbackError
from include.autopilot.champion import rollback
from include.autopilot.champion.removed import Removal, find_removal, tell_removal
from include.autopilot.champion.rollback import roll_back
from include.autopilot.champion.serving import serving_version
from include.autopilot.overview.history import history_of
from include.autopilot.retention import __main__ as command
from include.autopilot.retention import inventory
from include.autopilot.retention.needed import Policy
from include.autopilot.s3.objects import list_objects, write_json
from tests.support.promotions import AT, month
from tests.support.retained import LARGE, SMALL, Kept

EVERYTHING = sorted((*SMALL, *LARGE))


def some(kept: Kept) -> list[Any]:
    """A champion, one that was kept out, a second champion, and one that was kept out."""
    return [kept.version(month(number), promotes=number in (1, 3)) for number in range(1, 5)]


def test_who_served_and_the_newest_stay_and_the_others_can_go(kept: Kept) -> None:
    some(kept)
    found = kept.items()
    assert {name: item.removable for name, item in found.items()} == {
        "version 1": False, "version 2": True, "version 3": False, "version 4": False,
    }  # fmt: skip
    assert found["version 1"].why.startswith("was the champion")
    assert found["version 3"].why == "is the champion"
    assert found["version 4"].why == "one of the newest 1, to roll back to"
    assert found["version 2"].why == "never the champion, and 1 newer ones stay"
    (sizes,) = {item.size for name, item in found.items() if item.removable}
    assert sizes == 3 * len("{}\n")


def test_listing_changes_nothing(kept: Kept) -> None:
    some(kept)
    before = [(one.uri, one.etag) for one in list_objects(kept.s3, kept.config.root)]
    kept.items()
    assert [(one.uri, one.etag) for one in list_objects(kept.s3, kept.config.root)] == before
    assert kept.numbers() == [1, 2, 3, 4]


def test_what_is_removed_and_what_of_it_stays(kept: Kept) -> None:
    versions = some(kept)
    champion = kept.champion_model(versions[1])
    ledger = [(one.uri, one.etag) for one in list_objects(kept.s3, kept.locations.ledger)]
    freed = kept.remove()
    assert freed > 0
    assert kept.numbers() == [1, 3, 4]
    assert {versions[1].model, champion} & set(kept.models()) == set()
    assert {versions[0].model, versions[2].model, versions[3].model} <= set(kept.models())
    assert kept.names(versions[1].run) == sorted(SMALL)
    assert kept.names(versions[0].run) == EVERYTHING
    assert [(one.uri, one.etag) for one in list_objects(kept.s3, kept.locations.ledger)] == ledger
    assert kept.told == ["version 2 removed"]
    assert [name for name, item in kept.items().items() if item.removable] == []
    assert kept.remove() == 0


def test_what_is_young_or_newer_than_a_run_at_work_stays(kept: Kept) -> None:
    some(kept)
    assert kept.items(Policy(keep=1, days=50))["version 2"].why == "younger than 50 days"
    seen = kept.items(Policy(keep=1, days=0), days=20)
    assert seen["version 2"].removable
    kept.files("20240201T000000-00000000", reported=False)
    seen = kept.items(Policy(keep=1, days=0), days=20)
    assert seen["run 20240201T000000-00000000"].why.startswith("it may be at work")
    # The versions are older than that run, and no others are newer.
    assert seen["version 2"].removable
    time.sleep(1.1)  # S3 tells whole seconds: only what is of a later one is newer
    late = kept.version(month(6))
    kept.version(month(7))
    seen = kept.items(Policy(keep=1, days=0), days=20)
    assert seen[f"version {late.version}"].why.startswith("newer than run 20240201T000000-00000000")


def test_a_run_that_ended_without_a_version_can_go_after_thirty_days_and_a_dry_one_hinders_nobody(kept: Kept) -> None:
    # It comes first, since what is newer than a run at work stays.
    kept.files("20240301T000000-00000000", reported=False, options={"dry_run": True})
    kept.files("20240201T000000-00000000", reported=False, template="t")
    assert not kept.items(days=29)["run 20240201T000000-00000000"].removable
    assert kept.items(days=31)["run 20240201T000000-00000000"].removable
    assert kept.items(Policy(days=5), days=29)["run 20240301T000000-00000000"].removable is True
    kept.remove()
    assert kept.names("20240201T000000-00000000") == sorted(set(SMALL) - {"report.json", "report.html"})


def test_a_version_that_waits_for_a_person_stays(kept: Kept) -> None:
    some(kept)
    waiting = kept.version(month(6), decided=False)
    kept.version(month(7))
    assert kept.items()[f"version {waiting.version}"].why.startswith("nothing was decided about it yet")


def test_features_stay_for_the_published_template_and_for_a_run_at_work(kept: Kept) -> None:
    for template in ("old", "busy", "current"):
        kept.put(f"features/{template}/prepared/train/chunk_0.csv.out")
    write_json(kept.s3, kept.locations.template("current"), {"digest": "current"})
    kept.files("20240201T000000-00000000", reported=False, template="busy")
    found = kept.items(Policy(days=5), days=20)
    assert {name: item.removable for name, item in found.items() if item.kind == "features"} == {
        "features of template busy": False, "features of template current": False, "features of template old": True,
    }  # fmt: skip
    assert found["features of template old"].size == len("some bytes")
    assert kept.items(Policy(days=21), days=20)["features of template old"].why == "younger than 21 days"


def test_models_of_others_are_not_touched(kept: Kept) -> None:
    some(kept)
    mine, theirs = f"{kept.config.name}-featurizer-20240101-0a1b2c3d", f"{kept.config.name}-20240101-0a1b2c3d-dpp0"
    kept.model(mine)
    kept.model(theirs, dag="another_retrain")
    found = kept.items()
    assert found[mine].removable
    assert theirs not in found
    kept.remove()
    assert mine not in kept.models()
    assert theirs in kept.models()


def test_a_package_that_somebody_else_registered_ends_the_removal(kept: Kept) -> None:
    version = some(kept)[1]
    kept.sagemaker.update_model_package(ModelPackageArn=version.arn, CustomerMetadataProperties={"run": "of another"})
    with pytest.raises(RetentionError, match="is not the version that the ledger has"):
        kept.remove()
    assert 2 in kept.numbers()
    assert kept.names(version.run) == EVERYTHING


@pytest.mark.parametrize("broken", ["delete_model_package", "delete_model", "delete_objects"])
def test_an_interrupted_removal_leaves_nothing_to_choose_and_goes_on(
    kept: Kept, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = some(kept)[1]

    def down(**_: Any) -> Any:
        raise ClientError({"Error": {"Code": "ServiceUnavailable", "Message": "down"}}, broken)

    with monkeypatch.context() as patch:
        patch.setattr(kept.s3 if broken == "delete_objects" else kept.sagemaker, broken, down)
        with pytest.raises(ClientError, match="down"):
            kept.remove()
    assert find_removal(kept.s3, kept.locations, 2) is not None
    with pytest.raises(RollbackError, match="Version 2 was removed on"):
        roll_back(kept.contest.store, 2, "a try", "rollback-1", AT)
    assert kept.items()["version 2"].why == "its removal was begun"
    # Whatever is to be kept now: what was begun is finished.
    kept.remove(Policy(keep=100))
    assert kept.numbers() == [1, 3, 4]
    assert kept.names(version.run) == sorted(SMALL)
    assert version.model not in kept.models()


def test_a_version_that_becomes_the_champion_meanwhile_stays(kept: Kept) -> None:
    some(kept)
    listed = kept.items()
    roll_back(kept.contest.store, 2, "odd", "rollback-1", AT)
    remover = command.Remover(kept.s3, kept.sagemaker, kept.config, kept.found().now)
    told: list[str] = []
    remover.remove([listed["version 2"]], told.append)
    assert told == ["version 2 stays: it has become the champion meanwhile"]
    assert find_removal(kept.s3, kept.locations, 2) is None
    assert 2 in kept.numbers()
    assert listed["version 2"].models[0] in kept.models()


def test_a_rollback_to_what_is_removed_at_this_moment_puts_the_champion_back(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = some(kept)
    move = rollback.move

    def moved_then_removed(*arguments: Any) -> bool:
        done = move(*arguments)
        tell_removal(kept.s3, kept.locations, Removal(2, versions[1].run, AT, "a test"))
        return done

    monkeypatch.setattr(rollback, "move", moved_then_removed)
    with pytest.raises(RollbackError, match="Version 2 was removed"):
        roll_back(kept.contest.store, 2, "odd", "rollback-1", AT)
    assert kept.contest.champion == versions[2]


def test_the_versions_that_stay_can_be_put_back_and_the_removed_one_is_told(kept: Kept) -> None:
    versions = some(kept)
    kept.remove()
    assert roll_back(kept.contest.store, 1, "odd", "rollback-1", AT)["kind"] == "rolled_back"
    assert roll_back(kept.contest.store, 4, "odd", "rollback-2", AT)["kind"] == "rolled_back"
    with pytest.raises(RegistryError, match="Version 2 was removed on"):
        serving_version(kept.s3, kept.sagemaker, kept.config, versions[1])
    assert past_of(kept.s3, kept.config, None).removed == ()


def test_pages_say_what_was_removed(kept: Kept) -> None:
    versions = some(kept)
    for version in versions:
        # What the pages read of a record besides.
        write_json(kept.s3, kept.locations.record(version.run, version.version), _record(version))
    kept.remove()
    told = {run.version: run.removed for run in history_of(kept.s3, kept.locations).runs}
    assert [number for number, sentence in told.items() if sentence] == [2]
    assert str(told[2]).startswith("Version 2 was removed on ")
    assert "its ledger, plan, requests, predictions and report are kept" in str(told[2])


def _record(version: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return {"kind": "run", "run": version.run, "cutoff": version.cutoff, "at": AT, "version": asdict(version)}


@pytest.fixture
def ask(kept: Kept, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run the command forty days later; give code, stdout and stderr."""
    read = inventory.clock_of
    monkeypatch.setattr(inventory, "clock_of", lambda *asked: read(*asked) + timedelta(days=40))
    monkeypatch.setattr(command, "find_model", lambda _: kept.config)
    clients = {"s3": kept.s3, "sagemaker": kept.sagemaker}
    monkeypatch.setattr(command, "aws_clients", lambda _: lambda service: clients[service])

    def run(*arguments: str) -> tuple[int, str, str]:
        code = command.main([kept.config.name, *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_the_command_lists_and_removes_on_request_only(kept: Kept, ask: Any) -> None:
    some(kept)
    code, out, err = ask("--keep", "1")
    assert (code, err) == (0, "")
    assert "version 2  " in out
    assert "1 version can be removed" in out
    assert kept.numbers() == [1, 2, 3, 4]
    code, out, _ = ask("--keep", "1", "--json")
    assert [one["name"] for one in json.loads(out) if one["removable"]] == ["version 2"]
    code, _, err = ask("--keep", "1", "--remove")
    assert code == 0
    assert err.splitlines()[0] == "version 2 removed"
    assert kept.numbers() == [1, 3, 4]
    assert "nothing can be removed" in ask("--keep", "1")[1]


def test_the_command_says_that_it_goes_on(kept: Kept, ask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    some(kept)

    def denied(**_: Any) -> Any:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "DeleteModelPackage")

    monkeypatch.setattr(kept.sagemaker, "delete_model_package", denied)
    code, _, err = ask("--keep", "1", "--remove")
    assert code == 1
    assert "The removal ended early; run it again, it goes on" in err


def test_a_negative_number_is_no_policy(kept: Kept, ask: Any) -> None:
    with pytest.raises(SystemExit):
        ask("--keep", "-1")
