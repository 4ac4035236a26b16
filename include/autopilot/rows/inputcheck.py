"""Check a file of new rows against the contract and cut it into chunks that a transform job reads.

It is the check of a drop without its target. A chunk is CSV without a header, ``key,features...`` in the contract's
order; the key is the file's own text, blanks around it included, so that it can be given back as it came.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from include.autopilot.base.errors import ContractError, EmptyFileError, MissingObjectError, ScoringError
from include.autopilot.base.folders import file_rows
from include.autopilot.candidate.contract import Contract
from include.autopilot.rows.inputs import InputFile
from include.autopilot.rows.keytable import SeenKeys
from include.autopilot.rows.scan import Row, Scan
from include.autopilot.s3.objects import write
from include.autopilot.s3.reader import HashedObject

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

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

    Of several files those without any row are left out.

    :param ignore: columns that may be there and are not reported.
    :param folder: where to put the chunks, side by side: their names tell file and place.
    :raises ContractError: files break the contract; one sentence per problem of all files.
    """
    checked: list[CheckedInput] = []
    problems: list[str] = []
    empty: list[str] = []
    with SeenKeys() as seen:
        for number, file in enumerate(files):
            try:
                checked.append(_check(s3, file, contract, ignore, file_rows(folder, number), seen))
            except EmptyFileError as error:
                empty += error.problems
            except ContractError as error:
                problems += error.problems
    if problems or not checked:
        raise ContractError(problems or empty)
    return tuple(checked)


def _check(
    s3: S3Client, file: InputFile, contract: Contract, ignore: Sequence[str], stem: str, seen: SeenKeys
) -> CheckedInput:
    with closing(_opened(s3, file)) as stream:
        select = (contract.key, *contract.features)
        scan = Scan(file.uri, stream, contract, ignore, select, seen, measured=False)
        chunks: list[Chunk] = []
        for body, rows in _chunks(scan.blocks()):
            uri = f"{stem}-chunk{len(chunks):05d}.csv"
            # What breaks the contract is not scored, so the rest of it need not be written.
            if not scan.faulty:
                write(s3, uri, body, "text/csv", file.source)
            chunks.append(Chunk(uri, rows))
        if not chunks:
            raise EmptyFileError([f"{file.uri} has a header and no rows. Put the rows there, or take the file away."])
        return CheckedInput(file.uri, file.name, stream.sha256(), scan.rows, tuple(chunks), scan.extra, file.source)


def _opened(s3: S3Client, file: InputFile) -> HashedObject:
    """Open exactly what was listed."""
    try:
        return HashedObject(s3, file.uri, file.etag)
    except MissingObjectError as error:
        raise ScoringError(
            f"input: {file.uri} was changed or deleted while the scoring began. Run the scoring again."
        ) from error


def _chunks(blocks: Iterable[list[Row]]) -> Iterator[tuple[bytes, int]]:
    """Yield the lines of rows as bytes of some size, and how many each has."""
    body, rows = bytearray(), 0
    for row in chain.from_iterable(blocks):
        body += f"{row.line}\n".encode()
        rows += 1
        if len(body) >= _CHUNK_BYTES:
            yield bytes(body), rows
            body, rows = bytearray(), 0
    if rows:
        yield bytes(body), rows
