"""Reading the generated module out of a model artifact, without trusting the artifact.

The archive is read as a stream and nothing of it is written to disk, unpickled or executed. Only plain files with a
Python name and a modest size are looked at, and reading stops after a fixed amount of unpacked data, so that neither a
link, a device, a path upwards nor an archive that unpacks without end does harm.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from include.autopilot.s3.objects import open_object

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_LARGEST_MODULE = 2_000_000
_MOST_UNPACKED = 2_000_000_000


def python_members(archive: BinaryIO) -> Iterator[tuple[str, str]]:
    """Yield (name, text) for each Python file of a ``model.tar.gz``; what cannot be decoded is passed over.

    :raises tarfile.TarError: it is not such an archive.
    """
    with tarfile.open(fileobj=archive, mode="r|gz") as tar:
        for member in tar:
            if member.offset > _MOST_UNPACKED:
                return
            if not member.isreg() or not member.name.endswith(".py") or member.size > _LARGEST_MODULE:
                continue
            content = tar.extractfile(member)
            if content is not None:
                yield member.name, content.read().decode(errors="replace")


def python_files(s3: S3Client, artifact: str) -> Iterator[tuple[str, str]]:
    """Yield (name, text) for each Python file of an artifact in S3; none where it is no archive.

    :raises MissingObjectError: there is no such object.
    """
    body = open_object(s3, artifact)["Body"]
    try:
        yield from python_members(body)  # type: ignore[arg-type]  # a stream that can be read, which is all tarfile needs
    except (tarfile.TarError, OSError, EOFError):
        return
    finally:
        body.close()
