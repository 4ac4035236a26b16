"""Makes what an Amazon MWAA bucket needs: ``dags/``, ``plugins.zip`` and ``requirements.txt``.

``plugins.zip`` holds ``plugins/`` and ``include/``: on MWAA the plugins folder is the one folder that every Airflow
component has on its path. The same commit gives the same bytes, so an unchanged bundle is no new version in S3. The
commit is in it (``include/REVISION``), since MWAA has no git to ask: the ledger names it beside every model.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from include.autopilot.champion.revision import BUNDLED, UNKNOWN, code_revision

ROOT = Path(__file__).resolve().parent.parent
# The embedded AWS is for machines without an account, and BACE is put into S3 from outside Airflow. What makes a wheel
# of the operators is of no use where they lie in the plugins folder.
LEFT_OUT = (
    "include/local_aws",
    "include/bace",
    "plugins/include",
    "plugins/airflow_sagemaker_once/README.md",
    "plugins/airflow_sagemaker_once/pyproject.toml",
)
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest moment a zip file can name
_UNIX, _FILE_MODE = 3, 0o100644


def main(arguments: list[str] | None = None) -> int:
    """Write the bundle, replacing an older one; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", nargs="?", type=Path, default=ROOT / "dist" / "mwaa")
    parser.add_argument("--without", nargs="+", default=[], metavar="MODEL", help="models that stay at home")
    asked = parser.parse_args(arguments)
    target: Path = asked.target
    left_out = tuple(f"include/models/{model}.yaml" for model in asked.without)
    for file in left_out:
        if not (ROOT / file).is_file():
            parser.error(f"there is no {file} to leave out")
    if target.exists() and not (target / "plugins.zip").exists() and any(target.iterdir()):
        print(f"{target} holds something else than a bundle: name another folder", file=sys.stderr)
        return 1
    revision = bundle(ROOT, target, left_out)
    for path in sorted(path for path in target.rglob("*") if path.is_file()):
        print(f"{path.stat().st_size:>9,}  {path.relative_to(target)}")
    print(f"revision of the code: {revision}")
    return 0


def bundle(root: Path, target: Path, left_out: Sequence[str] = ()) -> str:
    """Write the bundle of the sources under ``root`` into ``target``, which is emptied first; gives their revision.

    A revision that is not known is not written: the code then says ``unknown`` itself.

    :param left_out: files and folders that stay at home, beside :data:`LEFT_OUT`.
    """
    revision = code_revision(root)
    shutil.rmtree(target, ignore_errors=True)
    for path in _sources(root, "dags"):
        copy = target / path.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    (target / "requirements.txt").write_bytes((root / "requirements.txt").read_bytes())
    with zipfile.ZipFile(target / "plugins.zip", "w") as archive:
        for path in _sources(root, "plugins"):
            _add(archive, path.relative_to(root / "plugins"), path.read_bytes())
        for path in _sources(root, "include", left_out):
            _add(archive, path.relative_to(root), path.read_bytes())
        if revision != UNKNOWN:
            _add(archive, Path(BUNDLED), f"{revision}\n".encode())
    return revision


def _sources(root: Path, room: str, left_out: Sequence[str] = ()) -> Iterator[Path]:
    """Yield the files of a room in a fixed order, without byte code, hidden files and what stays at home."""
    for path in sorted((root / room).rglob("*")):
        place = path.relative_to(root)
        stays = any(place.is_relative_to(part) for part in (*LEFT_OUT, *left_out)) or "__pycache__" in place.parts
        hidden = path.name.startswith(".") and path.name != ".airflowignore"
        if path.is_file() and not stays and not hidden:
            yield path


def _add(archive: zipfile.ZipFile, name: Path, content: bytes) -> None:
    entry = zipfile.ZipInfo(name.as_posix(), _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = _UNIX
    entry.external_attr = _FILE_MODE << 16
    archive.writestr(entry, content)


if __name__ == "__main__":
    sys.exit(main())
