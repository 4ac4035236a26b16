"""Sources of drops besides the worlds: models that are all equally good, and BACE with a change planted in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from benchmarks.gate_side.tables import read_frame, table_of
from benchmarks.present_side.worlds import FEATURES, Model, Rows, Values, World, boosted

PLANTED = ("none", "assay shifted by 1", "assay scaled by 1.5", "new series")
_BACE_DROPS, _SEALED, _CHANGED = 13, 200, 5


@dataclass(frozen=True)
class EquallyGood(World):
    """A linear world without change whose models are the truth and an error of one size: every promotion is false."""

    def fit(self, name: object, rows: Callable[[], Rows]) -> Model:  # noqa: ARG002
        """Return the model of a cutoff."""
        truth = np.random.default_rng([self.seed, 0, 3]).normal(size=FEATURES)
        error = np.random.default_rng([self.seed, len(self.fitted), 11]).normal(size=FEATURES)
        weights = truth + 0.2 * error / np.linalg.norm(error)
        self.fitted[len(self.fitted)] = model = lambda x: np.asarray(x @ weights, dtype=float)
        return model


@dataclass(frozen=True)
class Bace:
    """BACE's rows in thirteen drops, with a change from the sixth on.

    :param parts: the drops; ``sealed``: 200 rows of the time before.
    """

    parts: tuple[Rows, ...]
    sealed: Rows
    first_changed: int = _CHANGED
    drops: int = _BACE_DROPS - 1
    fitted: dict[object, Model] = field(default_factory=dict)

    def drop(self, number: int) -> Rows:
        """Return a drop."""
        return self.parts[number]

    ahead = drop

    def fit(self, name: object, rows: Callable[[], Rows]) -> Model:
        """Return the model of some rows."""
        if name not in self.fitted:
            self.fitted[name] = boosted(rows())
        return self.fitted[name]


def bace_with(path: str, planted: str, seed: int) -> Bace:
    """Cut BACE into drops and plant a change.

    :param path: of the table; ``planted``: one of ``PLANTED``.
    """
    table = table_of(read_frame(path))
    x = table.features[:, table.features.std(axis=0) > 0][:, ::6].astype(np.float32).astype(float)
    random = np.random.default_rng(seed)
    order = random.permutation(len(x))
    if planted == "new series":
        late = _late_series(x)[order]
        rate = (_BACE_DROPS - _CHANGED) / _BACE_DROPS
        fill = np.flatnonzero(~late)
        late[fill[len(fill) - max(0, round(rate * (len(x) - _SEALED)) - int(late.sum())) :]] = True
        order = np.concatenate([order[~late], order[late]])
        after = order[int((~late).sum()) :]
        order = np.concatenate([order[: int((~late).sum())], random.permutation(after)])
    rows = Rows(x[order], table.target[order].copy())
    sealed, rest = rows[:_SEALED], rows[_SEALED:]
    cuts = np.linspace(0, len(rest.y), _BACE_DROPS + 1).astype(int)
    parts = [rest[start:stop] for start, stop in pairwise(cuts)]
    changed = [Rows(one.x, _planted(one.y, planted, table.target.mean())) for one in parts[_CHANGED:]]
    return Bace((*parts[:_CHANGED], *changed), sealed)


def _planted(target: Values, planted: str, mean: float) -> Values:
    if planted.startswith("assay shifted"):
        return target + 1.0
    if planted.startswith("assay scaled"):
        return mean + 1.5 * (target - mean)
    return target


def _late_series(x: Values) -> Values:
    """Return which rows are of the cluster that is most like a third of all: a chemical series by its descriptors."""
    from sklearn.cluster import KMeans
    from sklearn.preprocessing import QuantileTransformer

    scaled = QuantileTransformer(n_quantiles=100, random_state=0).fit_transform(x)
    found = KMeans(6, n_init=3, random_state=0).fit_predict(scaled)
    sizes = np.bincount(found)
    return np.asarray(found == int(np.argmin(np.abs(sizes - len(x) / 3))))
