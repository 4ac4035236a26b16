"""Writes ``.env`` for docker-compose.yaml: fresh secrets for the names in ``.env.example``."""

from __future__ import annotations

import argparse
import base64
import os
import secrets
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str] | None = None) -> int:
    """Write the file unless it exists; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", nargs="?", type=Path, default=ROOT / ".env")
    target: Path = parser.parse_args(arguments).target
    text = filled((ROOT / ".env.example").read_text(encoding="utf-8"))
    try:
        # Exclusive: a new password would lock Airflow out of the database that was made with the old one.
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
    except FileExistsError:
        print(f"{target.name} is there already: kept")
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


def _secret() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


if __name__ == "__main__":
    sys.exit(main())
