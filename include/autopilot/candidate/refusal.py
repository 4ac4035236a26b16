"""Why an Autopilot job has no candidate that can be used: its problem, its state, or what it left. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from include.autopilot.base.lenient import at, mapping_at, text_at
from include.autopilot.candidate.descriptions import Description
from include.autopilot.candidate.images import repository

_ENDED = ("Completed", "Stopped")
_FAILED = "Failed"
# Members of AutoMLProblemTypeConfig that are no table, in words.
_OTHER_PROBLEMS = {
    "ImageClassificationJobConfig": "image classification",
    "TextClassificationJobConfig": "text classification",
    "TextGenerationJobConfig": "text generation (fine-tuning)",
    "TimeSeriesForecastingJobConfig": "time-series forecasting",
}


def why_not(job: Description, name: str) -> str | None:
    """Return why a job cannot be used at all, or None.

    A status that is not known counts as in progress: SageMaker has shown some that its public list does not have. A
    description without any status (a candidate saved alone) says nothing against the job.
    """
    return _other_problem(job, name) or _unfinished(job, name) or _nothing_trained(job, name)


def why_not_candidate(candidate: Description, name: str) -> str | None:
    """Return why a candidate cannot be used, or None. A candidate that does not tell its status may be."""
    label = text_at(candidate, "CandidateName") or "the candidate"
    if mapping_at(candidate, "InferenceContainerDefinitions") and not at(candidate, "InferenceContainers"):
        return (
            f"{name}: {label} has its inference containers per processor type, as text, image and time-series problems "
            "have; only tabular problems can be replayed or searched again here."
        )
    status = text_at(candidate, "CandidateStatus")
    if status == _FAILED:
        reason = text_at(candidate, "FailureReason") or "no reason was given"
        return f"{name}: candidate {label} has Failed: {_sentence(reason)} Choose another one."
    if status not in (None, "Completed"):
        return f"{name}: candidate {label} is {status}; only a Completed one can be replayed."
    return None


def says_ensembling(job: Description, containers: Sequence[Description]) -> bool:
    """Whether a job or its candidate's one container tells the ENSEMBLING mode; its steps may not be listed."""
    modes = (at(job, "AutoMLProblemTypeConfig", "TabularJobConfig", "Mode"), at(job, "AutoMLJobConfig", "Mode"))
    images = [text_at(container, "Image") or "" for container in containers]
    return "ENSEMBLING" in modes or (len(images) == 1 and "autogluon" in repository(images[0]))


def _other_problem(job: Description, name: str) -> str | None:
    config = mapping_at(job, "AutoMLProblemTypeConfig")
    stated = text_at(job, "AutoMLProblemTypeConfigName")
    others = [member for member in config if member != "TabularJobConfig"]
    if "TabularJobConfig" in config or (not others and stated in (None, "Tabular")):
        return None
    problem = _OTHER_PROBLEMS.get(others[0], others[0]) if others else stated
    return (
        f"{name} is a job for {problem}. Only tabular problems (regression, binary and multiclass classification) "
        "leave something to replay or can be searched again here."
    )


def _unfinished(job: Description, name: str) -> str | None:
    status, secondary = text_at(job, "AutoMLJobStatus"), text_at(job, "AutoMLJobSecondaryStatus")
    if status == _FAILED:
        reason = text_at(job, "FailureReason") or "no reason was given"
        return f"{name} has Failed ({secondary or status}): {_sentence(reason)} Search again."
    if status not in (None, *_ENDED):
        return f"{name} is {status} ({secondary or 'no secondary status'}): it has to finish first."
    return None


def _nothing_trained(job: Description, name: str) -> str | None:
    only = at(job, "GenerateCandidateDefinitionsOnly")
    nested = at(job, "AutoMLProblemTypeConfig", "TabularJobConfig", "GenerateCandidateDefinitionsOnly")
    if "true" in (str(only).lower(), str(nested).lower()) and not at(job, "BestCandidate"):
        return f"{name} generated candidate definitions only (GenerateCandidateDefinitionsOnly): it trained nothing."
    return None


def _sentence(text: str) -> str:
    return text if text.rstrip().endswith((".", "!", "?")) else f"{text}."
