"""Writes ``.env`` for docker-compose.yaml: fresh secrets for the names in ``.env.example``.

A file that is there is kept; secrets that it lacks are added to it.
"""

from __future__ import annotations

import argparse
import base64
import os
import re
import secrets
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str] | None = None) -> int:
    """Write the file, or add what it lacks; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", nargs="?", type=Path, default=ROOT / ".env")
    target: Path = parser.parse_args(arguments).target
    text = filled((ROOT / ".env.example").read_text(encoding="utf-8"))
    try:
        # Exclusive: a new password would lock Airflow out of the database that was made with the old one.
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
    except FileExistsError:
        added = _add_missing(target, text)
        print(f"{target.name} is there already: kept{', with ' + ', '.join(added) + ' added' if added else ''}")
        return 0
    print(f"{target.name} written")
    return 0


def filled(example: str) -> str:
    """Give every name that has no value a random one of 32 bytes in URL-safe base64 (what a Fernet key must be)."""
    lines = example.splitlines()
    return (
        "\n".join(line + _secret() if line.endswith("=") and not line.startswith("#") else line for line in lines)
        + "\n"
    )


def _add_missing(target: Path, text: str) -> list[str]:
    """Add the secrets of ``text`` that a file lacks, and return their names."""
    secret = re.findall(r"^(\w+)=$", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
    written = target.read_text(encoding="utf-8")
    missing = [name for name in secret if not re.search(rf"^\s*(export\s+)?{name}\s*=", written, re.MULTILINE)]
    values = dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))
    if missing:
        end = "" if written.endswith("\n") or not written else "\n"
        with target.open("a", encoding="utf-8") as file:
            file.write(end + "".join(f"{name}={values[name]}\n" for name in missing))
    return missing


def _secret() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


if __name__ == "__main__":
    sys.exit(main())
