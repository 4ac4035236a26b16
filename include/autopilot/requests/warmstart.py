"""A search that begins where the last one ended, as far as Autopilot has something for it.

Autopilot has no true warm start: a new job cannot take over the trials of an old one. What it can be told is which
algorithms to try. A search that knows the winner's algorithm spends all its candidates on it, and finds no other one.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from include.autopilot.base.lenient import at, text_at
from include.autopilot.base.locations import Locations
from include.autopilot.candidate.images import algorithm_of
from include.autopilot.settings.config import ModelConfig
from include.autopilot.template.projection import Request
from include.autopilot.template.published import Template, current_template

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def search_form(s3: S3Client, config: ModelConfig, cutoff: str) -> dict[str, Any]:
    """Return the form of a search on the data of a run, with the algorithm of the model's present template.

    :param cutoff: the run's; the search sees no more than the run did.
    """
    template = current_template(s3, Locations(config.root), config.name)
    return {"cutoff": cutoff, "algorithm": winner_of(template)}


def winner_of(template: Template) -> str | None:
    """Return Autopilot's name of the winner's algorithm; None for an ensemble, which has many."""
    if template.replay is None:
        return None
    image = text_at(template.steps.train, "AlgorithmSpecification", "TrainingImage")
    return algorithm_of(image) if image else None


def narrowed(request: Request, algorithm: str) -> Request:
    """Return a CreateAutoMLJob or CreateAutoMLJobV2 request that tries one algorithm only.

    :param algorithm: xgboost, linear-learner or mlp.
    """
    changed = copy.deepcopy(request)
    second = at(changed, "AutoMLProblemTypeConfig") is not None
    holder = changed["AutoMLProblemTypeConfig"]["TabularJobConfig"] if second else changed["AutoMLJobConfig"]
    generation = holder.setdefault("CandidateGenerationConfig", {})
    generation["AlgorithmsConfig"] = [{"AutoMLAlgorithms": [algorithm]}]
    return changed
