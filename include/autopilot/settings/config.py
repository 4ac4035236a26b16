"""The models to retrain: one YAML file each, read strictly into frozen dataclasses.

They are in include/models/, and in dags/models/ beside the DAG files: what Amazon MWAA takes over while it runs.

Strict means: an unknown key, a key given twice, a missing key or a value of another type is refused with a sentence
that names the file, the key and the fix. Nothing is coerced: ``"8"`` is no number, and only ``true`` and ``false`` are
booleans.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from importlib.resources.abc import Traversable
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from include.autopilot.base.errors import ConfigError
from include.autopilot.base.metrics import REGRESSION, find_metric, metric_named, metrics_of
from include.autopilot.s3.encryption import EncryptionOfModel
from include.autopilot.settings.decline import DeclineConfig
from include.autopilot.settings.drift import DriftConfig
from include.autopilot.settings.gate import GateConfig
from include.autopilot.settings.identity import IdentityConfig
from include.autopilot.settings.modelfiles import model_files
from include.autopilot.settings.recent import RECENT, RecentConfig
from include.autopilot.settings.report import ReportConfig
from include.autopilot.settings.retune import Recipe, RetuneConfig
from include.autopilot.settings.schedule import cron
from include.autopilot.settings.score import Deploy, EndpointConfig, ScoreConfig
from include.autopilot.settings.search import AutopilotConfig, SearchConfig
from include.autopilot.settings.segments import SegmentsConfig
from include.autopilot.settings.sentences import sentence
from include.autopilot.settings.strictyaml import read_yaml
from include.autopilot.settings.values import (
    LARGEST,
    ConnectionId,
    Dollars,
    HoldoutNames,
    InstanceType,
    Instant,
    ModelName,
    Names,
    QueueUrl,
    Root,
    Text,
    TopicArn,
)
from include.autopilot.settings.window import Newest, Window

_STRICT = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)
# What no two models may share, and why.
_OWN = {
    "root": "Each would replace the other's champion, template and ledger: give each model a folder of its own.",
    "drops_queue_url": "Each would take messages away from the other: give each model a queue of its own.",
}
# Longer than any approval, and far from what Python's own time spans can hold.
_YEAR_SECONDS = 366 * 24 * 3600
Featurizer = Literal["reuse", "refit"]
Trigger = Literal["schedule", "drop", "both"]


@dataclass(frozen=True, config=_STRICT)
class PriceTable:
    """What instances cost in the user's region: US dollars per hour on demand, by instance type, as of a date."""

    date: Instant
    training: Mapping[InstanceType, Dollars]
    transform: Mapping[InstanceType, Dollars]
    processing: Mapping[InstanceType, Dollars] = Field(default_factory=dict)


@dataclass(frozen=True, config=_STRICT)
class NotifyConfig:
    """Who is told of failures, promotions, kept champions and budgets; docs/notifications.md explains both."""

    sns_topic_arn: TopicArn | None = None
    webhook_conn_id: ConnectionId | None = None

    def __post_init__(self) -> None:
        """Check that there is somebody to tell."""
        if self.sns_topic_arn is None and self.webhook_conn_id is None:
            raise ValueError("give sns_topic_arn, webhook_conn_id or both; to tell nobody leave notify out")


@dataclass(frozen=True, config=_STRICT)
class ModelConfig:
    """One model. docs/models.md explains every key."""

    name: ModelName
    title: Text
    schedule: Annotated[Text, AfterValidator(cron)] | None
    start_date: Instant
    root: Root
    target: Text
    key: Text
    ignore: Names
    holdouts: HoldoutNames
    validation_fraction: Annotated[float, Field(gt=0, lt=1)]
    search: SearchConfig | None = None
    autopilot: AutopilotConfig | None = None
    notes: Names = ()
    report: ReportConfig = ReportConfig()
    inference_output: Literal["labels", "probabilities"] = "labels"
    recipe: Recipe = "replay"
    retune: RetuneConfig | None = None
    featurizer: Featurizer = "reuse"
    prices: PriceTable | None = None
    gate: GateConfig = GateConfig()
    recent: RecentConfig = RecentConfig()
    window: Window = "all"
    segments: SegmentsConfig = ()
    exam: Literal["on", "off"] = "on"
    decline: DeclineConfig = DeclineConfig()
    approval: Literal["none", "required"] = "none"
    approval_timeout_seconds: Annotated[int, Field(ge=1, le=_YEAR_SECONDS)] | None = None
    priority: Annotated[int, Field(ge=0, le=4)] = 0
    trigger: Trigger = "schedule"
    drops_queue_url: QueueUrl | None = None
    changed_drops: Literal["refuse", "accept"] = "refuse"
    changed_holdouts: Literal["refuse", "accept"] = "refuse"
    identity: IdentityConfig = IdentityConfig()
    drift: DriftConfig = DriftConfig()
    budget_usd: Dollars | None = None
    budget_usd_per_run: Dollars | None = None
    notify: NotifyConfig | None = None
    late_after_hours: Annotated[float, Field(gt=0, le=_YEAR_SECONDS / 3600)] | None = None
    search_after_losses: Annotated[int, Field(ge=1, le=LARGEST)] | None = None
    search_again: Literal["tell", "trigger"] = "tell"
    score: ScoreConfig | None = None
    deploy: Deploy = "none"
    endpoint: EndpointConfig | None = None
    encryption: EncryptionOfModel = None

    @property
    def kms_key(self) -> str | None:
        """The key of KMS that jobs and volumes take where nothing else names one."""
        return self.encryption.kms_key if self.encryption else None

    @property
    def retunes(self) -> RetuneConfig | None:
        """How runs of the model retune; None: they cannot, and have no tasks for it."""
        return self.retune or (RetuneConfig() if self.recipe == "retune" else None)

    @property
    def window_words(self) -> str:
        """Which drops a run learns from, for people."""
        words = {"all": "all drops", "auto": "all drops; after a decline a second model of those since"}
        return self.window.words if isinstance(self.window, Newest) else words[self.window]

    def __post_init__(self) -> None:
        """Check that there is a way to a first template, what starts a run can be heard, and the keys fit together."""
        wrong = [
            *_of_columns(self), *_of_beginnings(self), *_of_answers(self), *_of_judging(self), *_of_segments(self),
            *_of_exams(self), *_of_money(self),
        ]  # fmt: skip
        if wrong:
            raise ValueError(". ".join(wrong))


def _of_columns(model: ModelConfig) -> Iterator[str]:
    """Yield what does not fit together of the columns."""
    if model.target == model.key:
        yield f"target and key are both {model.target!r}. What identifies a row is not to be predicted"
    for role in ("target", "key"):
        if getattr(model, role) in model.ignore:
            yield f"ignore holds the {role} {getattr(model, role)!r}. Take it out of ignore"
    if model.report.structures == model.target:
        yield f"report.structures is the target {model.target!r}, which is to be predicted. Name a column of structures"
    columns = model.autopilot.columns if model.autopilot else ()
    if columns and model.target not in columns:
        yield f"autopilot.columns lacks the target {model.target!r}. Add it where it stands in the training data"
    kept_out = [name for name in columns if name in (model.key, *model.ignore)]
    if kept_out:
        yield f"autopilot.columns holds {', '.join(map(repr, kept_out))}, kept from the model as key or by ignore"


def _of_beginnings(model: ModelConfig) -> Iterator[str]:
    """Yield what does not fit together of what a run, a search and a template begin with."""
    if model.trigger != "schedule" and model.drops_queue_url is None:
        yield f"trigger {model.trigger} needs drops_queue_url, the SQS queue that S3 tells of objects"
    if model.trigger == "both" and model.schedule is None:
        yield "trigger both needs a schedule: give a cron expression, or say trigger: drop"
    if model.search is None and model.autopilot is None:
        yield "say where the pipeline comes from: add autopilot (a job you have) or search (a new one)"
    if model.search_again == "trigger" and model.search_after_losses is None:
        yield "search_again: trigger needs search_after_losses, the kept champions in a row that a search is to follow"


def _of_answers(model: ModelConfig) -> Iterator[str]:
    """Yield what does not fit together of what a model answers, and of what judges and serves it."""
    if model.endpoint is not None and model.deploy == "none":
        yield "endpoint describes what deploy: none leaves out: say deploy: endpoint, or take it out"
    if model.search is None:
        return
    kind, probabilities = model.search.problem_type, model.inference_output == "probabilities"
    if probabilities and kind == REGRESSION:
        yield "inference_output: probabilities is for classes, and search.problem_type is Regression. Take it out"
    objective = metric_named(model.search.metric)
    judging = find_metric(model.gate.metric or model.search.metric, kind)
    if judging is None:
        names = ", ".join(metric.name for metric in metrics_of(kind) if metric.judges)
        yield f"gate.metric is {model.gate.metric!r}, which is none of a {kind}. Write one of: {names}"
    elif model.autopilot is not None:
        # The job that is taken over may have had another objective.
        return
    elif judging.needs_probabilities and not (probabilities or objective.needs_probabilities):
        yield f"gate.metric {judging.name} needs probabilities. Add inference_output: probabilities"
    elif model.gate.direction not in (None, judging.direction):
        told, right = model.gate.direction, judging.direction.lower()
        yield f"gate.direction is {told}, and {judging.name} is to {right}. Correct it, or take it out"


def _of_exams(model: ModelConfig) -> Iterator[str]:
    """Yield what does not fit together of exams and of what follows them."""
    then = model.decline.then
    if model.exam == "off" and model.decline != DeclineConfig():
        yield "decline says what follows from exams, and exam is off: say exam: on, or take decline out"
    elif then != "tell" and model.decline.schedule is None and model.drops_queue_url is None:
        yield f"decline.then: {then} needs exams: add decline.schedule, or drops_queue_url to hear of new drops"
    if then == "search" and model.search is None:
        yield "decline.then: search needs search, which says how to"


def _of_judging(model: ModelConfig) -> Iterator[str]:
    """Yield what does not fit together of the rows that judge, and of what forgets the time before them."""
    if model.window == "auto":
        if model.gate.judge_on == "sealed":
            yield "window: auto needs rows that show a change: add gate: {judge_on: recent}, or write window: all"
        if model.exam == "off":
            yield "window: auto follows the champion's exams, and exam is off: say exam: on, or write window: all"
        if model.featurizer == "refit":
            yield "window: auto takes Autopilot's featurizer: say featurizer: reuse, or write window: all"
        if model.recipe == "search":
            yield "window: auto trains the winner again, and recipe: search does not: write window: all"
    if model.gate.judge_on == "sealed":
        return
    needed, rows = model.gate.min_holdout_rows, model.recent.rows
    if rows < needed:
        yield f"recent.rows is {rows}, and gate.min_holdout_rows {needed}: too few to judge. Write {needed} or more"
    if RECENT in model.holdouts:
        yield f"a holdout is named {RECENT}, as are the recent rows that gate.judge_on asks for. Rename the holdout"


def _of_segments(model: ModelConfig) -> Iterator[str]:
    """Yield what does not fit together of the columns that cut the judging rows into segments."""
    bands = {one.column: one.bands for one in model.segments}
    if model.key in bands:
        yield f"segments names the key {model.key!r}, which no two rows share. Name a column whose values rows share"
    if model.target not in bands or model.search is None or model.autopilot is not None:
        # The job that is taken over says what kind of target it is.
        return
    kind = model.search.problem_type
    if kind == REGRESSION and bands[model.target] is None:
        yield f"segments names the target {model.target!r}, which has numbers. Add bands to it, such as bands: 4"
    if kind != REGRESSION and bands[model.target] is not None:
        yield f"segments asks for bands of the target {model.target!r}, which has classes. Take bands out"


def _of_money(model: ModelConfig) -> Iterator[str]:
    """Yield what does not fit together of budgets and approvals."""
    if model.approval_timeout_seconds is not None and model.approval == "none":
        yield "approval_timeout_seconds limits an approval: set approval to required, or take it out"
    run, month = model.budget_usd_per_run, model.budget_usd
    if run is not None and month is not None and run > month:
        yield f"budget_usd_per_run is {run:g}, more than the {month:g} of budget_usd for a month. Correct one of them"


def parse_model(text: str, file: str) -> ModelConfig:
    """Read one model's YAML.

    :param file: the file's name, for messages.
    :raises ConfigError: the text cannot be used; the message names the file, each key and the fix.
    """
    try:
        # By way of JSON, because pydantic's strict mode then takes a list for a tuple and an object for a dataclass.
        config = TypeAdapter(ModelConfig).validate_json(json.dumps(read_yaml(text), default=_written))
    except ConfigError as error:
        raise ConfigError(f"{file}: {error}") from None
    except ValidationError as error:
        raise ConfigError("\n".join(f"{file}: {sentence(detail, ModelConfig)}" for detail in error.errors())) from None
    if f"{config.name}.yaml" != file:
        raise ConfigError(f"{file}: name is {config.name!r}. Give the file and the model the same name.")
    return config


def load_models(folder: Traversable | None = None) -> tuple[ModelConfig, ...]:
    """Read every model that can be used, by name; :func:`broken_models` says what became of the others.

    :param folder: where the YAML files are; include/models/ and dags/models/ unless told.
    """
    return tuple(read for read in _apart(_read_all(folder)) if isinstance(read, ModelConfig))


def broken_models(folder: Traversable | None = None) -> tuple[ConfigError, ...]:
    """Say of every file that cannot be used which it is, what is wrong and what to do, by name.

    :param folder: where the YAML files are; include/models/ and dags/models/ unless told.
    """
    return tuple(read for read in _apart(_read_all(folder)) if isinstance(read, ConfigError))


def find_model(name: str) -> ModelConfig:
    """Return the model of this name, whatever became of the others.

    :raises ConfigError: there is none, or its file cannot be used.
    """
    # Only its own file: a task of one model among a hundred must not pay for all of them.
    entries = model_files(None)
    if f"{name}.yaml" not in entries:
        others = ", ".join(sorted(file.removesuffix(".yaml") for file in entries)) or "none"
        raise ConfigError(f"There is no {name}.yaml in include/models/ or dags/models/. There are: {others}.")
    read = _read(entries[f"{name}.yaml"])
    if isinstance(read, ConfigError):
        raise read
    return read


def named_models() -> frozenset[str]:
    """Return the names of all models that have a file, whether it can be used or not."""
    return frozenset(file.removesuffix(".yaml") for file in model_files(None))


def _read_all(folder: Traversable | None) -> list[ModelConfig | ConfigError]:
    # Each file alone: a broken one must not take the others along.
    return [_read(found) for _, found in sorted(model_files(folder).items())]


def _apart(read: list[ModelConfig | ConfigError]) -> list[ModelConfig | ConfigError]:
    """Put an error in the place of every model that shares with another one what each must have for itself.

    Which of them is right nobody can tell here, so none gets DAGs; tasks that run already go on (:func:`find_model`).
    """
    models = [model for model in read if isinstance(model, ModelConfig)]
    return [model if isinstance(model, ConfigError) else _shared(model, models) or model for model in read]


def _shared(model: ModelConfig, models: list[ModelConfig]) -> ConfigError | None:
    for key, why in _OWN.items():
        value = getattr(model, key)
        others = [f"{other.name}.yaml" for other in models if other is not model and getattr(other, key) == value]
        if value is not None and others:
            return ConfigError(f"{model.name}.yaml: key {key!r} is {value!r}, as in {', '.join(others)}. {why}")
    return None


def _read(found: Sequence[Traversable]) -> ModelConfig | ConfigError:
    name = found[0].name
    if not name.endswith(".yaml"):
        return ConfigError(f"{name}: a model's file ends in .yaml. Rename it, or move it out of the folder.")
    try:
        text, *others = (entry.read_text(encoding="utf-8") for entry in found)
        if any(other != text for other in others):
            raise ConfigError(
                f"{name} is in include/models/ and in dags/models/, and the two differ. Make them alike, or remove one."
            )
        return parse_model(text, name)
    except ConfigError as error:
        return error
    except UnicodeDecodeError as error:
        return ConfigError(f"{name} is not UTF-8 at byte {error.start}. Save it as UTF-8.")
    except OSError as error:
        return ConfigError(
            f"{name} cannot be read: {error.strerror or error}. Make it a file that Airflow can read, or move it away."
        )
    except Exception as error:  # noqa: BLE001 - what nobody thought of stops this model, not all of them
        return ConfigError(f"{name} cannot be read as a model: {type(error).__name__}: {error}.")


def _written(value: object) -> str:
    """Give a date as it is written; YAML has other kinds of values, which no key takes."""
    if isinstance(value, date):
        return str(value)
    raise ConfigError(f"a value is of the kind {type(value).__name__}, which no key takes. Write a text or a number.")
