"""Reads what somebody exported of a real Autopilot job, and says what of it cannot run here, before anything starts."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from include.autopilot.base.errors import TemplateError, UnreadableError
from include.autopilot.candidate.artifacts import processor_module
from include.autopilot.candidate.images import repository
from include.autopilot.candidate.printed import read_response
from include.autopilot.describe import main as describe
from include.autopilot.template.published import Template, read_template
from include.local_aws.runtimes import ClientError, container_for
from include.local_aws.runtimes.automl_extension.check import refusals
from include.local_aws.runtimes.linear_learner.hyperparameters import validated as linear_learner
from include.local_aws.runtimes.mlp.hyperparameters import validated as mlp
from include.local_aws.runtimes.xgboost.hyperparameters import validated as xgboost

PAGE = "docs/try.md"
# A repository of an algorithm's image -> what its runtime says of hyperparameters.
_ALGORITHMS: Mapping[str, Callable[[Mapping[str, str]], object]] = {
    "linear-learner": linear_learner,
    "mxnet-algorithms": mlp,
    "sagemaker-xgboost": xgboost,
}
_MODULE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", re.ASCII)
_PREFIX = re.compile(r"s3://[a-z0-9.-]{3,63}/[^\0\n]+")


class TrialRefused(Exception):
    """What was exported cannot be tried; the message says what, and what to do."""


@dataclass(frozen=True)
class Export:
    """An exported job.

    :param module: dotted name of the generated module, ``source`` its text, ``place`` its file below the folder.
    :param code: the S3 address below which the featurizer's training job looks for the module.
    :param algorithm: of the winner, for people.
    """

    job: str
    template: Template
    module: str
    source: str
    place: str
    code: str
    algorithm: str


def read_export(folder: Path, job: str | None, until: str, out: Path, labels: str | None = None) -> Export:
    """Read a folder.

    :param job: the Autopilot job, where the folder has several.
    :param until: up to when the search counts as having seen data: the date of the first drop.
    :param out: where the template is written.
    :param labels: the classes, with commas between them, where the module does not name them.
    :raises TrialRefused: something is missing, wrong, or cannot run here.
    """
    _check_files(folder)
    name = job or _only_job(folder)
    stated = ["--labels", labels] if labels else []
    outline, template = _described(folder, name, [*stated, "--searched-until", until, "--out", str(out)])
    fit = template.steps.fit or {}
    module = processor_module(fit) or ""
    if not _MODULE.fullmatch(module):
        raise TrialRefused(
            f"The job that fitted the featurizer names the processor_module {module!r}, which is no module's name."
        )
    place, source = _module(folder, module)
    _refuse_order(source, labels)
    _refuse([*refusals(source, place), *_images(template), *_hyperparameters(template)])
    return Export(name, template, module, source, place, _code(fit), outline["algorithm"])


def _check_files(folder: Path) -> None:
    """Refuse links, which could lead anywhere, and JSON files that hold no response."""
    if not folder.is_dir():
        raise TrialRefused(f"{folder} is no folder.")
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            raise TrialRefused(f"{path} is a link. Copy the file itself into the folder.")
    for path in sorted(folder.glob("*.json")):
        try:
            read_response(path)
        except UnreadableError as error:
            raise TrialRefused(str(error)) from error


def _only_job(folder: Path) -> str:
    responses = [read_response(path) for path in sorted(folder.glob("*.json"))]
    names = sorted({one["AutoMLJobName"] for one in responses if isinstance(one.get("AutoMLJobName"), str)})
    if not names:
        raise TrialRefused(
            f"{folder} has no response of describe-auto-ml-job-v2 (or describe-auto-ml-job): save it there as a .json "
            f"file. {PAGE} has the commands."
        )
    if len(names) > 1:
        raise TrialRefused(f"{folder} has responses about {', '.join(names)}. Say which: JOB={names[0]}")
    return names[0]


def _described(folder: Path, name: str, arguments: list[str]) -> tuple[dict[str, Any], Template]:
    """Have the describe command look at the folder, and take the template that it writes.

    :param arguments: of the command; the last one is where the template is written.
    """
    said, complained = io.StringIO(), io.StringIO()
    out, command = Path(arguments[-1]), [name, "--responses", str(folder), "--json", *arguments]
    with redirect_stdout(said), redirect_stderr(complained):
        describe(command)
    if not said.getvalue():
        raise TrialRefused(f"{_line(complained.getvalue())} {PAGE} has the commands that save what is needed.")
    outline: dict[str, Any] = json.loads(said.getvalue())
    if outline["missing"]:
        missing = "; ".join(outline["missing"])
        raise TrialRefused(
            f"{folder} lacks what a retraining is made of: {missing}. {PAGE} has the commands that save it."
        )
    if not outline["replayable"] or not out.is_file():
        reason = outline["reason"] or _line(complained.getvalue())
        hint = " Of make try it is LABELS=no,yes." if "--labels" in reason else ""
        raise TrialRefused(f"{name} cannot be retrained: {reason}{hint}")
    try:
        return outline, read_template(str(out))
    except TemplateError as error:
        raise TrialRefused(str(error)) from error


def _module(folder: Path, module: str) -> tuple[str, str]:
    """Find the generated module; the describe command has seen to it that there is one."""
    wanted = f"{module.rpartition('.')[2]}.py".lower()
    found = [path for path in sorted(folder.rglob("*.py")) if path.is_file() and path.name.lower() == wanted]
    if not found:
        raise TrialRefused(f"{folder} lacks the generated module {wanted}. {PAGE} has the command that saves it.")
    return found[0].relative_to(folder).as_posix(), found[0].read_text(encoding="utf-8", errors="replace")


def _refuse_order(source: str, labels: str | None) -> None:
    """Refuse classes in another order than the one in which scikit-learn's LabelEncoder will number them."""
    given = [label.strip() for label in (labels or "").split(",")]
    if given != sorted(given) and re.search(r"\bLabelEncoder\(", source):
        raise TrialRefused(
            f"LABELS={labels}: the module's LabelEncoder numbers classes in the order of their texts, "
            f"so it is LABELS={','.join(sorted(given))}."
        )


def _code(fit: Mapping[str, Any]) -> str:
    channels = {channel.get("ChannelName"): channel for channel in fit.get("InputDataConfig", [])}
    uri = str(channels.get("code", {}).get("DataSource", {}).get("S3DataSource", {}).get("S3Uri", "")).rstrip("/")
    parts = uri.removeprefix("s3://").split("/")
    if not _PREFIX.fullmatch(uri) or not all(part.strip(".") for part in parts):
        raise TrialRefused(
            f"The job that fitted the featurizer reads its module from {uri!r}, which is no folder in S3."
        )
    return uri


def _images(template: Template) -> Iterator[str]:
    steps = template.steps
    for image in sorted(set(_named([steps.fit, steps.featurizer, steps.train, steps.model]))):
        try:
            container_for(image)
        except ClientError as error:
            yield f"{error}."


def _named(content: Any) -> Iterator[str]:
    """Yield every image that requests name."""
    if isinstance(content, Mapping):
        for key, value in content.items():
            if key in ("Image", "TrainingImage") and isinstance(value, str):
                yield value
            else:
                yield from _named(value)
    elif isinstance(content, list | tuple):
        for entry in content:
            yield from _named(entry)


def _hyperparameters(template: Template) -> Iterator[str]:
    train = template.steps.train
    check = _ALGORITHMS.get(repository(train["AlgorithmSpecification"].get("TrainingImage", "")))
    if check is not None:
        try:
            check(train.get("HyperParameters", {}))
        except ClientError as error:
            yield f"The algorithm's training job: {error}."


def _refuse(said: list[str]) -> None:
    if said:
        raise TrialRefused(" ".join(["This cannot run on the embedded AWS.", *said]))


def _line(text: str) -> str:
    return " ".join(text.split())
