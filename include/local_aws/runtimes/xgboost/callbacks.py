"""What happens between boosting rounds: log lines in the container's form, and stopping when the job is stopped."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

from xgboost.callback import TrainingCallback


def log(line: str) -> None:
    """Write a line to the job's log at once: the runner ships it while the job runs."""
    print(line, flush=True)


def round_line(number: int, metrics: Mapping[str, Mapping[str, float]]) -> str:
    """Return `[n]#011train-rmse:1.20000#011validation-rmse:1.30000`, what SageMaker's metric regexes look for.

    :param number: the boosting round.
    :param metrics: data name -> metric name -> value.
    """
    scores = (f"#011{data}-{name}:{value:.5f}" for data, values in metrics.items() for name, value in values.items())
    return f"[{number}]{''.join(scores)}"


class LogRounds(TrainingCallback):  # type: ignore[misc]  # xgboost has no types here
    """Logs every round's metrics."""

    def after_iteration(self, _model: Any, epoch: int, evals_log: dict[str, dict[str, list[float]]]) -> bool:
        """Log the round; never stops the training."""
        latest = {data: {name: values[-1] for name, values in scores.items()} for data, scores in evals_log.items()}
        log(round_line(epoch, latest))
        return False


class StopWhenAsked(TrainingCallback):  # type: ignore[misc]  # xgboost has no types here
    """Ends the training after the current round once `asked` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = False

    def after_iteration(self, _model: Any, epoch: int, _evals_log: dict[str, dict[str, list[float]]]) -> bool:
        """Say whether to stop."""
        if self.asked:
            log(f"Stopped on request after round {epoch}")
        return self.asked


@contextmanager
def stopping_on_sigterm(enabled: bool) -> Iterator[StopWhenAsked]:
    """While inside, SIGTERM ends the training after the current round, so that the model so far can be saved.

    Without `enabled` (`save_model_on_termination`) nothing changes: SIGTERM kills, as in the container. The former
    handler is put back at the end.
    """
    stop = StopWhenAsked()

    def ask(_signal: int, _frame: FrameType | None) -> None:
        stop.asked = True

    # Python lets only the main thread handle signals; a job has its process to itself, so that is where it runs.
    if not enabled or threading.current_thread() is not threading.main_thread():
        yield stop
        return
    former = signal.signal(signal.SIGTERM, ask)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGTERM, former)
