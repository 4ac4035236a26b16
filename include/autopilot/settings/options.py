"""The forms of retraining, search, exam, backtest and rollback: every field is defined here and nowhere else.

None always means: as in the template, the YAML or the schedule.
"""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field, WithJsonSchema
from pydantic.dataclasses import dataclass

from include.autopilot.base.errors import OptionsError
from include.autopilot.settings import forms
from include.autopilot.settings.config import Featurizer
from include.autopilot.settings.retune import Recipe
from include.autopilot.settings.search import ALGORITHMS, Algorithm
from include.autopilot.settings.window import Newest, Window

Scope = Literal["full", "new", "last"]


@dataclass(frozen=True)
class RunOptions(forms.Form):
    """What a user may change for one retraining."""

    cutoff: forms.Instant = Field(
        None,
        title="Cutoff",
        description="The run sees drops of {model.title} dated up to this instant (UTC). "
        "Empty: the end of the scheduled interval, or now.",
    )
    scope: Annotated[Scope | None, forms.one_of(Scope), WithJsonSchema({"enum": [None, *get_args(Scope)]})] = Field(
        None,
        title="Data scope",
        description="Which drops to train on. Empty: as window in the model's YAML says ({model.window_words}).",
        json_schema_extra={
            "values_display": {
                "null": "as in the YAML",
                "full": "all drops up to the cutoff",
                "new": "the newest drop only",
                "last": "the last drops, as many as below",
            }
        },
    )
    last_drops: forms.Count = Field(
        None,
        title="Number of drops",
        description='With data scope "last": how many of the newest drops up to the cutoff. Otherwise empty.',
    )
    instance_type: forms.InstanceType = Field(
        None,
        title="Training instance type",
        description="For example ml.m5.4xlarge. Empty: as in the template.",
        json_schema_extra=forms.WHERE,
    )
    instance_count: forms.Count = Field(
        None,
        title="Training instance count",
        description="Empty: as in the template.",
        json_schema_extra=forms.WHERE,
    )
    spot: forms.MaybeSwitch = Field(
        None,
        title="Managed spot training",
        description="Spot capacity is cheaper and may be interrupted. Empty: as in the template.",
        json_schema_extra={
            **forms.WHERE,
            "values_display": {"null": "as in the template", "true": "spot", "false": "on demand"},
        },
    )
    max_runtime_seconds: forms.Seconds = Field(
        None,
        title="Longest training time (seconds)",
        description="SageMaker stops the training job after this time and the run fails. Empty: as in the template.",
        json_schema_extra=forms.WHERE,
    )
    recipe: Annotated[Recipe, forms.one_of(Recipe), forms.OfModel(lambda model: model.recipe)] = Field(
        "replay",
        title="Recipe",
        description="How the challenger is made. A retune needs retune in the model's YAML; a search takes as long as "
        "the one that the winner came from.",
        json_schema_extra={
            **forms.HOW,
            "values_display": {
                "replay": "replay the winner",
                "retune": "tune around the winner, too",
                "search": "search again on the run's rows",
            },
        },
    )
    featurizer: Annotated[Featurizer, forms.one_of(Featurizer), forms.OfModel(lambda model: model.featurizer)] = Field(
        "reuse",
        title="Featurizer",
        description="Reuse the fitted preprocessing, or fit it again first. A fit costs a training job and a "
        "transform job per drop in every run, and learns no new classes.",
        json_schema_extra={
            **forms.HOW,
            "values_display": {"reuse": "reuse Autopilot's", "refit": "fit it again on the training data"},
        },
    )
    dry_run: forms.Switch = Field(
        False,
        title="Dry run",
        description="Check everything, print every request and how it differs from the template, start no job.",
    )

    def __post_init__(self) -> None:
        """Check that the number of drops is given where it is needed, and only there."""
        if (self.scope == "last") != (self.last_drops is not None):
            raise OptionsError(
                "scope last and last_drops go together: choose scope last and say of how many drops, or leave both."
            )

    @property
    def of_trainings(self) -> tuple[str, ...]:
        """Return the names of the fields that are filled in and say how a training runs."""
        fields = ("instance_type", "instance_count", "spot", "max_runtime_seconds")
        return tuple(name for name in fields if getattr(self, name) is not None)

    def window(self, said: Window) -> Window:
        """Return which drops the run learns from: what the form says, else the model's YAML.

        :param said: by the YAML.
        """
        chosen: dict[Scope | None, Window] = {None: said, "full": "all", "new": Newest(1)}
        return chosen[self.scope] if self.scope != "last" else Newest(self.last_drops)


@dataclass(frozen=True)
class SearchOptions(forms.Form):
    """What a user may change for one search."""

    cutoff: Annotated[
        forms.Instant, forms.OfModel(lambda model: model.search.cutoff.isoformat() if model.search else None)
    ] = Field(
        None,
        title="Cutoff",
        description="The search sees drops up to this date; retraining for an earlier cutoff is refused. Empty: now.",
    )
    algorithm: Annotated[Algorithm | None, forms.one_of(Algorithm), WithJsonSchema({"enum": [None, *ALGORITHMS]})] = (
        Field(
            None,
            title="Algorithm",
            description="The only algorithm to try, for example the last winner's. Empty: as the model's YAML says.",
        )
    )


@dataclass(frozen=True)
class ExamOptions(forms.Form):
    """What a user may say of the exams of one run."""

    cutoff: forms.Instant = Field(
        None,
        title="Cutoff",
        description="The champion of {model.title} as of this instant (UTC) is examined on all drops up to it that it "
        "has not learned from. Empty: now.",
    )


@dataclass(frozen=True)
class BacktestOptions(forms.Form):
    """What a user may say of one backtest."""

    cutoff: forms.Instant = Field(
        None,
        title="Cutoff",
        description="Every model of {model.title} predicts every later drop up to this instant (UTC). Empty: now.",
    )
    max_jobs: Annotated[int, forms.POSITIVE, WithJsonSchema({"type": "integer", "minimum": 1})] = Field(
        24,
        title="Most jobs",
        description="One small transform job is paid for per model that has not predicted all later drops yet. Where "
        "more than these are needed, none is started, and the log says how many and what they would cost.",
    )
    dry_run: forms.Switch = Field(
        False, title="Dry run", description="Say which jobs are needed and what they would cost; start none."
    )


@dataclass(frozen=True)
class RollbackOptions(forms.Form):
    """What a user has to say for a rollback; Airflow refuses a run that does not say both."""

    version: Annotated[int, forms.POSITIVE, WithJsonSchema({"type": "integer", "minimum": 1})] = Field(
        title="Version",
        description="Its number in the Model Registry, of {model.title}. A wrong one lists those there are.",
    )
    reason: Annotated[str, WithJsonSchema({"type": "string", "minLength": 1})] = Field(
        title="Reason", description="Why. It stands in the ledger and at the version."
    )
