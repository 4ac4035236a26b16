"""The inference containers of a candidate: checked where Autopilot tells them, inferred where only its jobs are known.

A pipeline has the featurizer, the algorithm and, for a classification, the label decoder, which is the featurizer's
artifact once more. What Autopilot sets in their environments differs by vintage, which the tag of the featurizer's
image tells: 0.1.0 answers with labels only; from 0.2-1 of October 2020 on other answers can be asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from include.autopilot.base.lenient import items_at, mapping_at, text_at
from include.autopilot.base.metrics import REGRESSION
from include.autopilot.candidate.artifacts import featurizer_container
from include.autopilot.candidate.descriptions import Description
from include.autopilot.candidate.images import (
    FEATURIZER,
    KNOWN,
    algorithm_of,
    application_of,
    has_selectable_output,
    is_training_only,
    repository,
    serving_image,
)

Container = dict[str, Any]

MODE = "AUTOML_TRANSFORM_MODE"
_ACCEPT = "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT"
_OUTPUT = "SAGEMAKER_INFERENCE_OUTPUT"
_SUPPORTED = "SAGEMAKER_INFERENCE_SUPPORTED"
_RECORDIO = "application/x-recordio-protobuf"


def containers_of(candidate: Description) -> tuple[Container, ...]:
    """Return a candidate's inference containers in order, as they are told."""
    return tuple(items_at(candidate, "InferenceContainers"))


def why_not_pipeline(containers: Sequence[Container], problem_type: str | None, label: str) -> str | None:
    """Return why the containers are no pipeline that can be replayed, or None.

    :param problem_type: None where it is not known.
    :param label: whose they are, for the message.
    """
    counts = (2, 3) if problem_type is None else (2,) if problem_type == REGRESSION else (3,)
    if len(containers) not in counts:
        expected = " or ".join(str(count) for count in counts)
        return (
            f"{label} has {len(containers)} inference containers; {expected} were expected for "
            f"{problem_type or 'a table'}: a featurizer, an algorithm, and for a classification a label decoder."
        )
    for place, container in enumerate(containers):
        image = text_at(container, "Image") or "no image"
        if (algorithm_of(image) is None) if place == 1 else (repository(image) != FEATURIZER):
            role = "an algorithm" if place == 1 else "a featurizer"
            return (
                f"{label}: inference container {place} is {image}, which is not known as {role} of Autopilot's "
                f"hyperparameter tuning ({', '.join(KNOWN)}); how to ask it is not known."
            )
        if is_training_only(image):
            return f"{label}: inference container {place} has the image {image}, which trains and cannot serve."
        if place != 1 and text_at(container, "ModelDataUrl") is None:
            return f"{label}: inference container {place} names no artifact (ModelDataUrl)."
    return None


def doubts(containers: Sequence[Container], featurizer: Description | None) -> list[str]:
    """Return what looks unusual about a pipeline's containers, one sentence each."""
    found = []
    if text_at(containers[0], "Environment", MODE) != "feature-transform":
        found.append(f"Inference container 0 does not have {MODE}=feature-transform: it would expect the target.")
    fitted = text_at(featurizer_container(featurizer), "ModelDataUrl")
    if fitted is not None and fitted != text_at(containers[0], "ModelDataUrl"):
        found.append("Inference container 0 and the model of the featurize step have different artifacts.")
    return found


def infer_containers(featurizer: Description, train: Description, problem_type: str) -> tuple[Container, ...]:
    """Return the containers Autopilot would have given a candidate whose jobs alone are known.

    :param featurizer: the description of the model that featurizes training data.
    :param train: the description of the algorithm's training job.
    """
    given = featurizer_container(featurizer)
    known = mapping_at(given, "Environment")
    trained = text_at(train, "AlgorithmSpecification", "TrainingImage") or ""
    selectable = has_selectable_output(text_at(given, "Image") or "") and has_selectable_output(trained)
    classes = problem_type != REGRESSION
    own: dict[str, Any] = {
        name: known[name] for name in ("SAGEMAKER_PROGRAM", "SAGEMAKER_SUBMIT_DIRECTORY") if name in known
    }
    sparse = {name: value for name, value in known.items() if name == "AUTOML_SPARSE_ENCODE_RECORDIO_PROTOBUF"}
    first: dict[str, Any] = {**sparse, MODE: "feature-transform", _ACCEPT: _RECORDIO, **own}
    last: dict[str, Any] = {MODE: "inverse-label-transform", _ACCEPT: "text/csv", **own}
    if selectable:
        last |= _decoder()
    featurizers = [_container(given.get("Image"), given.get("ModelDataUrl"), env) for env in (first, last)]
    return (featurizers[0], _algorithm(train, classes and selectable), *featurizers[1 : 2 if classes else 1])


def _algorithm(train: Description, selectable: bool) -> Container:
    image = text_at(train, "AlgorithmSpecification", "TrainingImage") or ""
    environment = {"MAX_CONTENT_LENGTH": "20971520", _ACCEPT: "text/csv"}
    application = application_of(image)
    if application:
        environment["ML_APPLICATION"] = application
    if selectable:
        environment |= {_OUTPUT: "predicted_label", _SUPPORTED: "predicted_label,probability,probabilities"}
    return _container(serving_image(image), text_at(train, "ModelArtifacts", "S3ModelArtifacts"), environment)


def _decoder() -> dict[str, str]:
    return {
        "SAGEMAKER_INFERENCE_INPUT": "predicted_label",
        _OUTPUT: "predicted_label",
        _SUPPORTED: "predicted_label,probability,labels,probabilities",
    }


def _container(image: Any, artifact: Any, environment: Mapping[str, str]) -> Container:
    return {"Image": image, "ModelDataUrl": artifact, "Environment": dict(environment)}
