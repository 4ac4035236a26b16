"""What a pipeline answers for a row: which columns, and how its containers are asked for them.

The containers of a classification say in ``SAGEMAKER_INFERENCE_SUPPORTED`` what they can answer and in
``SAGEMAKER_INFERENCE_OUTPUT`` what they do; the label decoder must also be told in ``SAGEMAKER_INFERENCE_INPUT`` what
the algorithm sends it. Containers made before 2022 have none of these and answer with the label alone.

``probability`` is two things. In the hyperparameter-tuning mode it is, of two classes, that of the positive one. An
ensemble's is that of the label it predicts, whichever that is: ranked by it, the surest of both classes would stand
together. So an ensemble is never asked for it, but for ``probabilities`` and, since it may order its classes as it
likes, ``labels``.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from include.autopilot.base.errors import TemplateError
from include.autopilot.base.lenient import text_at
from include.autopilot.base.metrics import BINARY, REGRESSION

PREDICTION = "prediction"
LABEL = "predicted_label"
PROBABILITY = "probability"
PROBABILITIES = "probabilities"
LABELS = "labels"
_OUTPUT = "SAGEMAKER_INFERENCE_OUTPUT"
_INPUT = "SAGEMAKER_INFERENCE_INPUT"
_SUPPORTED = "SAGEMAKER_INFERENCE_SUPPORTED"

Container = Mapping[str, Any]


def columns_of(containers: Sequence[Container], problem_type: str, probabilities: bool) -> tuple[str, ...]:
    """Return the columns of an answer, in order: what the template asks for if that is enough, else what has to be.

    :param containers: one of an ensemble, three of the hyperparameter-tuning mode.
    :param probabilities: whether they are needed: that of the positive class of two, or those of all classes.
    :raises TemplateError: the containers cannot answer with what is needed.
    """
    if problem_type == REGRESSION:
        return (PREDICTION,)
    present = _names(containers[-1], _OUTPUT) or (LABEL,)
    ensemble = len(containers) == 1
    needed = (LABEL, *(_of_probabilities(problem_type, ensemble) if probabilities else ()))
    if set(needed) <= set(present) and not (ensemble and PROBABILITY in present):
        return present
    answering = [container for container in containers if _names(container, _OUTPUT)]
    missing = [name for name in needed if any(name not in _names(container, _SUPPORTED) for container in answering)]
    if not answering or missing:
        raise TemplateError(
            f"The pipeline's containers cannot answer with {' and '.join(missing or needed[1:])}: "
            f"{_SUPPORTED} does not list it. Older candidates give labels only."
        )
    return needed


def _of_probabilities(problem_type: str, ensemble: bool) -> tuple[str, ...]:
    if ensemble:
        return PROBABILITIES, LABELS
    return (PROBABILITY if problem_type == BINARY else PROBABILITIES,)


def asked_for(containers: Sequence[Container], columns: Sequence[str]) -> list[dict[str, Any]]:
    """Return the containers, asked to answer with these columns; exactly as they are where they already do."""
    asked = [dict(copy.deepcopy(container)) for container in containers]
    if tuple(columns) in ((PREDICTION,), _names(asked[-1], _OUTPUT) or (LABEL,)):
        return asked
    for container in asked:
        for variable in (_OUTPUT, _INPUT):
            if variable in container.get("Environment", {}):
                container["Environment"][variable] = ",".join(columns)
    return asked


def output_filter(columns: Sequence[str], kept: int = 2) -> str:
    """Return the JSONPath that picks the first columns and the answer's out of a joined line.

    :param kept: how many first columns: key and target of a holdout, the key alone of rows without a target.
    """
    places = [*range(kept), *range(-len(columns), 0)]
    return f"$[{','.join(map(str, places))}]"


def _names(container: Container, variable: str) -> tuple[str, ...]:
    text = text_at(container, "Environment", variable) or ""
    return tuple(name.strip() for name in text.split(",") if name.strip())
