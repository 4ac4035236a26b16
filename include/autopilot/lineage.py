"""Say where predictions come from: model version, run, template, jobs and drops, without Airflow.

    python -m include.autopilot.lineage s3://bucket/model/scores/RUN/new.csv

URI is a predictions file or the folder of one scoring run; or a run's predictions of its holdouts,
s3://bucket/model/runs/RUN/predictions. Drops, holdouts and scored files that are still in S3 are compared with
the digests that were recorded of them, and told to be the same, changed or gone.

Exit codes: 0 the chain is whole, back to the drops; 3 it is broken, and what was found before the break is printed with
where it broke; 2 there is nothing to read: no such predictions, or no permission. A drop that changed later or is gone
breaks no chain: what was recorded of it still says what the model learned from.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError

from include.autopilot.base.commandline import add_aws_options, aws_clients, command, unreadable
from include.autopilot.base.errors import UnreadableError
from include.autopilot.scoring.lineagetree import render
from include.autopilot.scoring.lineagewalk import walk

WHOLE, BROKEN = 0, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        found = walk(aws_clients(asked)("s3"), asked.uri)
    except UnreadableError as error:
        return unreadable(str(error))
    except (BotoCoreError, ClientError) as error:
        return unreadable(f"AWS could not be asked: {error}")
    if asked.json:
        print(json.dumps({"predictions": found.predictions, **found.links, "broken": found.broken}, indent=2))
    else:
        print(render(found))
    return BROKEN if found.broken else WHOLE


def _parser() -> argparse.ArgumentParser:
    parser = command("include.autopilot.lineage", __doc__)
    add = parser.add_argument
    add("uri", metavar="URI", help="a predictions file or folder in S3")
    add("--json", action="store_true", help="print one JSON object, not a tree")
    add_aws_options(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
