"""Two real models' losses, row by row: what the simulated holdouts are drawn from.

Every loss is of a row that the model was not fitted on (cross-validation over a whole table).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Pair:
    """Two models on one table.

    :param table: where the rows come from.
    :param models: what was fitted, for people.
    :param metric: the gate's metric; it is the mean of the losses, RMSE the root of it.
    :param champion: one loss per row of the table; ``challenger`` likewise.
    """

    table: str
    models: str
    metric: str
    champion: Values
    challenger: Values

    @property
    def rooted(self) -> bool:
        """Whether the metric is the root of the mean loss."""
        return self.metric == "RMSE"

    @property
    def scalable(self) -> bool:
        """Whether losses can be multiplied by a factor: a wrong answer cannot be 3 % less wrong."""
        return self.metric != "Accuracy"


def open_pairs() -> Iterator[Pair]:
    """Yield pairs on the tables that come with scikit-learn."""
    yield from _diabetes()
    yield from _breast_cancer()
    yield from _digits()


def regression_pairs(table: str, models: str, actual: Values, one: Values, other: Values) -> Iterator[Pair]:
    """Yield a pair of regressors by root mean squared and by mean absolute error."""
    errors = one - actual, other - actual
    yield Pair(table, models, "RMSE", *(error**2 for error in errors))
    yield Pair(table, models, "MAE", *(np.abs(error) for error in errors))


def out_of_fold(
    rows: int, fit: Callable[[NDArray[np.intp], NDArray[np.intp]], Values], seed: int, folds: int = 10
) -> Values:
    """Return answers for all rows, each by a model that did not see it.

    :param fit: takes the rows to learn from and the rows to answer for, gives the answers.
    """
    order = np.random.default_rng(seed).permutation(rows)
    parts = np.array_split(order, folds)
    answers: list[Values] = [fit(np.setdiff1d(order, part), part) for part in parts]
    found = np.empty((rows, *answers[0].shape[1:]))
    for part, answer in zip(parts, answers, strict=True):
        found[part] = answer
    return found


def _diabetes() -> Iterator[Pair]:
    from sklearn.datasets import load_diabetes
    from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor
    from sklearn.linear_model import RidgeCV
    from sklearn.neighbors import KNeighborsRegressor

    features, target = load_diabetes(return_X_y=True)

    def answers(model: Any, share: float = 1.0) -> Values:
        def fit(learn: NDArray[np.intp], answer: NDArray[np.intp]) -> Values:
            known = learn[: round(share * len(learn))]
            return np.asarray(model.fit(features[known], target[known]).predict(features[answer]), dtype=float)

        return out_of_fold(len(target), fit, seed=0)

    less, more = (answers(RandomForestRegressor(50, random_state=seed), share) for seed, share in ((0, 0.8), (1, 1.0)))
    ridge = answers(RidgeCV())
    boosting = answers(GradientBoostingRegressor(random_state=0))
    neighbours = answers(KNeighborsRegressor(15))
    for models, one, other in (
        ("forest on 80 % and 100 % of the rows", less, more),
        ("boosting and ridge", boosting, ridge),
        ("neighbours and ridge", neighbours, ridge),
    ):
        yield from regression_pairs("diabetes", models, target, one, other)


def _breast_cancer() -> Iterator[Pair]:
    from sklearn.datasets import load_breast_cancer
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    one, other = RandomForestClassifier(50, random_state=0), make_pipeline(StandardScaler(), LogisticRegression())
    yield from _classification_pairs(
        "breast cancer", "forest and logistic regression", load_breast_cancer(return_X_y=True), one, other
    )


def _digits() -> Iterator[Pair]:
    from sklearn.datasets import load_digits
    from sklearn.ensemble import ExtraTreesClassifier
    from sklearn.naive_bayes import GaussianNB

    shallow = ExtraTreesClassifier(50, max_depth=8, random_state=0)
    deep = ExtraTreesClassifier(50, max_depth=9, random_state=1)
    table = load_digits(return_X_y=True)
    yield from _classification_pairs("digits", "trees of depth 8 and 9", table, shallow, deep)
    yield from _classification_pairs("digits", "naive Bayes and trees", table, GaussianNB(var_smoothing=1e-2), shallow)


def _classification_pairs(table: str, models: str, data: tuple[Any, Any], *pair: Any) -> Iterator[Pair]:
    features, target = data
    answers = [out_of_fold(len(target), partial(_answer, model, features, target), seed=0) for model in pair]
    wrong = [(answer.argmax(axis=1) != target).astype(float) for answer in answers]
    yield Pair(table, models, "Accuracy", *wrong)
    chosen = [np.clip(answer[np.arange(len(target)), target], np.finfo(float).eps, 1) for answer in answers]
    yield Pair(table, models, "LogLoss", *(-np.log(probability) for probability in chosen))


def _answer(model: Any, features: Values, target: Values, learn: NDArray[np.intp], asked: NDArray[np.intp]) -> Values:
    return np.asarray(model.fit(features[learn], target[learn]).predict_proba(features[asked]), dtype=float)
