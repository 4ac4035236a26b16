"""How the target becomes a number, and for classes back again.

The rules, including those that surprise, are those observed in Autopilot's featurizers: a label that is not a finite
number makes its row disappear from a regression; in a binary problem every label but the majority becomes class 1; in
a multiclass problem an unknown label becomes the class after the last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from include.local_aws.runtimes.number_texts import as_numbers

UNSEEN = "<unseen_label>"


class LabelEncoder(Protocol):
    """Turns the target column into numbers; NaN marks a row that cannot be used."""

    def encode(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return a number per text."""

    def decode(self, numbers: NDArray[np.float64]) -> list[str]:
        """Return a text per number."""

    def state(self) -> dict[str, Any]:
        """Return what :func:`label_encoder` needs to make the same encoder again, as plain values."""


class NALabelEncoder:
    """Numbers stay as they are; what is not a finite number becomes NaN."""

    def encode(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return a number per text, NaN where it is none."""
        return as_numbers(values)

    def decode(self, numbers: NDArray[np.float64]) -> list[str]:
        """Return the numbers as text."""
        return [repr(float(number)) for number in numbers]

    def state(self) -> dict[str, Any]:
        """Return the kind alone: nothing is learnt."""
        return {"kind": "number"}


class RobustLabelEncoder:
    """Class labels become their position in `labels`; any other text becomes the number after the last.

    :param fill_label_value: the text that this extra number stands for; Autopilot's binary processors list only the
        majority class and put the minority here.
    :param include_unseen_class: kept for the generated code's sake; both values encode alike here.
    """

    def __init__(
        self, labels: Sequence[str], fill_label_value: str | None = None, include_unseen_class: bool = False
    ) -> None:
        self.labels = list(labels)
        self.fill_label_value = fill_label_value
        self.include_unseen_class = include_unseen_class
        self._numbers = {label: float(number) for number, label in enumerate(self.labels)}

    @property
    def classes(self) -> list[str]:
        """Every label that a prediction can be decoded to, in the order of their numbers."""
        return self.labels if self.fill_label_value is None else [*self.labels, self.fill_label_value]

    def encode(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return a class number per text; never NaN."""
        unseen = float(len(self.labels))
        return np.array([self._numbers.get(value, unseen) for value in values], dtype=np.float64)

    def decode(self, numbers: NDArray[np.float64]) -> list[str]:
        """Return a label per class number; a number of no class becomes `<unseen_label>`."""
        known = dict(enumerate(self.classes))
        return [known.get(int(number), UNSEEN) for number in numbers]

    def state(self) -> dict[str, Any]:
        """Return the literals of the constructor."""
        return {
            "kind": "classes",
            "labels": self.labels,
            "fill_label_value": self.fill_label_value,
            "include_unseen_class": self.include_unseen_class,
        }


def label_encoder(state: Mapping[str, Any]) -> LabelEncoder:
    """Make the encoder that `state` came from."""
    arguments = {key: value for key, value in state.items() if key != "kind"}
    return RobustLabelEncoder(**arguments) if state["kind"] == "classes" else NALabelEncoder()
