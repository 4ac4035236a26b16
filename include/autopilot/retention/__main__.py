"""List what of a model nobody needs any more, and with --remove remove it; without Airflow.

    python -m include.autopilot.retention MODEL [--keep N] [--days N] [--remove]

Without --remove nothing is changed. What stays, always: the champion and everybody who ever was it, the ledger, plans,
requests, predictions, verdicts, costs and reports of all runs, drops, holdouts, prepared drops, searches and templates.
An interrupted removal goes on when the command is run again. docs/retention.md has the rules.

Exit codes: 0 listed, or removed; 1 a removal ended early, run it again; 2 it cannot be read: no such model, or no
permission.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError

from include.autopilot.base.commandline import add_aws_options, aws_clients, command, unreadable
from include.autopilot.base.errors import AutopilotError
from include.autopilot.retention.needed import Policy
from include.autopilot.retention.removing import Remover, listed
from include.autopilot.retention.table import as_json, as_text, size
from include.autopilot.s3.encryption import encrypting
from include.autopilot.settings.config import find_model

DONE, EARLY = 0, 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        config = find_model(asked.model)
        client = aws_clients(asked)
        s3, sagemaker = encrypting(client("s3"), config.encryption, config.name), client("sagemaker")
        found, items = listed(s3, sagemaker, config, Policy(asked.keep, asked.days))
    except AutopilotError as error:
        return unreadable(str(error))
    except (BotoCoreError, ClientError) as error:
        return unreadable(f"AWS could not be asked: {error}")
    if asked.json:
        print(json.dumps([as_json(item) for item in items], indent=2))
    else:
        print(as_text(config.title, items))
    if not asked.remove:
        return DONE
    try:
        freed = Remover(s3, sagemaker, config, found.now).remove(items, lambda line: print(line, file=sys.stderr))
    except (AutopilotError, BotoCoreError, ClientError) as error:
        unreadable(f"The removal ended early; run it again, it goes on: {error}")
        return EARLY
    print(f"{size(freed)} removed.", file=sys.stderr)
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = command("include.autopilot.retention", __doc__)
    add = parser.add_argument
    add("model", metavar="MODEL", help="the name of a file in include/models/ or dags/models/, without .yaml")
    add(
        "--keep",
        metavar="N",
        type=_count,
        default=Policy.keep,
        help="keep the newest N versions (default: %(default)s)",
    )
    add("--days", metavar="N", type=_count, default=Policy.days, help="keep what is younger (default: %(default)s)")
    add("--remove", action="store_true", help="remove what can go; without it nothing is changed")
    add("--json", action="store_true", help="print one JSON list, not a table")
    add_aws_options(parser)
    return parser


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError("it is a number of versions or of days")
    return number


if __name__ == "__main__":
    sys.exit(main())
