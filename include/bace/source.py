"""Where the BACE table comes from: a file the user names, MoleculeNet, or a synthetic stand-in that says so.

The real file is not shipped: the terms of its data are unclear. MoleculeNet's copy is known by its digest, because
other public copies disagree with it (rounded cells, relabelled rows, rewritten SMILES).
"""

import csv
import hashlib
import http.client
import logging
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pandas as pd

from include.bace import synthetic
from include.bace.errors import BaceError

ADDRESS = "https://deepchemdata.s3-us-west-1.amazonaws.com/datasets/bace.csv"
DIGEST = "f3fb9ce90bada3e2bd6148b0df13f8f8145a357bf87df0dd5b391ede974fc737"
DATA_SOURCE = "BACE, MoleculeNet"
VARIABLE = "BACE_CSV"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class BaceTable:
    """The table, every cell still the text of its file, and the words that name its origin everywhere."""

    frame: pd.DataFrame
    data_source: str


def load(environment: Mapping[str, str], cache: Path, address: str = ADDRESS, seconds: float = 30) -> BaceTable:
    """Take the table from the file ``BACE_CSV`` names, else from MoleculeNet, else make the synthetic one.

    :param environment: usually ``os.environ``.
    :param cache: folder where a downloaded copy is kept; made if missing.
    :param seconds: the longest a download may take; a server that does not answer is given up after five.
    :raises BaceError: the named file is missing or is not a BACE table. A file the user names is never replaced.
    """
    named = environment.get(VARIABLE)
    if named:
        return _from_named(Path(named).expanduser())
    content = _cached(cache / "bace.csv") or _downloaded(address, cache / "bace.csv", seconds)
    if content:
        return BaceTable(_parse(content, address), DATA_SOURCE)
    log.warning("Using the %s: set %s to a copy of bace.csv to use the real one", synthetic.DATA_SOURCE, VARIABLE)
    return BaceTable(_parse(synthetic.render(columns()), "synthetic table"), synthetic.DATA_SOURCE)


def columns() -> list[str]:
    """Give the 595 column names of ``bace.csv``, in its order."""
    text = Path(__file__).with_name("header.csv").read_text(encoding="utf-8")
    return next(csv.reader([text.strip()]))


def _from_named(path: Path) -> BaceTable:
    """Read the user's own file, whatever its digest; another than MoleculeNet's becomes part of the source's name."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BaceError(f"{VARIABLE}={path} cannot be read ({error.strerror}): name the file, or unset it") from error
    frame = _parse(content, f"{VARIABLE}={path}")
    digest = _digest(content)
    if digest == DIGEST:
        return BaceTable(frame, DATA_SOURCE)
    name = path.name.encode("ascii", "replace").decode()  # it becomes an HTTP header
    return BaceTable(frame, f"BACE from {name}, which is not MoleculeNet's file (sha256 {digest[:12]})")


def _cached(path: Path) -> bytes | None:
    """Read the copy kept earlier; a damaged one counts as none and is fetched again."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    return content if _digest(content) == DIGEST else None


def _downloaded(address: str, keep: Path, seconds: float) -> bytes | None:
    """Fetch MoleculeNet's file and keep it; None, with the reason logged, when it cannot be had unchanged."""
    try:
        content = _fetch(address, seconds)
    except (OSError, http.client.HTTPException, ValueError) as error:
        log.warning("bace.csv could not be downloaded from %s: %s", address, error)
        return None
    if _digest(content) != DIGEST:
        log.warning("%s now has sha256 %s instead of %s: not used", address, _digest(content), DIGEST)
        return None
    try:
        keep.parent.mkdir(parents=True, exist_ok=True)
        partial = keep.with_suffix(".part")
        partial.write_bytes(content)
        partial.replace(keep)
    except OSError as error:
        log.warning("bace.csv was downloaded but cannot be kept at %s: %s", keep, error)
    return content


def _fetch(address: str, seconds: float) -> bytes:
    """Read an address to its end within a deadline; the socket's own timeout alone would let a trickle go on."""
    deadline = time.monotonic() + seconds
    content = bytearray()
    with urllib.request.urlopen(address, timeout=min(5, seconds)) as answer:  # noqa: S310  the address is ours
        while chunk := answer.read1(1 << 16):
            content += chunk
            if time.monotonic() > deadline:
                raise TimeoutError(f"not finished after {seconds:g} s")
    return bytes(content)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _parse(content: bytes, name: str) -> pd.DataFrame:
    """Read the CSV without interpreting a cell, so that what is published is what was in the file."""
    try:
        frame = pd.read_csv(BytesIO(content), dtype=str, keep_default_na=False, encoding="utf-8")
    except ValueError as error:  # pandas' parser, empty-file and encoding errors are all ValueErrors
        raise BaceError(f"{name} is not a CSV file in UTF-8: {error}") from error
    expected = columns()
    missing = [column for column in expected if column not in frame.columns]
    unknown = [column for column in frame.columns if column not in expected]
    if missing or unknown:
        raise BaceError(
            f"{name} does not have the columns of bace.csv: {len(missing)} missing {missing[:3]}, "
            f"{len(unknown)} unknown {unknown[:3]}; use MoleculeNet's bace.csv"
        )
    return frame[expected]
