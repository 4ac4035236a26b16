"""The leak guard against faults that were planted where it must look."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from include.autopilot.base.errors import LeakError
from include.autopilot.drops.guard import check_leaks
from include.autopilot.drops.plan import Plan, load_plan, save_plan
from include.autopilot.drops.split import side
from include.autopilot.flows import retrain
from include.autopilot.settings.identity import IdentityConfig
from tests.support import flows
from tests.support.superseded import again, featurize
from tests.support.toy import Toy, csv_bytes, rows
from tests.support.toyruns import FEBRUARY, KEY, prepare

RUN = f"runs/{KEY}"


@pytest.fixture
def ready(toy: Toy) -> Toy:
    """A run whose manifests are written; March measured fifteen of January's rows anew."""
    toy.put("drops/2024-03-01/third.csv", csv_bytes(rows(80, 20) + again(range(10, 25), add=1.0)))
    prepared = prepare(toy)
    featurize(toy, prepared["featurize"], "recordio")
    flows.training_request(toy, prepared["plan"])
    return toy


def guard(toy: Toy, key: str = KEY) -> dict[str, Any]:
    return check_leaks(toy.s3, toy.config, load_plan(toy.s3, f"s3://toy-models/toy/runs/{key}/plan.json"))


def faults(toy: Toy, key: str = KEY) -> str:
    with pytest.raises(LeakError) as caught:
        guard(toy, key)
    report = json.loads(toy.get(f"s3://toy-models/toy/runs/{key}/guard.json"))
    assert str(caught.value) == "\n".join(
        [f"Nothing was trained. s3://toy-models/toy/runs/{key}/guard.json:", *report["faults"]]
    )
    return str(caught.value)


def change(toy: Toy, name: str, edit: Any, key: str = KEY) -> None:
    path = f"runs/{key}/manifest/{name}.manifest"
    head, *files = json.loads(toy.get(f"s3://toy-models/toy/{path}"))
    toy.put(path, json.dumps([head, *edit(files)]).encode())


def manifest(toy: Toy, name: str, key: str = KEY) -> list[str]:
    return json.loads(toy.get(f"s3://toy-models/toy/runs/{key}/manifest/{name}.manifest"))[1:]  # type: ignore[no-any-return]


def test_every_row_of_a_good_run_is_listed_once_with_its_side(ready: Toy) -> None:
    found = guard(ready)
    listed = list(csv.DictReader(io.StringIO(ready.get(found["rows"]).decode())))
    sides = {row["key"]: row["side"] for row in listed}
    assert len(listed) == len(sides) == 115
    assert sides == {
        **{f"row-{number}": side(f"row-{number}", 0.2) for number in range(100)},
        **{f"row-{number}": "holdout" for number in (*range(1000, 1012), *range(2000, 2003))},
    }
    places = {row["key"]: row["row"] for row in listed}
    assert places["row-5"] == "2024-01-01/first.csv:7"
    assert places["row-12"] == "2024-03-01/third.csv:24"
    assert places["row-1000"] == "sealed:1"
    assert found["counts"] == {name: list(sides.values()).count(name) for name in ("train", "validation", "holdout")}
    assert json.loads(ready.get(found["report"]))["faults"] == []


def test_a_run_of_many_chunks(toy: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    from include.autopilot.drops.preparation import rules_of

    monkeypatch.setattr(retrain, "rules_of", lambda *rules: replace(rules_of(*rules), chunk_bytes=150))
    toy.put("drops/2024-03-01/third.csv", csv_bytes(rows(80, 20) + again(range(10, 25), add=1.0)))
    prepared = prepare(toy)
    featurize(toy, prepared["featurize"], "recordio")
    flows.training_request(toy, prepared["plan"])
    files = manifest(toy, "train")
    assert len(files) > 10
    assert any("/without/" in file for file in files)
    assert any("/without/" not in file and "/train/chunk_1.csv.out" in file for file in files)
    found = guard(toy)
    assert sum(found["counts"].values()) == 115
    listed = list(csv.DictReader(io.StringIO(toy.get(found["rows"]).decode())))
    assert {row["row"] for row in listed if row["key"] == "row-12"} == {"2024-03-01/third.csv:24"}


def test_a_validation_chunk_in_the_training_manifest(ready: Toy) -> None:
    planted = manifest(ready, "validation")[1]
    change(ready, "train", lambda files: [*files, planted])
    row = next(number for number in range(60, 80) if side(f"row-{number}", 0.2) == "validation")
    place = f"2024-02-01/second.csv:{row - 58}"
    assert f"Key 'row-{row}' is on two sides: train ({place}) and validation ({place})." in faults(ready)


def test_superseded_rows_that_were_not_taken_out(ready: Toy) -> None:
    def whole(files: list[str]) -> list[str]:
        return [
            file if "/without/" not in file else "/".join([*file.split("/")[:3], *file.split("/")[5:]])
            for file in files
        ]

    change(ready, "train", whole)
    text = faults(ready)
    assert "Key 'row-10' is twice in train: 2024-01-01/first.csv:12 and 2024-03-01/third.csv:22." in text
    assert "more keys are twice on one side." in text


def test_a_drop_after_the_cutoff_in_the_manifest(ready: Toy) -> None:
    early = prepare(ready, FEBRUARY, "20240201T000000-00000001")
    flows.training_request(ready, early["plan"])
    assert guard(ready, "20240201T000000-00000001")["counts"]["holdout"] == 15
    planted = manifest(ready, "train")[2]
    change(ready, "train", lambda files: [*files, planted], "20240201T000000-00000001")
    text = faults(ready, "20240201T000000-00000001")
    assert (
        f"The manifest of train names s3://toy-models/toy/{planted}, which is of drop 2024-03-01, dated after" in text
    )
    assert "the cutoff 2024-02-01T00:00:00+00:00." in text


def test_a_plan_that_lies_about_a_drops_date(ready: Toy) -> None:
    plan = load_plan(ready.s3, f"s3://toy-models/toy/{RUN}/plan.json")
    *others, march = plan.drops
    lying = replace(march, day=date(2024, 1, 15), name="2024-01-15")
    lie: Plan = replace(plan, cutoff=FEBRUARY, drops=(*others, lying))
    save_plan(ready.s3, lie)
    assert "which is of drop 2024-03-01, dated after the cutoff 2024-02-01T00:00:00+00:00." in faults(ready)


def test_holdout_rows_in_a_drop_that_were_not_kept_out(ready: Toy) -> None:
    file = f"{RUN}/holdout/sealed.csv"
    held = ready.get(f"s3://toy-models/toy/{file}")
    ready.put(file, held + b"row-70,1,1,1,red\n")
    text = faults(ready)
    assert (
        f"Key 'row-70' is on two sides: holdout (sealed:13) and {side('row-70', 0.2)} (2024-02-01/second.csv:12)."
        in text
    )


def test_a_holdout_that_was_changed_or_is_gone(ready: Toy) -> None:
    ready.put("holdout/sealed.csv", csv_bytes(rows(1000, 11)))
    ready.s3.delete_object(Bucket="toy-models", Key="toy/holdout/second.csv")
    text = faults(ready)
    assert "Holdout sealed (s3://toy-models/toy/holdout/sealed.csv) was changed: it is" in text
    assert f"by run {KEY}, is sealed." in text
    assert "Holdout second (s3://toy-models/toy/holdout/second.csv) is gone." in text


def test_a_change_that_another_run_accepted_is_still_not_this_runs_holdout(ready: Toy) -> None:
    ready.put("holdout/sealed.csv", csv_bytes(rows(1000, 11)))
    accepting = replace(ready, config=replace(ready.config, changed_holdouts="accept"))
    prepare(accepting, key="20240301T000000-00000002")
    assert "and the run began with" in faults(accepting)


def test_a_list_of_superseded_lines_that_was_tampered_with(ready: Toy) -> None:
    (name,) = [
        key
        for key in ready.keys("prepared/")
        if "/superseded/" in key and ready.get(f"s3://toy-models/toy/{key}").count(b"\n") > 5
    ]
    ready.put(name, b"0\n")
    assert "the list of lines that were taken out is not the one that its name is the digest of" in faults(ready)


def test_keys_that_were_changed_after_a_run_had_remembered_them(ready: Toy) -> None:
    guard(ready)
    guard(ready)
    (bundle,) = ready.keys("bundles/prepared/")
    assert b"/keys.csv" in ready.get(f"s3://toy-models/toy/{bundle}")
    index = f"{load_plan(ready.s3, f's3://toy-models/toy/{RUN}/plan.json').drops[1].prepared.folder[:-5]}/keys.csv"
    key = next(f"row-{number}" for number in range(60, 80) if side(f"row-{number}", 0.2) == "train")
    path = index.removeprefix("s3://toy-models/toy/")
    ready.put(path, ready.get(index).replace(f"{key},".encode(), b"row-1000,"))
    assert "Key 'row-1000' is on two sides: holdout (sealed:1) and train (2024-02-01/second.csv:" in faults(ready)


def test_objects_that_are_no_chunks(ready: Toy) -> None:
    digest = "0" * 16
    change(ready, "train", lambda files: [*files, "somewhere/else.csv", f"features/x/{digest}/train/chunk_0.csv.out"])
    text = faults(ready)
    assert "names s3://toy-models/toy/somewhere/else.csv, which is no chunk of a prepared drop." in text
    assert (
        f"names s3://toy-models/toy/features/x/{digest}/train/chunk_0.csv.out; no prepared drop has that chunk." in text
    )


def test_the_rows_of_a_featurizers_fit_are_looked_at_too(toy: Toy) -> None:
    from include.autopilot.drops.manifest import write_fit_manifest

    prepared = prepare(toy)
    plan = replace(load_plan(toy.s3, prepared["plan"]), path="refit")
    save_plan(toy.s3, plan)
    write_fit_manifest(toy.s3, plan)
    featurize(toy, prepared["featurize"], "csv")
    retrain.write_manifests(toy.s3, plan)
    counts = guard(toy)["counts"]
    assert counts["fit"] == counts["train"] == plan.training_rows
    validation = f"{plan.drops[0].prepared.folder}/validation/chunk_0.csv".removeprefix("s3://toy-models/toy/")
    change(toy, "fit", lambda files: [*files, validation])
    assert "is on two sides: fit (2024-01-01/first.csv:" in faults(toy)


def test_a_search_on_the_runs_own_rows(toy: Toy) -> None:
    from include.autopilot.requests.searchagain import write_table

    toy.put("drops/2024-03-01/third.csv", csv_bytes(rows(80, 20) + again(range(10, 25), add=1.0)))
    plan = replace(load_plan(toy.s3, prepare(toy)["plan"]), path="search_again")
    save_plan(toy.s3, plan)
    table = toy.get(write_table(toy.s3, plan)).splitlines()
    counts = guard(toy)["counts"]
    assert counts["train"] + counts["validation"] == len(table) - 1 == 100


def holdout_line(row: dict[str, str], key: str) -> bytes:
    """A row as a run's own file of a holdout has it."""
    colour = row["colour"].replace('"', '""')
    return f'{key},{float(row["y"]):.5f},{row["a (b, c)"]},{row["d[1]"]},"{colour}"\n'.encode()


@pytest.mark.parametrize("key", ["'row-70", '="row-70"', "row\u201170", "row-70\u200b", "ROW-70"], ids=ascii)
def test_a_holdout_row_whose_key_is_spelt_differently_in_a_drop(ready: Toy, key: str) -> None:
    file = f"{RUN}/holdout/sealed.csv"
    quoted = key.replace('"', '""')
    line = holdout_line(rows(70, 1)[0], f'"{quoted}"')
    ready.put(file, ready.get(f"s3://toy-models/toy/{file}") + line)
    shown = ascii(key)
    side_of = side("row-70", 0.2)
    fault = f"holdout {shown} (sealed:13) and {side_of} 'row-70' (2024-02-01/second.csv:12) spell the same key."
    assert fault in faults(ready)
    # A rule that only warns lets no sealed row through.
    ready.config = replace(ready.config, identity=IdentityConfig(same_key="warn", same_row="warn"))
    assert fault in faults(ready)


def test_a_holdout_row_under_another_key_in_a_drop(ready: Toy) -> None:
    file = f"{RUN}/holdout/sealed.csv"
    held = ready.get(f"s3://toy-models/toy/{file}")
    ready.put(file, held + holdout_line(rows(70, 1)[0], "new-70"))
    fault = (
        f"holdout 'new-70' (sealed:13) and {side('row-70', 0.2)} 'row-70' (2024-02-01/second.csv:12) have the same "
        "features and the same target."
    )
    assert fault in faults(ready)
    ready.config = replace(ready.config, identity=IdentityConfig(same_row="warn"))
    assert guard(ready)["counts"]["holdout"] == 16


def test_two_spellings_of_one_key_in_the_training(toy: Toy) -> None:
    toy.put("drops/2024-03-01/third.csv", csv_bytes([row | {"id": f"'{row['id']}"} for row in rows(3, 9)]))
    refusing = toy.config
    toy.config = replace(toy.config, identity=IdentityConfig(same_key="warn"))
    prepared = prepare(toy)
    featurize(toy, prepared["featurize"], "recordio")
    flows.training_request(toy, prepared["plan"])
    assert guard(toy)["counts"]["train"]
    toy.config = refusing
    text = faults(toy)
    assert "'row-3' (2024-01-01/first.csv:5)" in text
    assert '"\'row-3" (2024-03-01/third.csv:2)' in text
    assert "4 more keys are spelt in several ways." in text
