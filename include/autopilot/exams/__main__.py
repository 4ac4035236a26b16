"""Say how the champions of a model did on every drop before anything learned from it, without Airflow.

    python -m include.autopilot.exams MODEL

Exit codes: 0 there are exams; 1 there is none yet; 2 they cannot be read: no such model, or no permission.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError

from include.autopilot.base.commandline import add_aws_options, aws_clients, command, unreadable
from include.autopilot.base.errors import AutopilotError
from include.autopilot.base.locations import Locations
from include.autopilot.base.source import marked
from include.autopilot.champion.pointer import champion_at
from include.autopilot.exams.standing import standing
from include.autopilot.exams.stored import all_exams, as_json
from include.autopilot.settings.config import find_model

SOME, NONE = 0, 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        config = find_model(asked.model)
        s3, locations = aws_clients(asked)("s3"), Locations(config.root)
        found = all_exams(s3, locations)
    except AutopilotError as error:
        return unreadable(str(error))
    except (BotoCoreError, ClientError) as error:
        return unreadable(f"AWS could not be asked: {error}")
    if asked.json:
        print(json.dumps([as_json(exam) for exam in found], indent=2))
    elif not found:
        print(f"{config.title} has no exam yet: run {config.name}_exam, or retrain it on a new drop.")
    else:
        print("\n".join(marked(exam.sentence, exam.source) for exam in found))
        champion = champion_at(s3, locations)
        arn = champion.version.arn if champion else found[-1].arn
        now = standing(s3, locations, arn, found[-1].moment)
        if now is not None and now.exams:
            print(marked(now.sentence, found[-1].source))
    return SOME if found else NONE


def _parser() -> argparse.ArgumentParser:
    parser = command("include.autopilot.exams", __doc__)
    add = parser.add_argument
    add("model", metavar="MODEL", help="the name of a file in include/models/ or dags/models/, without .yaml")
    add("--json", action="store_true", help="print one JSON list, not lines")
    add_aws_options(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
