"""Reading, checking and comparing the rows of a table: our reader beside polars and pyarrow, side by side in one run.

``make bench NAME=rows``; ``ROWS=1000000 make bench NAME=rows`` for the table that docs/adr/0022-rows.md shows. The two
libraries are not in the lock: ``pip install --target FOLDER polars==1.43.2 pyarrow==25.0.0`` and ``COLUMNAR=FOLDER``
before ``make``; without them only ours is measured. The last line is one JSON object.

A table of 30 columns (a key, a target, 25 numbers, two texts, one to ignore) is read by each in a process of its own:

- *ours*: all that a drop is checked for, its keys looked for among earlier ones and in a holdout of 1000 rows, the
  fingerprint of every row and the line that is written of it.
- *polars*, *pyarrow*: the least that could be called a check: our grammar of numbers as a regular expression, single
  precision, how many keys are repeated, how many are a holdout's by their plain text. No places, no spellings, no
  fingerprints.
- *hybrid*: polars reads, checks the numbers and writes the lines; what gives each row its identity is ours. What comes
  out must be what comes out of ours, to the last byte.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
if "COLUMNAR" in os.environ:
    sys.path.append(os.environ["COLUMNAR"])

from include.autopilot.base.errors import ContractError  # noqa: E402
from include.autopilot.candidate.contract import Contract  # noqa: E402
from include.autopilot.drops.heldout import HeldOut, HeldRow  # noqa: E402
from include.autopilot.rows.identity import identity, normal  # noqa: E402
from include.autopilot.rows.keytable import SeenKeys  # noqa: E402
from include.autopilot.rows.scan import Scan  # noqa: E402

ROWS = int(os.environ.get("ROWS", "50000"))
NUMBERS = ["y", *(f"x{number}" for number in range(25))]
COLUMNS = [*NUMBERS, "smiles", "site"]
CONTRACT = Contract(tuple(COLUMNS), "y", tuple(NUMBERS), (), "id")
HELD = [f"CPD-{number * 50:07d}" for number in range(1000)]
GRAMMAR = r"^(?:[ \t]*[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[ \t]*|\s*(?i:nan)?\s*)$"
SINGLE = 3.4028235677973366e38
HEADER = b"id,y,a,t\n"
CELLS = Contract(("y", "a", "t"), "y", ("y", "a"), (), "id")
# What a reader must tell with its line, or refuse.
FAULTS = {
    "text after a line break in quotes": HEADER + b'k1,1,2,"a\nb"\nk2,1,x,c\n',
    "1_000 is no number": HEADER + b"k1,1,1_000,c\n",
    "a NUL beside a number": HEADER + b"k1,1,1.5\0,c\n",
    "Latin-1": HEADER + "k1,1,2,caf\u00e9\n".encode("latin-1"),
    "a cell too few": HEADER + b"k1,1,2,c\nk2,1,2\n",
    "a quote that is never closed": HEADER + b'k1,1,2,c\nk2,1,2,"c\n',
}


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        write_table(path)
        told = dict(measured(path))
    faults = {name: {fault: said(name, body) for fault, body in FAULTS.items()} for name in SAID if name in told}
    for fault in FAULTS:
        print(f"{fault}:", *(f"\n  {name:8} {answers[fault]}" for name, answers in faults.items()))
    ours = told["ours"]["cpu_seconds"]
    ratios = {name: round(ours / one["cpu_seconds"], 2) for name, one in told.items()}
    same = told["hybrid"]["rows_digest"] == told["ours"]["rows_digest"] if "hybrid" in told else None
    print(json.dumps({"rows": ROWS, "columns": 30, "measured": told, "times_faster": ratios, "hybrid_is_equal": same}))


def write_table(path: Path) -> None:
    """Write the table: the same in every run."""
    drawn = random.Random(1)  # noqa: S311 - a table, not a secret
    pool = [",".join(f"{drawn.gauss(0, 100):.4f}" for _ in range(24)) for _ in range(997)]
    with path.open("w", newline="") as file:
        file.write(f"id,{','.join(COLUMNS)},note\r\n")
        for row in range(ROWS):
            numbers = f"{row % 1000 / 100},{pool[row % 997]},{row * 0.37:.3f}"
            file.write(f'CPD-{row:07d},{numbers},C1CC(=O)N{row},site {row % 7},"a, b {row}"\r\n')


def measured(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what each reader needed and found, in a process of its own."""
    for name in READERS:
        ended = subprocess.run([sys.executable, __file__, name, str(path)], capture_output=True, text=True, check=False)
        if ended.returncode:
            print(f"{name} is not measured: {ended.stderr.splitlines()[-1]}")
            continue
        found = json.loads(ended.stdout)
        print(f"{name:8} {found['cpu_seconds']:8.2f} CPU seconds, {found['peak_mib']:6.0f} MiB")
        yield name, found


def measure(name: str, path: str) -> None:
    """Read the table and print what it took."""
    found = READERS[name](path)
    peak = next(line.split()[1] for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line)
    print(json.dumps({**found, "cpu_seconds": round(time.process_time(), 2), "peak_mib": int(peak) // 1024}))


class Compared:
    """Rows compared with those before them and with the holdout, and a digest of all that is known of them."""

    def __init__(self) -> None:
        self._seen = SeenKeys()
        self._held = HeldOut(HeldRow(key, "", "sealed", "sealed.csv:1") for key in HELD)
        self._digest = hashlib.sha256()
        self.found = {"rows": 0, "repeated": 0, "held": 0}

    def add(self, key: str, line: str, fingerprint: str, look_up: bool) -> None:
        """Add a row; ``look_up``: whether nobody has looked for its key yet."""
        self.found["rows"] += 1
        self.found["repeated"] += bool(look_up and self._seen.first(key, "before"))
        self.found["held"] += self._held.match(identity(key), fingerprint) is not None
        self._digest.update(f"{key}\0{line}\0{fingerprint}\n".encode())

    def told(self) -> dict[str, Any]:
        """Return what was found."""
        return {**self.found, "rows_digest": self._digest.hexdigest()[:16]}


def ours(path: str) -> dict[str, Any]:
    """Read the table as a drop is read."""
    compared = Compared()
    with SeenKeys() as seen, Path(path).open("rb") as file:
        for row in Scan(path, file, CONTRACT, ("note",), seen=seen).rows_of_any():
            compared.add(row.key, row.line, row.fingerprint, look_up=False)
    return compared.told()


def polars(path: str) -> dict[str, Any]:
    """Check the table with polars, as it streams."""
    pl = importlib.import_module("polars")
    table = pl.scan_csv(path, infer_schema=False)
    key, held = pl.col("id").str.strip_chars(), pl.LazyFrame({"id": HELD})
    bad = pl.sum_horizontal([(~pl.col(name).str.contains(GRAMMAR)).sum() for name in NUMBERS])
    large = pl.sum_horizontal([(pl.col(name).cast(pl.Float64, strict=False).abs() > SINGLE).sum() for name in NUMBERS])
    asked = table.select(
        bad.alias("bad"), large.alias("large"), (pl.len() - key.n_unique()).alias("repeated"), pl.len()
    )
    ((wrong, infinite, repeated, rows),) = asked.collect(engine="streaming").rows()
    known = table.select(key).join(held, on="id", how="semi").select(pl.len()).collect(engine="streaming").item()
    table.select(COLUMNS).sink_csv(f"{path}.polars", include_header=False)
    return {"rows": rows, "repeated": repeated, "held": known, "bad": wrong + infinite}


def pyarrow(path: str) -> dict[str, Any]:
    """Check the table with pyarrow, batch by batch."""
    pa, pc, csv = (importlib.import_module(name) for name in ("pyarrow", "pyarrow.compute", "pyarrow.csv"))
    texts = csv.ConvertOptions(column_types={name: pa.string() for name in ["id", *COLUMNS, "note"]})
    held, keys = pa.array(HELD), []
    found = {"rows": 0, "repeated": 0, "held": 0, "bad": 0}
    schema = pa.schema([(name, pa.string()) for name in COLUMNS])
    with csv.CSVWriter(f"{path}.pyarrow", schema, write_options=csv.WriteOptions(include_header=False)) as written:
        parsed = csv.ParseOptions(newlines_in_values=True)
        for batch in csv.open_csv(path, parse_options=parsed, convert_options=texts):
            found["rows"] += len(batch)
            for column in map(batch.column, NUMBERS):
                found["bad"] += len(batch) - pc.match_substring_regex(column, GRAMMAR).true_count
                numbers = pc.cast(pc.utf8_trim_whitespace(column), pa.float64())
                found["bad"] += pc.greater(pc.abs(numbers), SINGLE).true_count
            keys.append(pc.utf8_trim_whitespace(batch.column("id")))
            found["held"] += pc.is_in(keys[-1], held).true_count
            written.write_batch(batch.select(COLUMNS))
    found["repeated"] = found["rows"] - pc.count_distinct(pa.chunked_array(keys)).as_py()
    return found


def hybrid(path: str) -> dict[str, Any]:
    """Read with polars what has no fault, and give every row the identity that it has with us."""
    pl = importlib.import_module("polars")
    compared = Compared()
    for batch in pl.scan_csv(path, infer_schema=False).collect_batches(chunk_size=20_000, maintain_order=True):
        checked = batch.select(pl.col(name).str.contains(GRAMMAR).all() for name in NUMBERS)
        if not all(checked.row(0)):
            raise ContractError(["our reader would be asked for the places now"])
        numbers = batch.select(pl.col(NUMBERS).str.strip_chars().cast(pl.Float64)).to_numpy(order="c")
        texts = np.full((len(batch), len(COLUMNS)), np.nan)
        texts[:, : len(NUMBERS)] = numbers + 0.0
        lines = batch.select(COLUMNS).write_csv(include_header=False).splitlines()
        for place, (key, smiles, site) in enumerate(batch.select("id", "smiles", "site").iter_rows()):
            words = f"\0{len(NUMBERS)}\1{normal(smiles)}\0{len(NUMBERS) + 1}\1{normal(site)}".encode()
            content = hashlib.blake2b(texts[place].tobytes() + words, digest_size=8).hexdigest()
            compared.add(key.strip(), lines[place], content, look_up=True)
    return compared.told()


READERS: dict[str, Callable[[str], dict[str, Any]]] = {
    "ours": ours,
    "polars": polars,
    "pyarrow": pyarrow,
    "hybrid": hybrid,
}


def said(name: str, body: bytes) -> str:
    """Return what a reader says of a small file with a fault."""
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        Path(file.name).write_bytes(body)
        try:
            return str(SAID[name](file.name)).replace(file.name, "t.csv")
        except Exception as error:  # noqa: BLE001 - whatever it says
            return " ".join(str(error).split()).replace(file.name, "t.csv")[:150]


def said_by_ours(path: str) -> object:
    """Read a small file."""
    with Path(path).open("rb") as file:
        return [row.line for row in Scan(path, file, CELLS).rows_of_any()]


def said_by_polars(path: str) -> object:
    """Read a small file; what is no number makes polars say so when the column is cast."""
    pl = importlib.import_module("polars")
    return pl.read_csv(path, infer_schema=False).with_columns(pl.col("y", "a").cast(pl.Float64)).rows()


def said_by_pyarrow(path: str) -> object:
    """Read a small file with the numbers' types."""
    pa, csv = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.csv")
    types = csv.ConvertOptions(column_types={"y": pa.float64(), "a": pa.float64()})
    return csv.read_csv(
        path, parse_options=csv.ParseOptions(newlines_in_values=True), convert_options=types
    ).to_pylist()


SAID: dict[str, Callable[[str], object]] = {"ours": said_by_ours, "polars": said_by_polars, "pyarrow": said_by_pyarrow}

if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(*sys.argv[1:])
    else:
        main()
