"""Check a file of new rows against the contract and cut it into chunks that a transform job reads.

It is the check of a drop without its target. A chunk is CSV without a header, ``key,features...`` in the contract's
order; the key is the file's own text, blanks around it included, so that it can be given back as it came.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING

from include.autopilot.contract import Contract
from include.autopilot.data.cells import Findings, Record, check_numbers
from include.autopilot.data.csvlines import encode_line
from include.autopilot.data.header import check_header
from include.autopilot.data.keysondisk import KeysOnDisk
from include.autopilot.data.rowstream import RowStream
from include.autopilot.errors import ContractError
from include.autopilot.objects import write
from include.autopilot.scoring.inputs import InputFile

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Rows looked at together: enough to make the numeric check fast, few enough to hold as text.
_BLOCK = 2000
# Small enough to hold one in memory beside its predictions, large enough that a million rows are some hundred objects.
_CHUNK_BYTES = 8_000_000


@dataclass(frozen=True)
class Chunk:
    """A part of a file that the transform job reads as one object."""

    uri: str
    rows: int


@dataclass(frozen=True)
class CheckedInput:
    """One file of new rows, checked and cut.

    :param name: of its predictions, below the output folder.
    :param sha256: of its bytes as they lie in S3, 64 hexadecimal digits.
    :param extra: columns nobody asked for; they are left out.
    """

    uri: str
    name: str
    sha256: str
    rows: int
    chunks: tuple[Chunk, ...]
    extra: tuple[str, ...]
    source: str | None


def check_inputs(
    s3: S3Client, files: Sequence[InputFile], contract: Contract, ignore: Sequence[str], folder: str
) -> tuple[CheckedInput, ...]:
    """Check all files and write their chunks; no key may stand twice, in whatever files.

    :param ignore: columns that may be there and are not reported.
    :param folder: where to put the chunks, side by side: their names tell file and place.
    :raises ContractError: files break the contract; one sentence per problem of all files.
    """
    checked: list[CheckedInput] = []
    problems: list[str] = []
    with KeysOnDisk() as seen:
        for number, file in enumerate(files):
            try:
                checked.append(_check(s3, file, contract, ignore, f"{folder}/file{number:05d}", seen))
            except ContractError as error:
                problems += error.problems
    if problems:
        raise ContractError(problems)
    return tuple(checked)


def _check(
    s3: S3Client, file: InputFile, contract: Contract, ignore: Sequence[str], stem: str, seen: KeysOnDisk
) -> CheckedInput:
    findings = Findings(file.uri)
    with RowStream(s3, file) as stream:
        extra = check_header(file.uri, stream.header, contract, ignore, measured=False)
        scan = _Scan(file.uri, stream.header, contract, findings, seen)
        chunks: list[Chunk] = []
        for body, rows in _chunks(scan.lines(stream.records(findings))):
            uri = f"{stem}-chunk{len(chunks):05d}.csv"
            # What breaks the contract is not scored, so the rest of it need not be written.
            if not findings:
                write(s3, uri, body, "text/csv", file.source)
            chunks.append(Chunk(uri, rows))
        findings.raise_if_any()
        if not chunks:
            raise ContractError([f"{file.uri} has a header and no rows. Put the rows there, or take the file away."])
        rows = sum(chunk.rows for chunk in chunks)
        return CheckedInput(file.uri, file.name, stream.sha256, rows, tuple(chunks), extra, file.source)


class _Scan:
    """One pass over a file: finds what is wrong, gives the lines of its chunks."""

    def __init__(self, file: str, header: list[str], contract: Contract, findings: Findings, seen: KeysOnDisk) -> None:
        self._file, self._header, self._findings, self._seen = file, header, findings, seen
        self._key = header.index(contract.key)
        self._numeric = [header.index(column) for column in contract.numeric if column != contract.target]
        self._wanted = [self._key, *(header.index(column) for column in contract.features)]

    def lines(self, records: Iterator[Record]) -> Iterator[str]:
        """Yield one line per row, unless the row has no usable key or breaks in the middle."""
        pick = itemgetter(*self._wanted)
        while block := list(islice(records, _BLOCK)):
            check_numbers(block, self._numeric, self._header, self._findings)
            self._check_keys(block)
            for record in block:
                if record.spans_lines:
                    self._check_breaks(record)
                yield encode_line(pick(record.cells))

    def _check_keys(self, block: Sequence[Record]) -> None:
        column = self._header[self._key]
        keys = [record.cells[self._key].strip() for record in block]
        places = [f"{self._file} row {record.row}" for record in block]
        for record, key, before in zip(block, keys, self._seen.add(zip(keys, places, strict=True)), strict=True):
            if not key:
                self._findings.add(column, record, "has no key", "Give every row its own key")
            elif before is not None:
                self._findings.add(column, record, f"repeats the key {key!r} of {before}", "Keep one of the two rows")

    def _check_breaks(self, record: Record) -> None:
        for position in self._wanted:
            if "\n" in record.cells[position] or "\r" in record.cells[position]:
                column = self._header[position]
                self._findings.add(column, record, "holds a line break", "SageMaker splits rows there; remove it")


def _chunks(lines: Iterator[str]) -> Iterator[tuple[bytes, int]]:
    """Yield the lines as bytes of some size, and how many each has."""
    body, rows = bytearray(), 0
    for line in lines:
        body += f"{line}\n".encode()
        rows += 1
        if len(body) >= _CHUNK_BYTES:
            yield bytes(body), rows
            body, rows = bytearray(), 0
    if rows:
        yield bytes(body), rows
