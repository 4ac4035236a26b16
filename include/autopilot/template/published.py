"""The template: the Create requests derived from a candidate, its column contract, and a digest over all of it.

It is saved once, as ``template/<digest>.json``, and never changed; ``template/current.json`` points at the published
one. What a retraining sends depends on nothing else that Autopilot left behind, apart from the S3 objects it names.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import botocore
from pydantic import TypeAdapter, ValidationError

from include.autopilot.base.digest import of_json
from include.autopilot.base.errors import MissingObjectError, TemplateError
from include.autopilot.base.lenient import mapping_at
from include.autopilot.base.locations import Locations
from include.autopilot.candidate.contract import Schema
from include.autopilot.candidate.objective import Objective
from include.autopilot.candidate.winner import Candidate, Parts
from include.autopilot.s3.objects import read, read_json, write_json
from include.autopilot.template.projection import Request, project

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Replay:
    """The requests of the candidate's steps, as they were sent; only names, places and data change in a retraining.

    :param fit: CreateTrainingJob request that fitted the featurizer; None where it is not known, and then the
        featurizer can only be reused.
    :param featurizer: CreateModel request of the model that featurizes training data.
    :param featurize: CreateTransformJob request of the featurize step.
    :param train: CreateTrainingJob request of the algorithm.
    :param model: CreateModel request with all inference containers.
    """

    fit: Request | None
    featurizer: Request
    featurize: Request
    train: Request
    model: Request


@dataclass(frozen=True)
class SearchAgain:
    """The request of the search itself.

    :param kind: ``AutoMLJob`` or ``AutoMLJobV2``: which of the two Create operations takes it.
    """

    kind: str
    request: Request

    @property
    def security(self) -> dict[str, Any]:
        """Network and volume key of the search's own jobs; empty where it was given none."""
        config = mapping_at(self.request, "AutoMLJobConfig") if self.kind == "AutoMLJob" else self.request
        return mapping_at(config, "SecurityConfig")


@dataclass(frozen=True)
class Template:
    """Everything a retraining needs of what Autopilot left.

    :param automl_job: None where the candidate was named by its transform and training jobs.
    :param replay: None for a candidate without steps (ENSEMBLING): it can only be searched again.
    :param search: None where the Autopilot job is not known.
    :param searched_until: the cutoff of the search: no run may have an earlier one.
    :param botocore_version: what the projection knew.
    :param containers: the inference containers as Autopilot told them, where there is nothing to replay: the
        environment that the next winner is served with.
    """

    automl_job: str | None
    candidate: str
    problem_type: str
    objective: Objective
    schema: Schema
    replay: Replay | None
    search: SearchAgain | None
    searched_until: datetime
    source: str | None
    botocore_version: str
    containers: tuple[dict[str, Any], ...] = ()

    @property
    def steps(self) -> Replay:
        """The requests to replay.

        :raises TemplateError: the candidate left no steps.
        """
        if self.replay is None:
            raise TemplateError(f"{self.candidate} left no steps to replay; it can only be searched again.")
        return self.replay

    @property
    def repeatable(self) -> SearchAgain:
        """The search to repeat.

        :raises TemplateError: it is not known.
        """
        if self.search is None:
            raise TemplateError(
                f"{self.candidate} was named by its jobs, so it is not known what its search was asked for. Add search "
                "to the model's YAML, or name the Autopilot job in it."
            )
        return self.search

    @property
    def pipeline(self) -> Sequence[Mapping[str, Any]]:
        """The inference containers with their environments, in order."""
        return self.containers if self.replay is None else self.replay.model["Containers"]

    @property
    def digest(self) -> str:
        """The digest of the whole content."""
        return of_json(_ADAPTER.dump_python(self, mode="json"))


_ADAPTER = TypeAdapter(Template)


def template_of(candidate: Candidate, searched_until: datetime, source: str | None) -> Template:
    """Derive the template of a candidate.

    :param searched_until: the cutoff of the search.
    :param source: where the rows of the search came from, in words.
    """
    return Template(
        automl_job=candidate.automl_job,
        candidate=candidate.name,
        problem_type=candidate.problem_type,
        objective=candidate.objective,
        schema=candidate.schema,
        replay=_replay(candidate, candidate.parts) if candidate.parts else None,
        search=_search(candidate),
        searched_until=searched_until,
        source=source,
        botocore_version=botocore.__version__,
        containers=() if candidate.parts else pipeline_of(candidate.containers),
    )


def pipeline_of(containers: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any], ...]:
    """Return inference containers as a CreateModel request takes them."""
    return tuple(project("Model", {"Containers": list(containers)}).get("Containers", ()))


def publish(s3: S3Client, locations: Locations, template: Template) -> str:
    """Save a template, point ``current.json`` at it, and return its address."""
    uri = write_json(s3, locations.template(template.digest), saved_form(template))
    write_json(s3, locations.template("current"), {"digest": template.digest, "uri": uri})
    return uri


def current_template(s3: S3Client, locations: Locations, model: str) -> Template:
    """Return the published template.

    :param model: the model's name, for the message.
    :raises TemplateError: none was published yet, or it cannot be used here.
    """
    try:
        pointer = read_json(s3, locations.template("current"))
    except MissingObjectError as error:
        raise TemplateError(
            f"{model} has no template yet ({locations.template('current')}). Run {model}_search first."
        ) from error
    return load_template(s3, locations, pointer["digest"])


def load_template(s3: S3Client, locations: Locations, digest: str) -> Template:
    """Return one template by its digest.

    :raises TemplateError: it is absent, was changed, or was made by a newer botocore.
    """
    uri = locations.template(digest)
    try:
        stored: dict[str, Any] = read_json(s3, uri)
    except MissingObjectError as error:
        raise TemplateError(f"{uri} is gone. Restore it, or search again.") from error
    return _checked(stored, digest, uri)


def check_cutoff(template: Template, cutoff: datetime, model: str) -> None:
    """Refuse a template whose search saw data that the run must not know.

    :raises TemplateError: the run's cutoff is earlier than the search's.
    """
    if cutoff < template.searched_until:
        earliest = template.searched_until.isoformat()
        raise TemplateError(
            f"The template of {model} comes from a search that saw data up to {earliest}; a run with the cutoff "
            f"{cutoff.isoformat()} would know the future. The earliest possible cutoff is {earliest}; for earlier ones "
            f"run {model}_search with an earlier cutoff."
        )


def read_template(source: str, s3: S3Client | None = None) -> Template:
    """Return a template that was saved to a file.

    :param source: the path of a file, or an S3 address.
    :param s3: needed for an S3 address.
    :raises TemplateError: it is absent, no template, was changed, or was made by a newer botocore.
    """
    try:
        body = read(s3, source).body if s3 is not None and source.startswith("s3://") else Path(source).read_bytes()
        stored = json.loads(body)
    except (OSError, MissingObjectError) as error:
        raise TemplateError(f"{source} cannot be read: {error}") from error
    except ValueError as error:
        raise TemplateError(f"{source} is not JSON, so it is no template: {error}.") from error
    if not isinstance(stored, dict) or not isinstance(stored.get("template"), dict):
        raise TemplateError(f"{source} is no template: it does not have the members digest and template.")
    return _checked(stored, str(stored.get("digest")), source)


def saved_form(template: Template) -> dict[str, Any]:
    """Return what is saved of a template: its content and the digest of it."""
    return {"digest": template.digest, "template": _ADAPTER.dump_python(template, mode="json")}


def _checked(stored: dict[str, Any], digest: str, place: str) -> Template:
    found = of_json(stored.get("template"))
    if not digest == stored.get("digest") == found:
        raise TemplateError(f"{place} was changed after it was saved: its content has the digest {found}. Restore it.")
    version = str(stored["template"].get("botocore_version"))
    if _version(version) > _version(botocore.__version__):
        raise TemplateError(
            f"{place} was made with botocore {version}; this is {botocore.__version__}, which may not "
            "know all of its settings and would drop them. Upgrade boto3."
        )
    try:
        return _ADAPTER.validate_python(stored["template"])
    except ValidationError as error:
        raise TemplateError(
            f"{place} is a template of another version of this package: {error.error_count()} of its members do not "
            "fit. Make it again with the describe command or a search."
        ) from error


def _replay(candidate: Candidate, parts: Parts) -> Replay:
    featurizer = _tagged(candidate, "featurizer", project("Model", parts.featurizer))
    return Replay(
        fit=None if parts.fit is None else _tagged(candidate, "fit", project("TrainingJob", parts.fit)),
        featurizer=featurizer,
        featurize=_tagged(candidate, "featurize", project("TransformJob", parts.featurize)),
        train=_tagged(candidate, "train", project("TrainingJob", parts.train)),
        model=_pipeline_model(featurizer, candidate),
    )


def _search(candidate: Candidate) -> SearchAgain | None:
    search = candidate.search
    if search is None:
        return None
    return SearchAgain(search.kind, _tagged(candidate, "search", project(search.kind, search.description)))


def _tagged(candidate: Candidate, role: str, request: Request) -> Request:
    tags = candidate.tags.get(role)
    return {**request, "Tags": tags} if tags else request


def _pipeline_model(featurizer: Request, candidate: Candidate) -> Request:
    """Return the request of the whole pipeline: role, network, isolation, tags as Autopilot gave its own model."""
    kept = {name: value for name, value in featurizer.items() if name not in ("PrimaryContainer", "Containers")}
    kept.pop("InferenceExecutionConfig", None)
    return {**kept, "Containers": list(pipeline_of(candidate.containers))}


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(".") if part.isascii() and part.isdecimal())
