"""A drop or a holdout that changes after a run used it."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from include.autopilot.base.errors import ChangedError, ContractError
from include.autopilot.base.locations import Locations
from include.autopilot.drops.content import FileContent
from include.autopilot.drops.plan import load_plan
from include.autopilot.drops.seals import Seal, Seals
from include.autopilot.flows.search import search_input
from include.autopilot.settings.window import Newest
from tests.support.toy import Toy, csv_bytes, rows
from tests.support.toyruns import KEY, prepare

PLACES = Locations("s3://toy-models/toy")
SECOND = "drops/2024-02-01/second.csv"


def accepting(toy: Toy) -> Toy:
    return replace(toy, config=replace(toy.config, changed_drops="accept", changed_holdouts="accept"))


def sealed(toy: Toy, path: str) -> Any:
    return json.loads(toy.get(f"s3://toy-models/toy/sealed/{path}.json"))


def test_a_drop_is_sealed_by_the_first_run_that_uses_it(toy: Toy) -> None:
    prepare(toy)
    first = sealed(toy, "drop/2024-02-01/1")
    assert first["run"] == KEY
    assert list(first["files"]) == ["second.csv"]
    prepare(toy, key="20240301T000000-00000002")
    assert sealed(toy, "drop/2024-02-01/1") == first
    assert len(toy.keys("sealed/drop/")) == 3


def test_a_drop_that_changed_after_many_runs_had_remembered_its_seal_is_refused(toy: Toy) -> None:
    for number in range(3):
        prepare(toy, key=f"20240301T000000-0000000{number}")
    assert b"drop/2024-02-01/1.json" in toy.get("s3://toy-models/toy/bundles/sealed/drop.json")
    toy.put(SECOND, csv_bytes(rows(60, 19)))
    with pytest.raises(ChangedError, match=r"Drop 2024-02-01 was changed: second\.csv was [0-9a-f]{16} and is"):
        prepare(toy, key="20240301T000000-00000009")


def test_a_changed_drop_is_refused_with_everything_one_needs_to_know(toy: Toy) -> None:
    prepare(toy)
    before = sealed(toy, "drop/2024-02-01/1")
    toy.put(SECOND, csv_bytes(rows(60, 21)))
    toy.put("drops/2024-02-01/more.csv", csv_bytes(rows(300, 1)))
    with pytest.raises(ChangedError) as caught:
        prepare(toy, key="20240301T000000-00000002")
    old = before["files"]["second.csv"]["digest"]
    assert re.fullmatch(
        r"Drop 2024-02-01 was changed: more\.csv is new \([0-9a-f]{16}\); "
        rf"second\.csv was {old} and is [0-9a-f]{{16}}; as a whole it was {before['digest']}, first seen by run {KEY}, "
        r"and is [0-9a-f]{16}\. Put the old files back and deliver the new rows as a drop of their own \(2024-02-01-2, "
        r"say\), or set changed_drops: accept in toy\.yaml to go on with the new content\.",
        str(caught.value),
    )
    assert not toy.keys("runs/20240301T000000-00000002")


def test_a_changed_second_drop_is_not_sent_to_its_own_name(toy: Toy) -> None:
    toy.put("drops/2024-02-01-2/late.csv", csv_bytes(rows(300, 3)))
    prepare(toy)
    old = toy.get("s3://toy-models/toy/drops/2024-02-01-2/late.csv")
    toy.put("drops/2024-02-01-2/late.csv", csv_bytes(rows(300, 2)))
    toy.put("drops/2024-02-01-5/later.csv", csv_bytes(rows(310, 2)))
    with pytest.raises(ChangedError, match=r"as a drop of their own \(2024-02-01-6, say\)"):
        prepare(toy, key="20240301T000000-00000002")
    toy.put("drops/2024-02-01-2/late.csv", old)
    toy.put("drops/2024-02-01-6/late.csv", csv_bytes(rows(300, 2)))
    planned = load_plan(toy.s3, prepare(toy, key="20240301T000000-00000003")["plan"])
    assert planned.drops[-2].name == "2024-02-01-6"


def test_a_drop_whose_file_vanished_was_changed(toy: Toy) -> None:
    toy.put("drops/2024-02-01/more.csv", csv_bytes(rows(300, 1)))
    prepare(toy)
    toy.s3.delete_object(Bucket="toy-models", Key="toy/drops/2024-02-01/more.csv")
    with pytest.raises(ChangedError, match=r"Drop 2024-02-01 was changed: more\.csv \([0-9a-f]{16}\) is gone;"):
        prepare(toy)


def test_an_accepted_change_is_a_new_version_and_the_old_one_stays_on_record(
    toy: Toy, caplog: pytest.LogCaptureFixture
) -> None:
    first = prepare(toy)
    before = sealed(toy, "drop/2024-02-01/1")
    toy.put(SECOND, csv_bytes(rows(60, 21)))
    with caplog.at_level(logging.WARNING):
        second = prepare(accepting(toy), key="20240301T000000-00000002")
    assert "Drop 2024-02-01 was changed: second.csv was" in caplog.text
    assert "Accepted as version 2." in caplog.text
    assert sealed(toy, "drop/2024-02-01/1") == before
    assert sealed(toy, "drop/2024-02-01/2")["run"] == "20240301T000000-00000002"
    drops = [load_plan(toy.s3, prepared["plan"]).drops[1] for prepared in (first, second)]
    assert [(drop.version, drop.prepared.rows) for drop in drops] == [(1, 20), (2, 21)]
    assert drops[0].prepared.folder != drops[1].prepared.folder
    # The accepted version is what later changes are measured by; going back is a change, too.
    assert prepare(toy)["summary"]["drops"][1]["version"] == 2
    toy.put(SECOND, csv_bytes(rows(60, 20)))
    with pytest.raises(ChangedError, match="Drop 2024-02-01 was changed"):
        prepare(toy)


def test_the_same_bytes_again_are_no_change(toy: Toy) -> None:
    prepare(toy)
    body = toy.get(f"s3://toy-models/toy/{SECOND}")
    toy.s3.delete_object(Bucket="toy-models", Key=f"toy/{SECOND}")
    toy.put(SECOND, body)
    assert prepare(toy)["summary"]["drops"][1]["version"] == 1


def test_a_drop_that_never_passed_the_check_may_be_corrected(toy: Toy) -> None:
    toy.put(SECOND, b'id,y,"a (b, c)",d[1],colour\nx,1,2,low,red\n')
    with pytest.raises(ContractError, match="holds text: 'low'"):
        prepare(toy)
    toy.put(SECOND, csv_bytes(rows(60, 20)))
    assert prepare(toy)["summary"]["drops"][1]["version"] == 1


def test_a_drop_that_is_gone(toy: Toy, caplog: pytest.LogCaptureFixture) -> None:
    prepare(toy)
    toy.s3.delete_object(Bucket="toy-models", Key=f"toy/{SECOND}")
    with pytest.raises(ChangedError) as caught:
        prepare(toy)
    assert str(caught.value) == (
        f"Drop 2024-02-01, which run {KEY} used, is gone from s3://toy-models/toy/drops. Put it back, or set "
        "changed_drops: accept in toy.yaml to go on without it."
    )
    # A run that would not train on it does not mind.
    assert len(prepare(toy, scope="new")["summary"]["drops"]) == 1
    # One of the newest two minds: without it the second of them is an older drop.
    with pytest.raises(ChangedError, match=r"Drop 2024-02-01, .* is gone"):
        prepare(replace(toy, config=replace(toy.config, window=Newest(drops=2))))
    with caplog.at_level(logging.WARNING):
        summary = prepare(accepting(toy))["summary"]
    assert [drop["drop"] for drop in summary["drops"]] == ["2024-01-01", "2024-03-01"]
    assert "The run goes on without it." in caplog.text
    # Nor does a run whose cutoff is before it.
    assert prepare(toy, datetime(2024, 1, 31, tzinfo=UTC))["summary"]["drops"]


def test_unchanged_drops_are_not_read_again(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(toy)
    read = []

    def note(params: Any, **_: Any) -> None:
        read.append(params["Key"])

    toy.s3.meta.events.register("provide-client-params.s3.GetObject", note)
    try:
        prepare(toy, key="20240301T000000-00000002")
    finally:
        toy.s3.meta.events.unregister("provide-client-params.s3.GetObject", note)
    assert read
    # Of the newest one the header, to see whether it has the columns that the YAML ignores.
    assert {key for key in read if key.startswith("toy/drops/")} <= {"toy/drops/2024-03-01/third.csv"}


def test_a_search_seals_what_it_saw(searched: Toy) -> None:
    searched.put("drops/2024-01-01/a.csv", csv_bytes(rows(0, 510)))
    search_input(searched.s3, searched.config, datetime(2024, 1, 1, tzinfo=UTC), "Regression")
    assert sealed(searched, "drop/2024-01-01/1")["run"] == "search 20240101T000000"
    assert sealed(searched, "holdout/sealed/1")["run"] == "search 20240101T000000"
    searched.put("drops/2024-01-01/a.csv", csv_bytes(rows(1, 510)))
    with pytest.raises(ChangedError, match="first seen by run search 20240101T000000"):
        search_input(searched.s3, searched.config, datetime(2024, 1, 1, tzinfo=UTC), "Regression")


def test_a_changed_holdout_needs_a_new_name_or_to_be_accepted(toy: Toy) -> None:
    prepare(toy)
    toy.put("holdout/sealed.csv", csv_bytes(rows(1000, 11)))
    with pytest.raises(ChangedError) as caught:
        prepare(toy)
    assert "Holdout sealed was changed: sealed.csv was" in str(caught.value)
    assert "give the new rows a name of their own (holdouts: in toy.yaml), or set changed_holdouts: accept" in str(
        caught.value
    )
    toy.put("holdout/newer.csv", csv_bytes(rows(1000, 11)))
    renamed = replace(toy, config=replace(toy.config, holdouts=("newer", "second")))
    assert prepare(renamed)["summary"]["holdouts"] == {"newer": 11, "second": 3}
    assert prepare(accepting(toy))["summary"]["holdouts"] == {"sealed": 11, "second": 3}
    assert len(toy.keys("sealed/holdout/sealed/")) == 2


def test_of_two_that_seal_at_once_one_writes_and_the_other_compares(s3: Any) -> None:
    def seal(digest: str, run: str) -> Seal:
        return Seal(digest, run, {"a.csv": FileContent(digest, "e", 1, None)})

    # Both have listed the seals before either wrote one.
    one, other, third = (Seals(s3, PLACES, "drop", "refuse", "toy.yaml") for _ in range(3))
    assert one.put("2024-01-01", seal("d1", "one")).seal.run == "one"
    assert other.put("2024-01-01", seal("d1", "other")).seal.run == "one"
    with pytest.raises(ChangedError, match="it was d1, first seen by run one, and is d2"):
        third.put("2024-01-01", seal("d2", "third"))
