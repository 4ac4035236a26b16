"""Write the YAML of a new model, from a table or from an Autopilot job that exists, and say what to do next.

    python -m include.autopilot.newmodel churn --csv t.csv --target churned --holdout 0.2 --date 2024-06-01
    python -m include.autopilot.newmodel churn --automl-job churn-2023 --key customer_id --date 2024-06-01

Nothing is guessed: what the table does not say is asked for. With --holdout or --holdout-from the table is cut into the
first drop and a sealed holdout, as files on this machine. Exit codes: 0 written; 2 not, and the reason is printed.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from include.autopilot.base.commandline import add_aws_options, aws_clients, command, unreadable
from include.autopilot.base.errors import AutopilotError, DraftError
from include.autopilot.draft.blank import LOCAL_BUCKET, Draft, fill_in, title_of
from include.autopilot.draft.cut import DROP, SEALED, Cut, by_date, by_share, write_cut
from include.autopilot.draft.goal import Goal, goal_of
from include.autopilot.draft.job import Found, ask
from include.autopilot.draft.keys import key_of
from include.autopilot.draft.recency import why_sealed
from include.autopilot.draft.suspects import Suspect, suspects_of
from include.autopilot.draft.table import Column, Table, read_table
from include.autopilot.draft.typednames import check_name, find_column, listed
from include.autopilot.draft.typedvalues import first_day, first_sealed, holdout_share
from include.autopilot.requests.searchrequest import FEWEST_ROWS
from include.autopilot.settings.config import load_models, parse_model
from include.autopilot.settings.gate import GateConfig
from include.autopilot.settings.modelfiles import model_files

MODELS = Path(__file__).resolve().parents[1] / "models"
FILES = Path(".local/new")
_SPOKEN = {"amount": "amounts", "datetime": "dates", "boolean": "yes and no"}


@dataclass
class Outcome:
    """What was drafted.

    :param told: sentences for the person who asked.
    :param table: what was read, where there is a table.
    :param searches_again: whether every run searches, since the job left no steps to replay.
    """

    draft: Draft
    told: list[str] = field(default_factory=list)
    table: Table | None = None
    searches_again: bool = False


def main(arguments: Sequence[str] | None = None, models: Path | None = None) -> int:
    """Run the command; returns the exit code.

    :param models: the folder that gets the YAML and has all other models; unless told it goes to include/models/, and
        there may be others in dags/models/.
    """
    try:
        asked = _parser().parse_args(arguments)
        check_name(asked.name)
        path = (models or MODELS) / f"{asked.name}.yaml"
        for there in model_files(models).get(path.name, []):
            raise DraftError(f"{_typed(Path(str(there)))} is there already. Edit it, remove it, or take another NAME.")
        outcome = _from_job(asked) if asked.automl_job else _from_table(asked)
        cut = _cut(asked, outcome)
        _judging(outcome, cut)
        text = _checked(outcome.draft, models)
        files = _written(outcome, cut)
        path.write_text(text, encoding="utf-8")
    except AutopilotError as error:
        return unreadable(str(error))
    except (BotoCoreError, ClientError) as error:
        return unreadable(f"AWS could not be asked: {error}")
    print(
        "\n".join([f"{_typed(path)} written", *(f"  {line}" for line in outcome.told), *_next(asked, outcome, files)])
    )
    return 0


def _from_table(asked: argparse.Namespace) -> Outcome:
    """Draft a model with a search of its own."""
    if not (asked.csv and asked.target):
        raise DraftError("Say which table and which of its columns to predict: CSV=table.csv TARGET=column")
    table = read_table(asked.csv)
    target = find_column(table.header, asked.target, "TARGET", table.file)
    goal = goal_of(table, target, asked.problem_type)
    key = key_of(table, target, asked.key)
    suspects = suspects_of(table, target, key)
    ignore = [one.name for one in suspects if one.clear]
    features = [column for column in table.columns() if column.name not in (target, key, *ignore)]
    if not features:
        raise DraftError(f"{table.file}: besides key and target there is no column left to learn from.")
    draft = Draft(
        name=asked.name,
        title=title_of(asked.name),
        target=target,
        key=key,
        ignore=ignore,
        problem_type=goal.problem_type,
        metric=goal.metric,
        start_date=asked.date,
        cutoff=asked.date,
        root=asked.root or f"s3://{LOCAL_BUCKET}/{asked.name}",
        remarks={"target": [f"Seen: {goal.told}."], "ignore": _remarks(suspects)},
    )
    told = [
        f"{goal.problem_type} of {target} ({goal.told}), metric {goal.metric}, key {key}",
        f"learns from {_kinds(features)}",
        *_suspected(suspects),
        *_unmeasured(goal),
        *goal.alike,
    ]
    return Outcome(draft, told, table)


def _from_job(asked: argparse.Namespace) -> Outcome:
    """Draft a model that retrains the winner of a job; a table says which columns its drops have besides."""
    client = aws_clients(asked)
    found = ask(client("sagemaker"), client("s3"), asked.automl_job)
    table = read_table(asked.csv) if asked.csv else None
    key = _key_beside(found, table, asked.key)
    wanted = (*found.columns, key)
    ignore = [name for name in table.header if name.strip() and name not in wanted] if table and found.columns else []
    draft = Draft(
        name=asked.name,
        title=title_of(asked.name),
        target=found.target,
        key=key,
        ignore=ignore,
        problem_type=found.problem_type,
        metric=found.metric,
        start_date=found.began,
        cutoff=found.began,
        root=asked.root or f"s3://{found.bucket}/{asked.name}",
        role_arn=found.role_arn,
        job=found.job,
        remarks={"autopilot": [f"Its data end when it began, {found.began}: no run may have an earlier cutoff."]},
    )
    again = "its winner is retrained" if found.replays else "of the ENSEMBLING mode: every run searches again"
    told = [
        f"{found.problem_type} of {found.target}, metric {found.metric}, key {key}; {again}",
        *([f"a drop has the columns {listed((key, *found.columns))}"] if found.columns else []),
        *([f"ignored, since the job has not seen them: {listed(ignore)}"] if ignore else []),
    ]
    return Outcome(draft, told, table, searches_again=not found.replays)


def _kinds(features: Sequence[Column]) -> str:
    """Say how many columns there are of each kind that a search reads."""
    counts: Counter[str] = Counter(column.kind.name for column in features)
    told = [f"{counts[kind]} of {what}" for kind, what in _SPOKEN.items() if counts[kind]]
    texts = len(features) - sum(counts[kind] for kind in ("numeric", *_SPOKEN))
    return ", ".join((f"{counts['numeric']} columns of numbers", *told)) + f" and {texts} of texts"


def _key_beside(found: Found, table: Table | None, asked: str | None) -> str:
    """Return the key of a job's drops; the job, which has not seen it, cannot tell."""
    if asked in found.columns:
        raise DraftError(f"KEY={asked} is a feature or the target of {found.job}. The key is a column beside them.")
    if table is None:
        if asked is None:
            raise DraftError(
                f"{found.job} has not seen what identifies a row. Say KEY=column, or CSV=table.csv with rows like "
                "those of a drop."
            )
        return asked
    if lacking := [name for name in found.columns if name not in table.header]:
        raise DraftError(f"{table.file} lacks columns that {found.job} has learnt from: {listed(lacking)}.")
    beside = [name for name in table.header if name not in found.columns]
    places = [table.header.index(name) for name in beside]
    return key_of(replace(table, header=beside, rows=[[row[at] for at in places] for row in table.rows]), "", asked)


def _checked(draft: Draft, models: Path | None) -> str:
    """Return the YAML, read once as Airflow will read it.

    :raises ConfigError: it could not be used.
    :raises DraftError: another model has the same folder in S3.
    """
    text = fill_in(draft)
    model = parse_model(text, f"{draft.name}.yaml")
    if (model.target, model.key, model.ignore) != (draft.target, draft.key, tuple(draft.ignore)):
        raise DraftError(f"{draft.name}.yaml would not say what was meant; rename columns with unusual signs.")
    if shared := [other.name for other in load_models(models) if other.root == model.root]:
        raise DraftError(f"The model {shared[0]} has the folder {model.root} already. Say ROOT=s3://bucket/folder")
    return text


def _cut(asked: argparse.Namespace, outcome: Outcome) -> Cut | None:
    """Cut the holdout, if that was asked for."""
    table = outcome.table
    if asked.holdout is None and asked.holdout_from is None:
        return None
    if table is None:
        raise DraftError("A HOLDOUT is cut from a table: say CSV=table.csv, too.")
    if asked.holdout_from is None:
        return by_share(table, outcome.draft.key, asked.holdout)
    if asked.holdout is not None or asked.date_column is None:
        raise DraftError("Say either HOLDOUT=0.2, or HOLDOUT_FROM=2024-06-01 with DATE_COLUMN=column.")
    column = find_column(table.header, asked.date_column, "DATE_COLUMN", table.file)
    return by_date(table, column, asked.holdout_from)


def _judging(outcome: Outcome, cut: Cut | None) -> None:
    """Say in the draft and to the person why the form's rows cannot judge, or its window not be used."""
    draft, table = outcome.draft, outcome.table
    # Every run of a job without steps searches, too.
    searches = draft.job is None or outcome.searches_again
    why = why_sealed(table, cut, draft) if table and searches else None
    gate, window = [], []
    if why is not None:
        draft = replace(draft, judge_on="sealed", window="all")
        gate = [f"Here the holdout: {why}. With a larger first drop write judge_on: recent, and window: auto below."]
        outcome.told.append(f"the holdout judges: {why}")
    elif outcome.searches_again:
        draft = replace(draft, window="all")
        window = ["Not auto: every run searches again, and a second model would need a second search."]
    outcome.draft = replace(draft, remarks={**draft.remarks, "gate": gate, "window": window})


def _written(outcome: Outcome, cut: Cut | None) -> tuple[str, str]:
    """Write what was cut; gives the files of the drop and of the holdout, as they are typed."""
    table, told = outcome.table, outcome.told
    if table is None or cut is None:
        if table is not None and outcome.draft.job is None:
            _tell_few(told, len(table.rows), "the table")
            told.append("nothing is sealed yet: bring rows that are in no drop, or remove the YAML and add HOLDOUT=0.2")
        return table.file if table else "your-drop.csv", "your-sealed-rows.csv"
    folder = FILES / outcome.draft.name
    rows = write_cut(table, cut, folder)
    told.append(f"{folder / DROP}: {rows[DROP]:,} rows; {folder / SEALED}: {rows[SEALED]:,} rows that no training sees")
    if outcome.draft.job is None:
        _tell_few(told, rows[DROP], "the drop")
    fewest = GateConfig().min_holdout_rows
    if outcome.draft.judge_on == "sealed" and rows[SEALED] < fewest:
        told.append(
            f"attention: the gate promotes nothing on fewer than {fewest} sealed rows. Seal more, or set "
            f"min_holdout_rows: {rows[SEALED]} below gate and trust its verdicts less"
        )
    return str(folder / DROP), str(folder / SEALED)


def _tell_few(told: list[str], rows: int, what: str) -> None:
    if rows < FEWEST_ROWS:
        told.append(
            f"attention: Autopilot searches {FEWEST_ROWS} rows or more, and {what} has {rows:,}: add rows first"
        )


def _remarks(suspects: Sequence[Suspect]) -> list[str]:
    """Say above ``ignore`` why a column is in it, and which others to look at."""
    clear = [f"- {found}." for found in _together(suspects, clear=True)]
    doubtful = [f"- {found}." for found in _together(suspects, clear=False)]
    return [*clear, *(["Not ignored; look at them:"] if doubtful else []), *doubtful]


def _suspected(suspects: Sequence[Suspect]) -> list[str]:
    return [
        *(f"ignored: {found}" for found in _together(suspects, clear=True)),
        *(f"look at: {found}" for found in _together(suspects, clear=False)),
    ]


def _together(suspects: Sequence[Suspect], clear: bool) -> list[str]:
    """Return a sentence for each reason, with the columns that it is the reason for."""
    found: dict[str, list[str]] = {}
    for one in suspects:
        if one.clear is clear:
            found.setdefault(one.why, []).append(one.name)
    return [f"{listed(names)}{': each' if len(names) > 1 else ''} {why}" for why, names in found.items()]


def _unmeasured(goal: Goal) -> list[str]:
    return [f"{goal.unmeasured:,} rows have no target and are of no use"] if goal.unmeasured else []


def _next(asked: argparse.Namespace, outcome: Outcome, files: tuple[str, str]) -> list[str]:
    """Say what to type next; the job of an account is in no embedded AWS, which only its export can be brought to."""
    draft, (drop, sealed) = outcome.draft, files
    account = draft.job is not None and not (asked.endpoint_url or os.environ.get("AWS_ENDPOINT_URL"))
    where = " AWS=1" if account else ""
    delivered = [
        f"  make drop FILE={sealed} MODEL={draft.name} HOLDOUT={draft.holdouts[0]}{where}",
        f"  make drop FILE={drop} MODEL={draft.name} DATE={asked.date}{where}",
    ]
    if not account:
        return ["next:", *delivered, f"  make demo MODEL={draft.name}"]
    tried = "" if outcome.searches_again else "; to try it on this machine before you pay: docs/try.md"
    return [
        f"next, in your AWS account{tried}:",
        *delivered,
        "  make mwaa-bundle",
        f"then upload it (docs/mwaa.md), and trigger {draft.name}_retrain with dry_run (docs/from-lambda.md)",
    ]


def _typed(path: Path) -> Path:
    """Return a path as a person types it here."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _parser() -> argparse.ArgumentParser:
    parser = command("include.autopilot.newmodel", __doc__)
    add = parser.add_argument
    add("name", metavar="NAME", help="the model's name: its DAGs are called <NAME>_retrain and so on")
    add("--csv", type=Path, metavar="FILE", help="a table with a header")
    add("--target", metavar="COLUMN", help="the column to predict")
    add("--key", metavar="COLUMN", help="the column that identifies a row, where several could")
    add("--problem-type", metavar="TYPE", help="where the target does not say: Regression, BinaryClassification, ...")
    add("--holdout", type=holdout_share, metavar="SHARE", help="seal this share of the rows, by a hash of their keys")
    add("--holdout-from", type=first_sealed, metavar="DATE", help="seal the rows from a date on, with --date-column")
    add("--date-column", metavar="COLUMN", help="the column that dates the rows")
    add("--date", type=first_day, required=True, metavar="DATE", help="the first drop's date")
    add("--automl-job", metavar="JOB", help="an Autopilot job whose winner is to be retrained")
    add("--root", metavar="URI", help="the model's folder in S3; s3://autopilot-retrain/<NAME>, or the job's bucket")
    add_aws_options(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
