"""model.tar.gz: packing what a job leaves, unpacking what a model needs."""

from __future__ import annotations

import tarfile
from pathlib import Path

from include.local_aws.runner.failures import JobFailed


def pack(folder: Path, archive: Path) -> None:
    """Put everything in ``folder`` at the top of a gzipped tar archive."""
    with tarfile.open(archive, "w:gz", compresslevel=6) as tar:
        for path in sorted(folder.iterdir()):
            tar.add(path, arcname=path.name)


def unpack(archive: Path, folder: Path, source: str) -> None:
    """Unpack a gzipped tar archive; nothing in it can write outside ``folder``.

    Raises :class:`JobFailed` naming ``source`` if it is no such archive or tries.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tarfile.open(archive, "r:gz") as tar:
            tar.extractall(folder, filter="data")
    except (tarfile.TarError, OSError, EOFError) as error:
        raise JobFailed(f"ClientError: Failed to extract model data archive {source}: {error}") from error


def has_files(folder: Path) -> bool:
    """Whether a folder holds any file, however deep."""
    return folder.is_dir() and any(path.is_file() for path in folder.rglob("*"))
