"""Where a model's template comes from, and whether a run may use it.

A search publishes its winner. A model whose YAML names an Autopilot job that exists already (``autopilot:``) gets its
first template from there, taken over by the first task that needs one and once only: a search that publishes another
winner afterwards is not undone. Naming another candidate in the YAML takes that one over.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from include.autopilot.base.digest import of_json
from include.autopilot.base.errors import MissingObjectError, MissingResourceError, TemplateError
from include.autopilot.base.locations import Locations
from include.autopilot.candidate.descriptions import describe
from include.autopilot.candidate.searchtime import search_began
from include.autopilot.candidate.stated import Stated
from include.autopilot.candidate.winner import Candidate, find_candidate, find_candidate_by_jobs
from include.autopilot.requests.leak import check_featurizer
from include.autopilot.s3.objects import read_json, write_json
from include.autopilot.settings.config import ModelConfig
from include.autopilot.settings.search import AutopilotConfig
from include.autopilot.template.published import (
    Template,
    check_cutoff,
    current_template,
    publish,
    read_template,
    template_of,
)

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

log = logging.getLogger(__name__)

_ADAPTER = TypeAdapter(AutopilotConfig)


def usable_template(s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig, cutoff: datetime) -> Template:
    """Return the model's template for a run.

    :param cutoff: the run's; a template whose steps are replayed must not have seen later data.
    :raises TemplateError: there is none, it does not fit the YAML, it knows the run's future, or its featurizer model
        was deleted or would make a feature of the target.
    :raises CandidateError: the candidate that the YAML names can be neither replayed nor searched again.
    """
    template = published_template(s3, sagemaker, config)
    check_fits(template, config)
    if template.replay is None:
        # Nothing is replayed: the run searches again and sees its own data only.
        return template
    check_cutoff(template, cutoff, config.name)
    check_featurizer(template.steps.featurizer, f"The featurizer model of template {template.digest}")
    featurizer = template.steps.featurize["ModelName"]
    try:
        described = describe(sagemaker, "Model", featurizer)
    except MissingResourceError as error:
        raise TemplateError(
            f"The featurizer model {featurizer}, which Autopilot made, was deleted. Run {config.name}_search again."
        ) from error
    check_featurizer(described, f"The featurizer model {featurizer}, as it is now,")
    return template


def published_template(s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig) -> Template:
    """Return the current template, after taking over the candidate that the YAML names if that was not done yet."""
    if config.autopilot is not None:
        _take_over(s3, sagemaker, config, config.autopilot)
    return current_template(s3, Locations(config.root), config.name)


def check_fits(template: Template, config: ModelConfig) -> None:
    """Compare a template with the YAML.

    :raises TemplateError: it predicts another column, or uses one that the YAML keeps from the model.
    """
    schema, found = template.schema, template.automl_job or template.candidate
    if schema.target != config.target:
        raise TemplateError(
            f"{found} predicts {schema.target!r}; {config.name}.yaml says {config.target!r}. Correct the YAML, or run "
            f"{config.name}_search again."
        )
    forbidden = [name for name in schema.columns if name == config.key or name in config.ignore]
    if forbidden:
        raise TemplateError(
            f"{found} used {', '.join(map(repr, forbidden))} as a feature, which {config.name}.yaml keeps from the "
            f"model as its key or by ignore. Correct the YAML, or run {config.name}_search again without it."
        )


def _take_over(s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig, named: AutopilotConfig) -> None:
    locations = Locations(config.root)
    # As before there were labels, so that what was taken over then is not taken over once more.
    stated = of_json(_ADAPTER.dump_python(named, mode="json", exclude=None if named.labels else {"labels"}))
    try:
        if read_json(s3, locations.template("origin"))["stated"] == stated:
            return
    except MissingObjectError:
        pass
    template = _find(s3, sagemaker, config, named)
    check_fits(template, config)
    uri = publish(s3, locations, template)
    write_json(s3, locations.template("origin"), {"stated": stated, "digest": template.digest})
    log.info("Template %s of %s is taken over from %s: %s", template.digest, config.title, template.candidate, uri)


def _find(s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig, named: AutopilotConfig) -> Template:
    if named.template is not None:
        template = read_template(named.template, s3)
        until = named.searched_until
        return template if until is None else replace(template, searched_until=until)
    candidate = _candidate(s3, sagemaker, config, named)
    for warning in candidate.warnings:
        log.warning("%s", warning)
    job = candidate.search.description if candidate.search else None
    train = candidate.parts.train if candidate.parts else None
    return template_of(candidate, named.searched_until or search_began(job, train), None)


def _candidate(s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig, named: AutopilotConfig) -> Candidate:
    stated = Stated(named.columns or None, config.target, labels=named.labels)
    if named.job is not None:
        return find_candidate(sagemaker, s3, named.job, named.candidate, stated)
    if named.transform_job is None or named.training_job is None:
        raise AssertionError("AutopilotConfig names exactly one way")
    jobs = (named.transform_job, named.training_job)
    return find_candidate_by_jobs(sagemaker, s3, *jobs, stated)
