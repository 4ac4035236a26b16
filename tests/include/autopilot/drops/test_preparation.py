from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from include.autopilot.base.digest import of_bytes
from include.autopilot.base.errors import ContractError, DropError
from include.autopilot.base.locations import Locations
from include.autopilot.candidate.contract import Contract
from include.autopilot.drops.content import content_of
from include.autopilot.drops.heldout import HeldOut, HeldRow
from include.autopilot.drops.keylists import KEY_INDEX
from include.autopilot.drops.listing import Drop, list_drops
from include.autopilot.drops.preparation import Rules, prepare_drop
from include.autopilot.drops.prepared import Prepared
from include.autopilot.drops.split import side
from include.autopilot.s3 import writer as writer_module
from include.autopilot.s3.bundle import Bundle
from tests.support.toy import Toy, csv_bytes, rows

PLACES = Locations("s3://toy-models/toy")
HELD = HeldOut([HeldRow("row-3", "", "sealed", "sealed:4")])
RULES = Rules(Contract(("y", "d[1]"), "y", ("y", "d[1]"), (), "id"), ("note",), 0.2, HELD, "h")


@pytest.fixture(scope="module", autouse=True)
def _closed() -> Iterator[None]:
    yield
    HELD.__exit__()


def prepare(toy: Toy, rules: Rules = RULES) -> Prepared:
    drop: Drop = list_drops(toy.s3, PLACES).drops[0]
    return prepare_drop(toy.s3, prepared_by(toy, rules), PLACES, content_of(toy.s3, drop, {}), rules)


def prepared_by(toy: Toy, rules: Rules = RULES) -> Bundle:
    return Bundle(toy.s3, PLACES, PLACES.preparation(rules.digest))


@pytest.fixture
def one(searched: Toy) -> Toy:
    searched.put("drops/2024-01-01/a.csv", csv_bytes(rows(0, 30)))
    searched.put("drops/2024-01-01/b.csv", csv_bytes([*rows(30, 9), {"id": "none", "y": "", "d[1]": "1"}]))
    return searched


def test_every_row_is_accounted_for(one: Toy) -> None:
    found = prepare(one)
    assert found.rows == found.train + found.validation + found.held_out + found.unusable == 40
    assert (found.held_out, found.unusable, found.extra) == (1, 1, ("colour", "a (b, c)"))
    assert found.source == "a toy"


def test_a_prepared_drop_is_not_made_again(one: Toy) -> None:
    first = prepare(one)
    before = {entry["Key"]: entry["LastModified"] for entry in objects(one)}
    assert prepare(one) == first
    assert {entry["Key"]: entry["LastModified"] for entry in objects(one)} == before


def objects(toy: Toy) -> list[Any]:
    found: list[Any] = toy.s3.list_objects_v2(Bucket="toy-models", Prefix="toy/prepared/")["Contents"]
    return found


def test_an_unfinished_preparation_is_made_again(one: Toy) -> None:
    first = prepare(one)
    check = next(entry["Key"] for entry in objects(one) if entry["Key"].endswith("check.json"))
    one.s3.delete_object(Bucket="toy-models", Key=check)
    assert prepare(one) == first
    assert check in {entry["Key"] for entry in objects(one)}


@pytest.mark.parametrize(
    "change", [{"validation_fraction": 0.5}, {"holdouts": "other"}, {"contract": replace(RULES.contract, key="note")}]
)
def test_other_rules_are_another_folder(change: dict[str, Any]) -> None:
    assert replace(RULES, **change).digest != RULES.digest


def test_an_empty_side_has_no_chunk(one: Toy) -> None:
    assert prepare(one, replace(RULES, validation_fraction=0.0)).chunks == ("train/chunk_0.csv",)


def test_every_kept_row_is_in_the_key_index_with_its_place(one: Toy) -> None:
    one.put("drops/2024-01-01/c.csv", csv_bytes(rows(5, 1)))
    found = prepare(one)
    index = list(KEY_INDEX.read(prepared_by(one), found.folder))
    assert len(index) == found.train + found.validation == 39
    chunks = {chunk: one.get(f"{found.folder}/{chunk}").decode().splitlines() for chunk in found.chunks}
    assert found.lines == {chunk: len(lines) for chunk, lines in chunks.items()}
    table = {row["id"]: row for row in rows(0, 40)}
    for row in index:
        assert chunks[row.chunk][row.place] == f"{table[row.key]['y']},{table[row.key]['d[1]']}"
        assert row.target == table[row.key]["y"]
        assert row.chunk.startswith(f"{side(row.key, 0.2)}/")
    assert [(row.file, row.number) for row in index if row.key == "row-5"] == [(0, 7), (2, 2)]
    assert found.keys == of_bytes(one.get(KEY_INDEX.uri(found.folder)))


def test_chunks_are_bounded_and_hold_the_same_rows(one: Toy) -> None:
    whole, cut = prepare(one), prepare(one, replace(RULES, chunk_bytes=60))
    assert cut.chunks[:2] == ("train/chunk_0.csv", "train/chunk_1.csv")
    assert (cut.train, cut.validation, sum(cut.lines.values())) == (whole.train, whole.validation, 38)
    assert cut.folder != whole.folder
    for name in ("train", "validation"):
        pieces = [one.get(f"{cut.folder}/{chunk}") for chunk in cut.chunks if chunk.startswith(name)]
        assert b"".join(pieces) == one.get(f"{whole.folder}/{name}/chunk_0.csv")
        assert all(60 <= len(piece) < 80 for piece in pieces[:-1])


def test_gzip_is_unpacked_on_the_way(one: Toy) -> None:
    plain = prepare(one)
    for name in ("a", "b"):
        body = one.get(f"s3://toy-models/toy/drops/2024-01-01/{name}.csv")
        one.s3.delete_object(Bucket="toy-models", Key=f"toy/drops/2024-01-01/{name}.csv")
        one.put(f"drops/2024-01-01/{name}.csv.gz", gzip.compress(body, mtime=0))
    packed = prepare(one)
    assert packed.prepared == plain.prepared
    assert packed.digest != plain.digest


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"id,y,d[1]\n", r"b\.csv\.gz is not a whole gzip file: Not a gzipped file"),
        (gzip.compress(csv_bytes(rows(30, 300)))[:-200], r"b\.csv\.gz is not a whole gzip file: Compressed file ended"),
    ],
    ids=["not packed", "cut off"],
)
def test_what_is_no_gzip_is_named(one: Toy, body: bytes, message: str) -> None:
    one.put("drops/2024-01-01/b.csv.gz", body)
    with pytest.raises(ContractError, match=message):
        prepare(one)


def test_a_month_without_rows_is_a_header_alone(one: Toy) -> None:
    one.put("drops/2024-01-01/a.csv", csv_bytes([]))
    one.s3.delete_object(Bucket="toy-models", Key="toy/drops/2024-01-01/b.csv")
    found = prepare(one)
    assert (found.rows, found.chunks, list(KEY_INDEX.read(prepared_by(one), found.folder))) == (0, (), [])


def test_a_fault_in_the_last_row_leaves_nothing_behind(one: Toy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "PART", 64)
    one.put("drops/2024-01-01/c.csv", csv_bytes([*rows(50, 40), {"id": "last", "y": "high", "d[1]": "1"}]))
    with pytest.raises(ContractError, match=r"c\.csv: column 'y', row 41 \(line 42\) holds text: 'high'"):
        prepare(one)
    assert not one.keys("prepared/")
    assert not one.s3.list_multipart_uploads(Bucket="toy-models").get("Uploads")


def test_a_file_that_changes_while_it_is_read_is_refused(one: Toy) -> None:
    drop = list_drops(one.s3, PLACES).drops[0]
    content = content_of(one.s3, drop, {})
    one.put("drops/2024-01-01/b.csv", csv_bytes(rows(30, 8)))
    with pytest.raises(DropError, match=r"b\.csv was changed while it was read"):
        prepare_drop(one.s3, prepared_by(one), PLACES, content, RULES)
    assert not one.keys("prepared/")
