"""Try a real Autopilot job's winner here, before anything is paid for: ``make try AUTOPILOT=folder``.

The folder has the responses of the job and of its steps, the generated module ``dppN.py`` and the table as CSV;
docs/try.md has the commands that save them. A copy of this program gets a model whose template comes from those
responses; the table's rows become a sealed holdout and one or two drops; then the product's own DAG retrains, the
featurizer included, once for each drop.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from include.autopilot.base.errors import AutopilotError
from include.autopilot.drops.delivery import deliver_drop, deliver_holdout, require_bucket
from include.autopilot.settings.config import ModelConfig, load_models
from include.autopilot.template.published import saved_form
from include.local_aws.process import StartFailed, start
from scripts.airflow_env import HOME_REGION, REGION, ROOT
from scripts.try_candidate import FitFailed, client, make_candidate, region_of
from scripts.try_export import Export, TrialRefused, read_export
from scripts.try_rows import Cut, Wish, cut

_PROGRAM = ("dags", "include", "plugins", "scripts")
_SEALED = "sealed"
_NOTES = [
    "A trial on the embedded AWS, whose estimators and libraries are not those of Autopilot's images.",
    "The dates of the drops are invented.",
]
# Invented, and said to be: when the rows came is not known, and nothing here depends on when it is run.
DAYS = (date(2024, 1, 1), date(2024, 2, 1))


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make try", description=__doc__)
    parser.add_argument("folder", type=Path, help="what was exported of the job")
    parser.add_argument("--job", help="the Autopilot job, where the folder has several")
    parser.add_argument("--labels", help="the classes, where the module does not name them: no,yes")
    parser.add_argument("--csv", type=Path, help="the table, where the folder has several")
    parser.add_argument("--key", help="the column that identifies a row")
    parser.add_argument("--date-column", help="the first drop has the oldest rows by this column")
    parser.add_argument(
        "--share", type=share, default=0.5, help="of the rows, how many the first drop has; 1: one drop"
    )
    parser.add_argument("--holdout", type=share, default=0.2, help="the share of the rows that is sealed")
    parser.add_argument("--place", type=Path, help="emptied first; .local/try")
    asked = parser.parse_args(arguments)
    began = time.monotonic()
    try:
        code = run(asked)
    except TrialRefused as error:
        print(f"make try: nothing was started. {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    except (AutopilotError, FitFailed, StartFailed) as error:
        print(f"make try: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    print(f"tried in {time.monotonic() - began:.0f} s")
    return code


def share(text: str) -> float:
    """Read a share of the rows.

    :raises ArgumentTypeError: it is not between 0 and 1.
    """
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no share: write a number above 0 and up to 1")
    return value


def run(asked: argparse.Namespace) -> int:
    """Read, refuse or prepare, retrain; returns the exit code of the retraining.

    :raises TrialRefused: something cannot be tried; nothing was started.
    """
    folder: Path = asked.folder
    table = asked.csv or only_table(folder)
    with TemporaryDirectory() as aside:
        export = read_export(folder, asked.job, DAYS[0].isoformat(), Path(aside) / "template.json", asked.labels)
        wish = Wish(asked.key, asked.date_column, asked.share, asked.holdout)
        cut(table, export.template.schema, wish, Path(aside))  # what is refused leaves the last trial as it is
    place = emptied(asked.place or ROOT / ".local" / "try")
    parts = cut(table, export.template.schema, wish, place / "rows")
    written = place / "template.json"
    written.write_text(json.dumps(saved_form(export.template), indent=2), encoding="utf-8")
    tell(folder, export, table, parts)
    program = copied_program(place / "program")
    model = written_model(program, export, parts, written)
    prepare(program, model, export, parts, table)
    command = [sys.executable, "-m", "scripts.demo", "--model", model.name, "--folder", str(place / "run")]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "AWS_", "PYTHON"))}
    own = {**kept, REGION: region_of(export.template)}
    return subprocess.run(command, cwd=program, env=own, check=False).returncode


def only_table(folder: Path) -> Path:
    """Return the one CSV file of a folder.

    :raises TrialRefused: there is none, or there are several.
    """
    found = sorted(folder.glob("*.csv")) if folder.is_dir() else []
    if len(found) == 1:
        return found[0]
    if not folder.is_dir():
        raise TrialRefused(f"{folder} is no folder.")
    if not found:
        raise TrialRefused(
            f"{folder} has no CSV file. Copy the table there, with its header, or say where it is: CSV=table.csv"
        )
    raise TrialRefused(f"{folder} has {', '.join(path.name for path in found)}. Say which is the table: CSV={found[0]}")


def emptied(place: Path) -> Path:
    """Make a folder anew."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    return place.resolve()


def tell(folder: Path, export: Export, table: Path, parts: Cut) -> None:
    """Say what was found, and what of it is used."""
    schema = export.template.schema
    template = export.template
    programs = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.py"))
    others = [path for path in programs if path != export.place]
    caution = (
        "The embedded AWS stands for the images, with estimators of its own and newer libraries: figures are not those "
        "of AWS. It was tried on public modules of Autopilot's with rows made up, never yet on all that one job left."
    )
    lines = [
        f"job        {export.job}: {template.problem_type}, {export.algorithm}, {template.objective.metric}",
        f"candidate  {template.candidate}",
        f"module     {export.place}: {len(schema.features)} features, target {schema.target}; it is run here",
        *([f"not used   {', '.join(others)}"] if others else []),
        f"table      {table}: {parts.said}",
        *([f"ignored    {', '.join(parts.ignore)}"] if parts.ignore else []),
        caution,
    ]
    print("\n".join(lines), flush=True)


def copied_program(target: Path) -> Path:
    """Copy the program, without its models: the one that is tried is the only one, and is nobody else's."""
    for name in _PROGRAM:
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    for path in (target / "include" / "models").glob("*.yaml"):
        path.unlink()
    return target


def written_model(program: Path, export: Export, parts: Cut, template: Path) -> ModelConfig:
    """Write the model's YAML and read it as Airflow will.

    :raises ConfigError: it cannot be used.
    """
    name = f"try_{re.sub('[^a-z0-9]+', '_', export.job.lower()).strip('_')}"
    keys = {
        "name": name,
        "title": f"a trial of {export.job}",
        "schedule": None,
        "start_date": DAYS[0],
        "root": f"s3://autopilot-try/{name}",
        "target": export.template.schema.target,
        "key": parts.key,
        "ignore": list(parts.ignore),
        "holdouts": [_SEALED],
        "validation_fraction": 0.2,
        "featurizer": "refit",
        "notes": _NOTES,
        "autopilot": {"template": str(template)},
    }
    models = program / "include" / "models"
    (models / f"{name}.yaml").write_text(yaml.safe_dump(keys, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return load_models(models)[0]


def prepare(program: Path, model: ModelConfig, export: Export, parts: Cut, table: Path) -> None:
    """Put the module, the holdout and the drops into the S3 of the embedded AWS, where the retraining finds them."""
    data = program / ".local" / "up" / "aws"
    data.mkdir(parents=True)
    with start(data) as aws:
        s3 = client("s3", aws.url, HOME_REGION)
        require_bucket(s3, model, make=True)
        seconds = make_candidate(aws.url, s3, export, parts.drops[0])
        print(f"fitted the featurizer as the described job does, on the first drop: {seconds} s", flush=True)
        print(deliver_holdout(s3, model, parts.sealed, _SEALED, source=table.name).uri, flush=True)
        for path, day in zip(parts.drops, DAYS, strict=False):
            print(deliver_drop(s3, model, path, day.isoformat(), DAYS[-1], source=table.name).uri, flush=True)


if __name__ == "__main__":
    sys.exit(main())
