"""Deliver a file as a new drop to the embedded S3 of a running ``make up``: ``make drop FILE=new.csv``."""

from __future__ import annotations

import argparse
import io
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from include.autopilot.config import ModelConfig, load_models
from include.autopilot.contract import Contract, contract_of_header
from include.autopilot.data.csvfile import CsvFile
from include.autopilot.data.dropheader import read_header
from include.autopilot.data.header import check_header
from include.autopilot.errors import AutopilotError, DropError, MissingObjectError, TemplateError
from include.autopilot.locations import Locations
from include.autopilot.objects import list_uris, read, write
from include.autopilot.template import current_template
from scripts.airflow_env import LOCAL_ACCOUNT
from scripts.running import UP, NotRunning, running


def main(arguments: list[str] | None = None, folder: Path = UP) -> int:
    """Run the command; returns the exit code.

    :param folder: where the ``make up`` that shall get the drop keeps its note.
    """
    parser = argparse.ArgumentParser(prog="make drop", description=__doc__)
    parser.add_argument("file", type=Path, help="a CSV file with a header")
    parser.add_argument("--date", type=date.fromisoformat, help="YYYY-MM-DD, the drop's date; default today (UTC)")
    parser.add_argument("--model", default="bace", help="whose drop it is: a name in include/models/ (bace)")
    chosen = parser.parse_args(arguments)
    try:
        model = _model(chosen.model)
        aws = running(folder).aws
        s3: Any = boto3.client(
            "s3",
            endpoint_url=aws,
            region_name=LOCAL_ACCOUNT["AWS_DEFAULT_REGION"],
            aws_access_key_id=LOCAL_ACCOUNT["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=LOCAL_ACCOUNT["AWS_SECRET_ACCESS_KEY"],
        )
        print(deliver(s3, model, chosen.file, chosen.date or datetime.now(UTC).date()))
    except (AutopilotError, NotRunning, OSError, BotoCoreError, ClientError) as error:
        print(f"make drop: {error}", file=sys.stderr)
        return 1
    return 0


def deliver(s3: Any, model: ModelConfig, file: Path, day: date) -> str:
    """Check a file's header and put it into a drop; gives a sentence on what was done.

    :raises DropError: it is no CSV file by its name, or the drop holds a file of that name with other bytes.
    :raises ContractError: a column is missing or stands there twice, or it is no CSV.
    :raises OSError: the file cannot be read.
    """
    if not file.name.endswith((".csv", ".csv.gz")) or file.name.startswith(("_", ".")):
        raise DropError(f"{file}: a drop's files are called <name>.csv or <name>.csv.gz. Rename it.")
    body = file.read_bytes()
    locations = Locations(model.root)
    header = CsvFile(str(file), io.BytesIO(body)).header
    extra = check_header(str(file), header, _contract(s3, locations, model), model.ignore)
    uri = f"{locations.drops}/{day.isoformat()}/{file.name}"
    try:
        same = read(s3, uri).body == body
    except MissingObjectError:
        write(s3, uri, body, "text/csv")
        note = f"; the model takes no notice of {', '.join(extra)}" if extra else ""
        return f"{uri}: {len(body):,} bytes written{note}"
    if same:
        return f"{uri}: already there with the same bytes, nothing written"
    raise DropError(f"{uri} is there already with other bytes, and drops do not change. Take another name or date.")


def _contract(s3: Any, locations: Locations, model: ModelConfig) -> Contract:
    """Return what the header must satisfy: the template's columns, else the first drop's, else key and target."""
    try:
        return current_template(s3, locations, model.name).schema.keyed(model.key)
    except TemplateError:
        drops = [uri for uri in list_uris(s3, locations.drops) if uri.endswith((".csv", ".csv.gz"))]
        header = read_header(s3, drops[0]) if drops else [model.key, model.target]
        return contract_of_header(header, model.target, model.key, model.ignore, regression=False)


def _model(name: str) -> ModelConfig:
    models = {model.name: model for model in load_models()}
    if name not in models:
        raise DropError(f"There is no model {name} in include/models/. There are: {', '.join(sorted(models))}.")
    return models[name]


if __name__ == "__main__":
    sys.exit(main())
