"""Say whether retraining would have paid, from what is stored: a table, and with --chart a picture; without Airflow.

    python -m include.autopilot.backtest MODEL [--chart FILE.svg]

Nothing is paid for: what models have not predicted yet is named, with the DAG that asks them, <MODEL>_backtest.
Exit codes: 0 there is an answer; 1 there is none yet; 2 it cannot be read: no such model, or no permission.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from include.autopilot.backtest.answer import answer_of
from include.autopilot.backtest.chart import standalone_chart
from include.autopilot.backtest.history import past_of
from include.autopilot.backtest.table import as_text, missing_text
from include.autopilot.base.commandline import add_aws_options, aws_clients, command, unreadable
from include.autopilot.base.cutoff import parse_cutoff
from include.autopilot.base.errors import AutopilotError
from include.autopilot.settings.config import find_model

SOME, NONE = 0, 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        config = find_model(asked.model)
        client = aws_clients(asked)
        s3 = client("s3")
        history = past_of(s3, config, parse_cutoff(asked.cutoff) if asked.cutoff else None)
        answer = answer_of(s3, client("sagemaker"), config, history)
    except AutopilotError as error:
        return unreadable(str(error))
    except (BotoCoreError, ClientError) as error:
        return unreadable(f"AWS could not be asked: {error}")
    missing = missing_text(history, config.name)
    if answer is None:
        why = missing or f"No drop came after two models. Backfill {config.name}_retrain over earlier cutoffs first."
        print(f"{config.title}: there is no backtest yet.\n{why}")
        return NONE
    if asked.chart:
        try:
            asked.chart.write_text(standalone_chart(answer), encoding="utf-8")
        except OSError as error:
            return unreadable(f"{asked.chart} cannot be written: {error.strerror or error}. Name another file.")
    told = "\n\n".join(filter(None, (as_text(answer), missing)))
    print(json.dumps(answer.as_json(), indent=2) if asked.json else told)
    return SOME


def _parser() -> argparse.ArgumentParser:
    parser = command("include.autopilot.backtest", __doc__)
    add = parser.add_argument
    add("model", metavar="MODEL", help="the name of a file in include/models/ or dags/models/, without .yaml")
    add("--cutoff", metavar="DATE", help="models and drops up to this date only")
    add("--chart", metavar="FILE", type=Path, help="write the picture to this SVG file, for light and dark pages")
    add("--json", action="store_true", help="print one JSON object, not a table")
    add_aws_options(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
