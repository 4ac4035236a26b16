"""The package's own errors. Every message names the thing, the place and what to do next."""

from __future__ import annotations

from collections.abc import Sequence


class AutopilotError(Exception):
    """Base of every error this package raises on purpose."""


class ConfigError(AutopilotError):
    """A model's file, in include/models/ or dags/models/, cannot be used as it stands."""


class DraftError(AutopilotError):
    """A model's YAML that cannot be drafted from what was said; the message says what to say instead."""


class OptionsError(AutopilotError):
    """A value of the trigger form cannot be used."""


class MissingObjectError(AutopilotError):
    """An S3 object that a step needs is not there."""


class WriteDeniedError(AutopilotError):
    """S3 does not allow to write an object; the message says which key of which YAML may help."""


class MissingResourceError(AutopilotError):
    """SageMaker does not know the named job or model (any more)."""


class NotRecordedError(MissingResourceError):
    """A folder of recorded responses does not hold one that is asked for; the job or model itself may well exist."""


class RequestError(AutopilotError):
    """A request that SageMaker would refuse; found before it was sent."""


class CandidateError(AutopilotError):
    """An Autopilot job whose winner cannot be replayed; the message says why."""


class UnreadableError(AutopilotError):
    """Something that was named cannot be read at all: no such folder, no such job in it, not JSON."""


class TemplateError(AutopilotError):
    """A template that is absent, changed, too new for this botocore, or not allowed for this run."""


class DropError(AutopilotError):
    """The folder of drops or a holdout does not hold what the run needs."""


class ChangedError(DropError):
    """A drop or a holdout is not what it was when a run first used it."""


class IdentityError(DropError):
    """Rows that seem to be one row, or keys that are none; no job was started."""


class LeakError(AutopilotError):
    """A run's rows are not kept apart; nothing was trained."""


class DriftError(AutopilotError):
    """A drop differs from the baseline so much that it looks like a broken delivery."""


class RunError(AutopilotError):
    """A step of a run found its inputs incomplete."""


class PreflightError(AutopilotError):
    """Something that the run's requests name is missing; no job was started."""


class EvaluationError(AutopilotError):
    """Predictions that do not belong, line for line, to the holdout they were made for."""


class NoAnswerError(EvaluationError):
    """A cell that a model answered with holds no usable value: the model is to be judged by that, not the run."""


class GateError(AutopilotError):
    """Two models that the gate cannot compare; the message says why."""


class RegistryError(AutopilotError):
    """The Model Registry and the pointer to the champion do not say what a step needs."""


class RollbackError(AutopilotError):
    """A version that cannot be put back."""


class RetentionError(AutopilotError):
    """Something that is not needed any more could not be removed; running the command again goes on."""


class ScoringError(AutopilotError):
    """New rows that cannot be scored as asked; the message says why."""


class LineageError(AutopilotError):
    """A link between predictions and the drops behind them is missing or was changed; the message says which."""


class IntervalError(AutopilotError):
    """A prediction interval that cannot be given honestly; the message says why."""


class ContractError(AutopilotError):
    """A file that breaks the contract.

    :param problems: one sentence per problem; each names file, column, row and fix.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class NewClassError(ContractError):
    """A file with no other fault than classes that the candidate does not know: a search on its rows learns them."""


class EmptyFileError(ContractError):
    """A file without anything to read: among others it can be passed over."""
