"""Is what a template asks for whole? A description that was cut short makes a request that SageMaker would refuse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from include.autopilot.base.errors import TemplateError
from include.autopilot.base.lenient import at, items_at, text_at
from include.autopilot.candidate.artifacts import featurizer_container
from include.autopilot.candidate.survey import JOBS
from include.autopilot.template.published import SearchAgain
from include.autopilot.template.validation import problems

# The role of each request to replay -> its kind.
KINDS = {**JOBS, "featurizer": "Model", "model": "Model"}
# What the service asks for and its model does not call required.
_NEEDED = {"TrainingJob": (("AlgorithmSpecification", "TrainingImage"), ("ResourceConfig",))}
# The channels that read a run's rows.
_CHANNELS = {"fit": ("train",), "train": ("train", "validation")}


def check_replay(candidate: str, requests: Mapping[str, Mapping[str, Any] | None]) -> None:
    """Refuse requests of which a run could not make its own.

    :param requests: by their role, see ``KINDS``; None where a request is not known.
    :raises TemplateError: one is not whole; the message says what it lacks.
    """
    for role, request in requests.items():
        if request is not None:
            _check(f"{candidate}: its {role} {KINDS[role].removesuffix('Job').lower()}", role, request)


def check_search(candidate: str, search: SearchAgain) -> None:
    """Refuse the request of a search that cannot be sent again.

    :raises TemplateError: it is not whole.
    """
    found = problems(search.kind, search.request)
    if found:
        raise TemplateError(
            f"{candidate}: a candidate of the ENSEMBLING mode leaves no steps to replay. Nor can it be searched again, "
            f"its search request is not whole: {' '.join(found)}"
        )


def _check(what: str, role: str, request: Mapping[str, Any]) -> None:
    kind = KINDS[role]
    found = problems(kind, request)
    found += [f"There is no {'.'.join(path)}." for path in _NEEDED.get(kind, ()) if not at(request, *path)]
    if kind == "Model" and text_at(featurizer_container(dict(request)), "Image") is None:
        found.append("There is no container with an image.")
    channels = {text_at(channel, "ChannelName"): channel for channel in items_at(request, "InputDataConfig")}
    reading = {name for name, channel in channels.items() if at(channel, "DataSource", "S3DataSource")}
    found += [f"There is no channel {name} that reads S3." for name in _CHANNELS.get(role, ()) if name not in reading]
    if found:
        raise TemplateError(f"{what} could not be asked for again. {' '.join(found)} Is its description whole?")
