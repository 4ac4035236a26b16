"""``python -m include.bace --root s3://bucket/prefix``: cut BACE into dated drops and put them into S3."""

import argparse
import logging
import os
import sys
from datetime import date
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from include.autopilot.base.errors import WriteDeniedError
from include.autopilot.base.source import marked
from include.autopilot.s3.encryption import encrypting
from include.autopilot.settings.config import load_models
from include.bace.cut import cut
from include.bace.errors import BaceError
from include.bace.publish import publish
from include.bace.scaffolds import cut_by_scaffold
from include.bace.source import load

CUTS = {"compound": cut, "scaffold": cut_by_scaffold}
CACHE = Path("~/.cache/airflow-autopilot")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m include.bace", description=__doc__)
    parser.add_argument("--root", required=True, help="s3://bucket/prefix of the model")
    parser.add_argument(
        "--by", choices=CUTS, default="compound", help="what the holdout has that no drop has (compound)"
    )
    parser.add_argument("--until", type=date.fromisoformat, help="YYYY-MM-DD: the last drop to deliver; default all")
    parser.add_argument("--cache", type=Path, default=CACHE, help=f"folder for the downloaded file ({CACHE})")
    chosen = parser.parse_args(arguments)
    logging.basicConfig(format="%(message)s", stream=sys.stderr)
    try:
        table = load(os.environ, chosen.cache.expanduser())
        # Endpoint, region and credentials are boto3's own business: its environment variables and files decide.
        published = publish(
            _s3(chosen.root), chosen.root, CUTS[chosen.by](table.frame), table.data_source, chosen.until
        )
    except (BaceError, WriteDeniedError, BotoCoreError, ClientError) as error:
        print(f"include.bace: {error}", file=sys.stderr)
        return 1
    for item in published:
        state = "written" if item.written else "already there"
        print(marked(f"{item.uri}: {item.rows} rows, {state}", table.data_source))
    written = sum(item.written for item in published)
    print(f"{len(published)} objects, {written} written; data source: {table.data_source}")
    return 0


def _s3(root: str) -> Any:
    """Return a client that encrypts as the model whose root it is says in its YAML."""
    found = next((one for one in load_models() if one.root == root.rstrip("/")), None)
    return encrypting(boto3.client("s3"), found.encryption if found else None, found.name if found else "<model>")


if __name__ == "__main__":
    sys.exit(main())
