"""One rival's search, in the environment of the rivals: ``python rival.py FOLDER``, a process of its own.

Reads ``task.json`` and ``train.csv``, and only after the search ``rows.csv`` (the judging rows, without their target);
writes ``answer.json``. The rivals stop by the wall clock; here their clock is the CPU time of this process, which runs
in one thread, so that other load on the machine takes nothing from them.
"""

from __future__ import annotations

import json
import logging
import resource
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

_BEGAN, _CPU = time.time(), time.process_time()
time.time = lambda: _BEGAN + time.process_time() - _CPU  # before the rivals are imported

import pandas as pd  # noqa: E402

Answerer = Callable[[pd.DataFrame], list[str]]
REGRESSION, BINARY = "Regression", "BinaryClassification"


def flaml(task: dict[str, Any], features: pd.DataFrame, target: pd.Series[Any]) -> tuple[Answerer, str]:
    """Search with FLAML at its defaults."""
    from flaml import AutoML

    kind = task["kind"]
    metric = {REGRESSION: "rmse", BINARY: "roc_auc"}.get(kind, "accuracy")
    automl = AutoML()
    automl.fit(
        _numbered(features),
        target,
        task="regression" if kind == REGRESSION else "classification",
        metric=metric,
        time_budget=task["seconds"],
        n_jobs=1,
        seed=task["seed"],
        verbose=0,
    )

    def answer(rows: pd.DataFrame) -> list[str]:
        rows = _numbered(rows)
        if kind == BINARY:
            place = [str(one) for one in automl.classes_].index(task["rare"])
            return [str(value) for value in automl.predict_proba(rows)[:, place]]
        return [str(value) for value in automl.predict(rows)]

    return answer, f"{automl.best_estimator} {automl.best_config}"


def _numbered(rows: pd.DataFrame) -> pd.DataFrame:
    """Name columns by number: LightGBM takes no brackets in names."""
    return rows.set_axis([f"column{place}" for place in range(rows.shape[1])], axis=1)


def autogluon(task: dict[str, Any], features: pd.DataFrame, target: pd.Series[Any]) -> tuple[Answerer, str]:
    """Search with AutoGluon, bagged and stacked as far as the time goes."""
    from autogluon.tabular import TabularPredictor

    kind = task["kind"]
    metric = {REGRESSION: "root_mean_squared_error", BINARY: "roc_auc"}.get(kind, "accuracy")
    problem = {REGRESSION: "regression", BINARY: "binary"}.get(kind, "multiclass")
    predictor = TabularPredictor("target", problem, metric, path=str(Path(task["folder"], "models")), verbosity=0)
    predictor.fit(
        features.assign(target=target),
        time_limit=task["seconds"],
        presets=task["presets"],
        dynamic_stacking=False,
        num_cpus=1,
        num_gpus=0,
    )

    def answer(rows: pd.DataFrame) -> list[str]:
        if kind == BINARY:
            chances = predictor.predict_proba(rows)
            chances.columns = chances.columns.astype(str)
            return [str(value) for value in chances[task["rare"]]]
        return [str(value) for value in predictor.predict(rows)]

    return answer, str(predictor.model_best)


def main(folder: Path) -> None:
    """Search, answer, and say what it took."""
    task = json.loads((folder / "task.json").read_text())
    train = pd.read_csv(folder / "train.csv")
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    search = {"flaml": flaml, "autogluon": autogluon}[task["rival"]]
    began = _cpu()
    answer, best = search(task, train.drop(columns="target"), train["target"])
    took = _cpu() - began
    answers = answer(pd.read_csv(folder / "rows.csv"))
    (folder / "answer.json").write_text(json.dumps({"cpu": took, "answers": answers, "best": best}))


def _cpu() -> float:
    """Return the CPU seconds of this process and of those it waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
