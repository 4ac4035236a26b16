"""Worlds: drops of rows whose answers change in a known way, and the models that are fitted on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
Model = Callable[[Values], Values]
FEATURES, NOISE, SEALED, ROWS, AHEAD = 10, 0.5, 200, 100, 1000
KINDS = ("none", "sudden", "gradual", "recurring")


@dataclass(frozen=True)
class Rows:
    """Features and targets."""

    x: Values
    y: Values

    def __getitem__(self, which: NDArray[np.intp] | slice) -> Rows:
        return Rows(self.x[which], self.y[which])


def joined(parts: list[Rows]) -> Rows:
    """Return all rows of some parts."""
    return Rows(np.concatenate([one.x for one in parts]), np.concatenate([one.y for one in parts]))


def share_changed(kind: str, drop: int, drops: int) -> float:
    """Return how much of the change has come at a drop, 0 to 1."""
    start = drops // 3
    if kind == "none":
        return 0.0
    if kind == "sudden":
        return float(drop >= drops // 2)
    if kind == "gradual":
        return min(1.0, max(0.0, (drop - start + 1) / 6))
    return float(start <= drop < 2 * drops // 3)


@dataclass(frozen=True)
class World:
    """One world.

    :param shape: linear (least squares) or nonlinear (XGBoost).
    :param times: by how much the change multiplies the RMSE of a model that knows the old world.
    :param wobble: standard deviation of a drop's noise beside another's, as a logarithm; ``few``: drops of 20 to 100.
    """

    shape: str
    kind: str
    times: float
    drops: int
    seed: int
    wobble: float = 0.05
    few: bool = False
    fitted: dict[object, Model] = field(default_factory=dict)

    @cached_property
    def first_changed(self) -> int | None:
        """The first drop of a changed world."""
        return next((t for t in range(self.drops + 1) if share_changed(self.kind, t, self.drops) > 0), None)

    @cached_property
    def sealed(self) -> Rows:
        """The rows that were sealed on day one."""
        return self._draw(0, SEALED, 0.0, "sealed")

    def drop(self, number: int) -> Rows:
        """Return a drop."""
        random = np.random.default_rng([self.seed, number, 7])
        rows = int(random.integers(20, 101)) if self.few else ROWS
        return self._draw(number, rows, self.wobble * random.normal(), "drop")

    def ahead(self, number: int) -> Rows:
        """Return many rows of a drop's world, to know the truth."""
        return self._draw(number, AHEAD, 0.0, "ahead")

    def _draw(self, number: int, rows: int, harder: float, what: str) -> Rows:
        random = np.random.default_rng([self.seed, number, len(what)])
        x = random.normal(size=(rows, FEATURES))
        noise = NOISE * np.exp(harder) * random.standard_t(5, size=rows) / np.sqrt(5 / 3)
        changed = share_changed(self.kind, number, self.drops) * NOISE * np.sqrt(self.times**2 - 1)
        return Rows(x, self._answer(x, 0) + changed * self._answer(x, 1) / self._size(1) + noise)

    def _answer(self, x: Values, which: int) -> Values:
        weights = np.random.default_rng([self.seed, which, 3]).normal(size=FEATURES)
        if self.shape == "linear":
            return np.asarray(x @ weights, dtype=float)
        bent = np.sin(1.5 * x[:, :3]).sum(axis=1) + np.abs(x[:, 3]) + (x[:, 4] > 0) * x[:, 5]
        return np.asarray(bent * weights[0] + x[:, 6:] @ weights[6:], dtype=float)

    def _size(self, which: int) -> float:
        x = np.random.default_rng(5).normal(size=(4000, FEATURES))
        return float(np.sqrt(np.mean(self._answer(x, which) ** 2)))

    def fit(self, name: object, rows: Callable[[], Rows]) -> Model:
        """Return the model of some rows; fitted once for all policies that ask for it by the same name."""
        if name not in self.fitted:
            self.fitted[name] = least_squares(rows()) if self.shape == "linear" else boosted(rows())
        return self.fitted[name]


def least_squares(rows: Rows) -> Model:
    """Fit a plane."""
    weights = np.linalg.lstsq(np.c_[rows.x, np.ones(len(rows.x))], rows.y, rcond=None)[0]
    return lambda x: np.asarray(np.c_[x, np.ones(len(x))] @ weights, dtype=float)


def boosted(rows: Rows) -> Model:
    """Fit XGBoost with few rounds."""
    from xgboost import XGBRegressor

    model = XGBRegressor(n_estimators=40, max_depth=4, learning_rate=0.15, subsample=0.8, random_state=0, n_jobs=1)
    model.fit(rows.x, rows.y)
    return lambda x: np.asarray(model.predict(x), dtype=float)


def rmse(model: Model, rows: Rows) -> float:
    """Return a model's root mean squared error."""
    return float(np.sqrt(np.mean((model(rows.x) - rows.y) ** 2)))
