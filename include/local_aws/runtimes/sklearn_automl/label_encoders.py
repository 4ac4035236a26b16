"""How the target becomes a number, and for classes back again.

The rules, including those that surprise, are those observed in Autopilot's featurizers: a label that is not a finite
number makes its row disappear from a regression; in a binary problem every label but the majority becomes class 1; in
a multiclass problem an unknown label becomes the class after the last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, Self

import numpy as np
import sklearn.preprocessing
from numpy.typing import NDArray

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.number_texts import as_numbers

UNSEEN = "<unseen_label>"


class LabelEncoder(Protocol):
    """Turns the target column into numbers; NaN marks a row that cannot be used."""

    def fit(self, y: NDArray[Any]) -> Self:
        """Learn the classes from texts, where the module does not name them."""

    def transform(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return a number per text."""

    def inverse_transform(self, numbers: NDArray[np.float64]) -> list[str]:
        """Return a text per number."""

    def state(self) -> dict[str, Any]:
        """Return what :func:`label_encoder` needs to make the same encoder again, as plain values."""


class NALabelEncoder:
    """Numbers stay as they are; what is not a finite number becomes NaN."""

    def fit(self, y: NDArray[Any]) -> Self:  # noqa: ARG002
        """Learn nothing."""
        return self

    def transform(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return a number per text, NaN where it is none."""
        return as_numbers(values)

    def inverse_transform(self, numbers: NDArray[np.float64]) -> list[str]:
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

    def fit(self, y: NDArray[Any]) -> Self:  # noqa: ARG002
        """Learn nothing: the classes are named."""
        return self

    @property
    def classes(self) -> list[str]:
        """Every label that a prediction can be decoded to, in the order of their numbers."""
        return self.labels if self.fill_label_value is None else [*self.labels, self.fill_label_value]

    def transform(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return a class number per text; never NaN."""
        unseen = float(len(self.labels))
        return np.array([self._numbers.get(value, unseen) for value in values], dtype=np.float64)

    def inverse_transform(self, numbers: NDArray[np.float64]) -> list[str]:
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


class LearntLabelEncoder(RobustLabelEncoder):
    """Stands for scikit-learn's LabelEncoder: the classes are the labels of the fit, sorted; any other is an error."""

    def __init__(self, labels: Sequence[str] = ()) -> None:
        super().__init__(labels)

    def fit(self, y: NDArray[Any]) -> Self:
        """Learn the classes."""
        LearntLabelEncoder.__init__(self, sorted(set(y.tolist())))
        return self

    def transform(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return a class number per text.

        :raises ClientError: a label is not among those of the fit.
        """
        unseen = sorted(set(values.tolist()) - set(self.labels))
        if unseen:
            known = ", ".join(map(repr, self.labels))
            raise ClientError(f"LabelEncoder does not know the label {unseen[0]!r}; the training data had {known}")
        return super().transform(values)

    def state(self) -> dict[str, Any]:
        """Return the classes."""
        return {"kind": "learnt", "labels": self.labels}


_KINDS = {"classes": RobustLabelEncoder, "learnt": LearntLabelEncoder, "number": NALabelEncoder}


def encoder_for(built: Any) -> LabelEncoder:
    """Return the encoder for what a generated module's ``build_label_transform()`` returned.

    :raises ClientError: it is none that can be had here.
    """
    if type(built) is sklearn.preprocessing.LabelEncoder:
        return LearntLabelEncoder()
    if not isinstance(built, NALabelEncoder | RobustLabelEncoder):
        raise ClientError(
            f"build_label_transform() returns a {type(built).__name__}; here it can be a NALabelEncoder, a "
            "RobustLabelEncoder or scikit-learn's LabelEncoder"
        )
    return built


def label_encoder(state: Mapping[str, Any]) -> LabelEncoder:
    """Make the encoder that `state` came from."""
    arguments = {key: value for key, value in state.items() if key != "kind"}
    made: LabelEncoder = _KINDS[state["kind"]](**arguments)
    return made
