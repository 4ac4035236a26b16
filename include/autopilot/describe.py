"""Say what an Autopilot job left and whether it can be replayed, without Airflow.

    python -m include.autopilot.describe my-automl-job --out template.json

NAME is an Autopilot job of either version of the API, by name or ARN, or a template saved earlier (a .json file or an
s3:// address), or a file with a response about the Autopilot job, its candidate or one of its jobs: what lies beside
that file is read in the place of AWS. Without an Autopilot job, name its steps: --transform-job and --training-job.

Exit codes: 0 the candidate can be replayed; 3 it cannot, and the reason is printed (a candidate of the ENSEMBLING mode
can still be searched again, and its template is still written), or --out was asked for and the template could not be
made; 2 it cannot be read: no such job, folder or permission, or something that is not JSON. Where only one part is
denied, the rest is printed all the same.

With --responses DIR nothing is asked of AWS: DIR holds recorded responses, one per file named
<Operation>.<resource name>.json (DescribeAutoMLJob.my-job.json, DescribeTrainingJob.x.json, ListTags.x.json ...), as
boto3 or the AWS CLI print them, and perhaps the generated module (dpp3.py). What is not there is listed as missing; the
answer is then about what is there, so a job whose steps and containers show a finished candidate counts as one that
can be replayed. A template is made only when nothing is missing. docs/describe.md explains the output.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from include.autopilot.base.commandline import UNREADABLE, add_aws_options, aws_clients, command, unreadable
from include.autopilot.base.cutoff import parse_cutoff
from include.autopilot.base.errors import AutopilotError, NotRecordedError, TemplateError, UnreadableError
from include.autopilot.base.lenient import text_at
from include.autopilot.base.metrics import PROBLEM_TYPES
from include.autopilot.base.tree import render
from include.autopilot.candidate.artifacts import Artifacts, InS3
from include.autopilot.candidate.automlsurvey import survey_job
from include.autopilot.candidate.printed import read_response
from include.autopilot.candidate.recorded import Jobs, Recorded
from include.autopilot.candidate.searchtime import search_began
from include.autopilot.candidate.stated import Stated
from include.autopilot.candidate.stepsurvey import survey_steps
from include.autopilot.candidate.survey import Survey, describe_part
from include.autopilot.candidate.winner import candidate_of
from include.autopilot.template.outline import outline
from include.autopilot.template.problem import refusal_of
from include.autopilot.template.published import Template, read_template, saved_form, template_of
from include.autopilot.template.survey import survey_template

REPLAYABLE, NOT_REPLAYABLE = 0, 3
# What names the job that a response or a candidate is about.
_NAMING = ("AutoMLJobName", "CandidateName", "TransformJobName", "TrainingJobName")


@dataclass(frozen=True)
class Sources:
    """Where to read: AWS, or a folder in its place."""

    sagemaker: Any
    artifacts: Artifacts
    s3: Any


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit code."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    jobs = [job for job in (asked.transform_job, asked.training_job) if job is not None]
    if len(jobs) != (2 if asked.name is None else 0):
        parser.error("name an Autopilot job or a template, or both --transform-job and --training-job")
    try:
        until = None if asked.searched_until is None else parse_cutoff(asked.searched_until)
        _read_beside(asked)
        sources = _sources(asked)
        survey, template = _look(asked, sources)
    except NotRecordedError as error:
        return unreadable(f"{asked.responses} does not hold what is asked for. Missing: {error}.")
    except AutopilotError as error:
        return unreadable(str(error))
    except (BotoCoreError, ClientError) as error:
        return unreadable(f"AWS could not be asked: {error}")
    refusal: str | None = None
    if template is None:
        template, refusal = _template(survey, until)
    survey.refuse(refusal_of(survey, template))
    if survey.refusal is not None:
        template, refusal = None, str(survey.refusal)
    found = outline(survey, template, refusal)
    _print(json.dumps(found, indent=2, default=str) if asked.json else render(found))
    denied = isinstance(survey.refusal, UnreadableError)
    code = UNREADABLE if denied else REPLAYABLE if found["replayable"] else NOT_REPLAYABLE
    return code if asked.out is None else _write(asked.out, template, refusal, code)


def _look(asked: argparse.Namespace, sources: Sources) -> tuple[Survey, Template | None]:
    stated = Stated(_listed(asked.columns), asked.target, asked.problem_type, _listed(asked.labels) or ())
    if asked.name is None:
        named = (_name(asked.transform_job), _name(asked.training_job))
        return survey_steps(sources.sagemaker, sources.artifacts, *named, stated), None
    if asked.name.startswith("s3://") or asked.name.endswith(".json"):
        if stated != Stated():
            raise UnreadableError(
                f"{asked.name} is a template, which has its own columns, target and classes: state none."
            )
        try:
            template = read_template(asked.name, sources.s3)
        except TemplateError as error:
            raise UnreadableError(str(error)) from error
        return survey_template(template), template
    name = _name(asked.name)
    try:
        survey = survey_job(sources.sagemaker, sources.artifacts, name, asked.candidate, stated)
    except NotRecordedError as absent:
        jobs: Jobs | None = sources.sagemaker.jobs_of(name) if asked.candidate is None else None
        if jobs is None:
            raise
        told = (jobs.transform, jobs.training, stated, jobs.fit)
        survey = survey_steps(sources.sagemaker, sources.artifacts, *told)
        own = name.lower() in (job.lower() for job in (jobs.transform, jobs.training, jobs.fit) if job)
        job = "the description of the Autopilot job" if own else f"{absent}, which describes the Autopilot job"
        survey.missing.insert(0, job)
    _describe_others(survey, sources.sagemaker)
    return survey, None


def _read_beside(asked: argparse.Namespace) -> None:
    """Take the file of a response for the job that it describes, and its folder for the recorded responses."""
    path = Path(asked.name or "")
    if asked.responses is not None or path.suffix != ".json" or not path.is_file():
        return
    content = read_response(path)
    named = (text_at(content, member) for member in _NAMING)
    name = next((told for told in named if told), None)
    if name is not None or set(content) == {"BestCandidate"}:
        asked.name, asked.responses = name or path.stem, str(path.parent)


def _listed(line: str | None) -> list[str] | None:
    """Read names: those that hold a comma stand in double quotes, as in a CSV file."""
    return None if line is None else [name.strip() for name in next(csv.reader([line], skipinitialspace=True), [])]


def _name(given: str) -> str:
    """Return the name of a job that may be given by its ARN."""
    return given.strip().rpartition("/")[2] if given.strip().startswith("arn:") else given.strip()


def _describe_others(survey: Survey, sagemaker: Any) -> None:
    """Add steps that no replay needs, for people; nothing depends on whether they can be read."""
    for step in survey.steps.all if survey.steps else ():
        if step.role in ("split", "ensemble"):
            aside = Survey(label=survey.label)
            try:
                describe_part(aside, sagemaker, step.role, step.kind, step.name)
            except ClientError:
                continue
            survey.described |= aside.described


def _template(survey: Survey, until: datetime | None) -> tuple[Template | None, str | None]:
    """Return the template, or why there is none.

    :param until: up to when the search saw data; None: until it began.
    """
    try:
        candidate = candidate_of(survey)
        return template_of(candidate, until or search_began(survey.job, survey.described.get("train")), None), None
    except AutopilotError as error:
        return None, str(error)


def _write(path: str, template: Template | None, refusal: str | None, code: int) -> int:
    if template is None:
        print(f"No template was written. {refusal}", file=sys.stderr)
        return code or NOT_REPLAYABLE
    try:
        Path(path).write_text(json.dumps(saved_form(template), indent=2, sort_keys=True) + "\n", encoding="utf-8")
    except OSError as error:
        return unreadable(f"The template could not be written: {error}")
    print(f"Template {template.digest} written to {path}.", file=sys.stderr)
    return code


def _print(text: str) -> None:
    """Print, also where the terminal does not know every sign or nobody reads to the end."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        print(text.encode(encoding, "backslashreplace").decode(encoding), flush=True)
    except BrokenPipeError:
        # Python would complain once more when it ends.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - open until the end


def _sources(asked: argparse.Namespace) -> Sources:
    if asked.responses is not None:
        recorded = Recorded(Path(asked.responses))
        return Sources(recorded, recorded, None)
    if asked.name is not None and asked.name.endswith(".json") and not asked.name.startswith("s3://"):
        return Sources(None, InS3(None), None)  # type: ignore[arg-type]  # a file needs neither
    client = aws_clients(asked)
    s3 = client("s3")
    return Sources(client("sagemaker"), InS3(s3), s3)


def _parser() -> argparse.ArgumentParser:
    parser = command("include.autopilot.describe", __doc__)
    add = parser.add_argument
    add("name", nargs="?", metavar="NAME", help="an Autopilot job, a template saved earlier, or a saved response")
    add("--candidate", metavar="NAME", help="a candidate of the job; without it, the best one")
    add("--transform-job", metavar="NAME", help="the job that featurized, instead of NAME")
    add("--training-job", metavar="NAME", help="the job that trained the algorithm, instead of NAME")
    add("--columns", metavar="A,B,C", help="the training data's header as CSV, where no generated module tells it")
    add("--labels", metavar="NO,YES", help="the classes by index, the negative one first, where it names none")
    add("--target", metavar="COLUMN", help="the target, where no Autopilot job and no generated module tells it")
    add("--problem-type", choices=PROBLEM_TYPES, help="the problem type, where neither tells it")
    add("--searched-until", metavar="DATE", help="up to when the search saw data; else the job's creation time")
    add("--out", metavar="FILE", help="write the template to this file")
    add("--json", action="store_true", help="print one JSON object, not a tree")
    add("--responses", metavar="DIR", help="read recorded responses, not AWS")
    add_aws_options(parser)
    return parser


if __name__ == "__main__":
    sys.exit(main())
