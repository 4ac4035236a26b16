"""The models to retrain: one YAML file each in include/models/, read strictly into frozen dataclasses.

Strict means: an unknown key, a key given twice, a missing key or a value of another type is refused with a sentence
that names the file, the key and the fix. Nothing is coerced: ``"8"`` is no number, and only ``true`` and ``false`` are
booleans.
"""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Mapping
from datetime import datetime
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from include.autopilot.cutoff import as_utc, parse_cutoff
from include.autopilot.drift.driftconfig import DriftConfig
from include.autopilot.errors import ConfigError, OptionsError
from include.autopilot.gate.gateconfig import GateConfig
from include.autopilot.locations import parse_uri
from include.autopilot.scoring.scoreconfig import Deploy, EndpointConfig, ScoreConfig

_STRICT = ConfigDict(extra="forbid", strict=True)


def _instant(value: object) -> datetime:
    """Read a date or an instant; it is UTC unless it says otherwise."""
    if isinstance(value, datetime):
        return as_utc(value)
    try:
        return parse_cutoff(str(value))
    except OptionsError as error:
        raise ValueError("write a date like 2024-01-01") from error


def _root(value: str) -> str:
    parse_uri(value)
    return value.rstrip("/")


def _distinct(value: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(value)) != len(value):
        raise ValueError("name each entry once")
    return value


Instant = Annotated[datetime, BeforeValidator(_instant)]
Text = Annotated[str, Field(min_length=1)]
Names = Annotated[tuple[Text, ...], AfterValidator(_distinct)]
HoldoutName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Algorithm = Literal["xgboost", "linear-learner", "mlp"]
ALGORITHMS: tuple[Algorithm, ...] = get_args(Algorithm)
Featurizer = Literal["reuse", "refit"]
Trigger = Literal["schedule", "drop", "both"]
InstanceType = Annotated[str, Field(pattern=r"^ml\.")]
HoldoutNames = Annotated[tuple[HoldoutName, ...], Field(min_length=1), AfterValidator(_distinct)]


@dataclass(frozen=True, config=_STRICT)
class SearchConfig:
    """How Autopilot searches for the pipeline. Times in seconds; ``cutoff`` is the newest data the search may see."""

    role_arn: Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:iam::\d{12}:role/.+$")]
    cutoff: Instant
    problem_type: Literal["Regression", "BinaryClassification", "MulticlassClassification"]
    metric: Text
    max_candidates: Annotated[int, Field(ge=1, le=750)]
    max_runtime_per_training_seconds: Annotated[int, Field(ge=1)]
    max_runtime_seconds: Annotated[int, Field(ge=1)]
    algorithms: Annotated[tuple[Algorithm, ...], AfterValidator(_distinct)] = ()


@dataclass(frozen=True, config=_STRICT)
class AutopilotConfig:
    """An Autopilot job that exists already; docs/models.md explains every key.

    Either ``job``, with or without ``candidate``; or both ``transform_job`` and ``training_job``; or ``template``.
    """

    job: Text | None = None
    candidate: Text | None = None
    transform_job: Text | None = None
    training_job: Text | None = None
    template: Text | None = None
    columns: Names = ()
    searched_until: Instant | None = None

    def __post_init__(self) -> None:
        """Check that exactly one way to find the candidate is taken."""
        by_jobs = (self.transform_job, self.training_job)
        if any(by_jobs) and not all(by_jobs):
            raise ValueError("name both transform_job and training_job")
        if [self.job, all(by_jobs) or None, self.template].count(None) != 2:
            raise ValueError("name a job, or a transform_job and a training_job, or a template: exactly one of these")
        if self.candidate and not self.job:
            raise ValueError("a candidate can be named only together with its job")


@dataclass(frozen=True, config=_STRICT)
class PriceTable:
    """What instances cost in the user's region: US dollars per hour on demand, by instance type, as of a date."""

    date: Instant
    training: Mapping[InstanceType, Annotated[float, Field(ge=0)]]
    transform: Mapping[InstanceType, Annotated[float, Field(ge=0)]]
    processing: Mapping[InstanceType, Annotated[float, Field(ge=0)]] = Field(default_factory=dict)


Dollars = Annotated[float, Field(ge=0)]


@dataclass(frozen=True, config=_STRICT)
class NotifyConfig:
    """Who is told of failures, promotions, kept champions and budgets; docs/notifications.md explains both."""

    sns_topic_arn: Annotated[str, Field(pattern=r"^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w.-]+$")] | None = None
    webhook_conn_id: Text | None = None

    def __post_init__(self) -> None:
        """Check that there is somebody to tell."""
        if self.sns_topic_arn is None and self.webhook_conn_id is None:
            raise ValueError("give sns_topic_arn, webhook_conn_id or both; to tell nobody leave notify out")


@dataclass(frozen=True, config=_STRICT)
class ModelConfig:
    """One model. docs/models.md explains every key."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,23}$")]
    title: Text
    schedule: Text | None
    start_date: Instant
    root: Annotated[str, AfterValidator(_root)]
    target: Text
    key: Text
    ignore: Names
    holdouts: HoldoutNames
    validation_fraction: Annotated[float, Field(gt=0, lt=1)]
    search: SearchConfig | None = None
    autopilot: AutopilotConfig | None = None
    notes: Names = ()
    inference_output: Literal["labels", "probabilities"] = "labels"
    featurizer: Featurizer = "reuse"
    prices: PriceTable | None = None
    gate: GateConfig = GateConfig()
    approval: Literal["none", "required"] = "none"
    approval_timeout_seconds: Annotated[int, Field(ge=1)] | None = None
    trigger: Trigger = "schedule"
    drops_queue_url: Annotated[str, Field(pattern=r"^https?://.+/[^/]+$")] | None = None
    changed_drops: Literal["refuse", "accept"] = "refuse"
    changed_holdouts: Literal["refuse", "accept"] = "refuse"
    drift: DriftConfig = DriftConfig()
    budget_usd: Dollars | None = None
    budget_usd_per_run: Dollars | None = None
    notify: NotifyConfig | None = None
    search_after_losses: Annotated[int, Field(ge=1)] | None = None
    search_again: Literal["tell", "trigger"] = "tell"
    score: ScoreConfig | None = None
    deploy: Deploy = "none"
    endpoint: EndpointConfig | None = None

    def __post_init__(self) -> None:
        """Check that there is a way to a first template, what starts a run can be heard, and the keys fit together."""
        if self.trigger != "schedule" and self.drops_queue_url is None:
            raise ValueError(f"trigger {self.trigger} needs drops_queue_url, the SQS queue that S3 tells of objects")
        if self.trigger == "both" and self.schedule is None:
            raise ValueError("trigger both needs a schedule: give a cron expression, or say trigger: drop")
        if self.endpoint is not None and self.deploy == "none":
            raise ValueError("endpoint describes what deploy: none leaves out: say deploy: endpoint, or take it out")
        if self.search is None and self.autopilot is None:
            raise ValueError("say where the pipeline comes from: add autopilot (a job you have) or search (a new one)")
        if self.approval_timeout_seconds is not None and self.approval == "none":
            raise ValueError("approval_timeout_seconds limits an approval: set approval to required, or take it out")


class _Loader(yaml.SafeLoader):
    """YAML 1.1 without its two traps: ``yes`` is a text, not true, and a key given twice is an error."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - PyYAML's own class attribute
        first: [rule for rule in rules if rule[0] != "tag:yaml.org,2002:bool"]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        keys = [key.value for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                raise ConfigError(f"key {key!r} is given twice. Keep one of them.")
        return super().construct_mapping(node, deep=deep)


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(true|false)$"), list("tf"))


def parse_model(text: str, file: str) -> ModelConfig:
    """Read one model's YAML.

    :param file: the file's name, for messages.
    :raises ConfigError: the text cannot be used; the message names the file, each key and the fix.
    """
    try:
        values = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader, made stricter
    except ConfigError as error:
        raise ConfigError(f"{file}: {error}") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{file} is not YAML: {error}") from error
    try:
        # By way of JSON, because pydantic's strict mode then takes a list for a tuple and an object for a dataclass.
        config = TypeAdapter(ModelConfig).validate_json(json.dumps(values, default=str))
    except ValidationError as error:
        raise ConfigError("\n".join(f"{file}: {_sentence(detail)}" for detail in error.errors())) from error
    if f"{config.name}.yaml" != file:
        raise ConfigError(f"{file}: name is {config.name!r}. Give the file and the model the same name.")
    return config


def load_models(folder: Traversable | None = None) -> tuple[ModelConfig, ...]:
    """Read every model, by name.

    :param folder: where the YAML files are; include/models/ unless told.
    :raises ConfigError: a file cannot be used.
    """
    place = files("include").joinpath("models") if folder is None else folder
    found = sorted((entry for entry in place.iterdir() if entry.name.endswith(".yaml")), key=lambda entry: entry.name)
    return tuple(parse_model(entry.read_text(encoding="utf-8"), entry.name) for entry in found)


def _sentence(detail: Any) -> str:
    """Turn one of pydantic's findings into: which key, what is wrong, what to do."""
    key = ".".join(str(part) for part in detail["loc"]) or "the file"
    kind = detail["type"]
    if kind == "value_error" and isinstance(detail["input"], dict):
        return f"{key}: {detail['ctx']['error']}."
    if kind == "missing":
        return f"key {key!r} is missing. Add it; docs/models.md explains every key."
    if kind in ("unexpected_keyword_argument", "extra_forbidden"):
        return f"key {key!r} is not known. Remove it or correct its spelling; docs/models.md explains every key."
    return f"key {key!r} is {detail['input']!r}. {detail['msg']}."
