"""What CreateHyperParameterTuningJob refuses, beside what CreateTrainingJob refuses of a child.

Texts that are known of AWS are AWS's; the others name the rule of its documentation that is broken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from include.local_aws.errors import NotDone, ValidationException
from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.hyperparameters import Hyperparameter
from include.local_aws.tuning.definitions import OBJECTIVE, Definition, definitions_of
from include.local_aws.tuning.ranges import Real, Words
from include.local_aws.tuning.settings import GRID, HYPERBAND, most_resource

_MOST_HYPERPARAMETERS = 100
_MOST_EPOCHS = 20_000
# Where a job with one definition says what each of several says for itself.
_OF_ONE = {"TuningObjective": "HyperParameterTuningJobObjective", "HyperParameterRanges": "ParameterRanges"}
_NO_METRIC = (
    "A metric is required for this hyperparameter tuning job objective. Provide a metric in the metric definitions."
)


def check_members(request: Mapping[str, Any]) -> None:
    """Raise the error of members that exclude, or need, each other, and of what is not done here."""
    config = request["HyperParameterTuningJobConfig"]
    one, several = "TrainingJobDefinition" in request, "TrainingJobDefinitions" in request
    if one == several:
        raise ValidationException("Provide either TrainingJobDefinition or TrainingJobDefinitions.")
    if "Autotune" in request:
        raise NotDone("Autotune")
    convergence = config.get("TuningJobCompletionCriteria", {}).get("ConvergenceDetected", {})
    if convergence.get("CompleteOnConvergence") == "Enabled":
        raise NotDone("TuningJobCompletionCriteria.ConvergenceDetected")
    if one:
        _check_one(request["TrainingJobDefinition"])
    if one and "HyperParameterTuningJobObjective" not in config:
        raise ValidationException("HyperParameterTuningJobConfig must specify HyperParameterTuningJobObjective.")
    if several:
        _check_several(request["TrainingJobDefinitions"], config)
    for place in (config, *_given(request)):
        _check_done(place)


def _check_done(place: Mapping[str, Any]) -> None:
    """Check a definition, or the configuration, for what is not done."""
    for member in ("ParameterRanges", "HyperParameterRanges"):
        if place.get(member, {}).get("AutoParameters"):
            raise NotDone(f"{member}.AutoParameters")
    if "InstanceConfigs" in place.get("HyperParameterTuningResourceConfig", {}):
        raise NotDone("HyperParameterTuningResourceConfig.InstanceConfigs")


def _check_one(definition: Mapping[str, Any]) -> None:
    """Refuse what is read of several definitions only: of one it would be passed over."""
    for member, instead in _OF_ONE.items():
        if definition.get(member):
            raise ValidationException(
                f"With one TrainingJobDefinition, specify {instead} in HyperParameterTuningJobConfig, not {member} in "
                "the definition."
            )


def _check_several(definitions: Sequence[Mapping[str, Any]], config: Mapping[str, Any]) -> None:
    names = [one.get("DefinitionName") for one in definitions]
    if None in names or len(set(names)) < len(names):
        raise ValidationException("Every one of TrainingJobDefinitions needs a DefinitionName of its own.")
    if any("TuningObjective" not in one for one in definitions):
        raise ValidationException("Every one of TrainingJobDefinitions needs a TuningObjective.")
    if len({one["TuningObjective"]["Type"] for one in definitions}) > 1:
        raise ValidationException("The TuningObjective of all TrainingJobDefinitions must have the same Type.")
    for member in ("HyperParameterTuningJobObjective", "ParameterRanges"):
        if config.get(member):
            raise ValidationException(f"Specify {member} in each of TrainingJobDefinitions, not in the configuration.")


def check_search(request: Mapping[str, Any]) -> tuple[Definition, ...]:
    """Raise the error of ranges, limits and strategies that do not fit together; return the definitions."""
    config, definitions = request["HyperParameterTuningJobConfig"], definitions_of(request)
    for definition in definitions:
        _check_names(definition)
    if config["Strategy"] == HYPERBAND:
        _check_hyperband(config, definitions[0])
    elif config.get("StrategyConfig", {}).get("HyperbandStrategyConfig"):
        raise ValidationException(f"HyperbandStrategyConfig is for the strategy Hyperband, not {config['Strategy']}.")
    _check_number(config, definitions)
    return definitions


def _check_names(definition: Definition) -> None:
    static = definition.given.get("StaticHyperParameters", {})
    twice = [one.name for one in definition.ranges if one.name in static]
    if twice:
        raise ValidationException(f"The hyperparameter {twice[0]} is static and has a range. Provide one of the two.")
    if not definition.ranges:
        raise ValidationException("Provide at least one hyperparameter range.")
    if len(definition.static) + len(definition.ranges) > _MOST_HYPERPARAMETERS:
        raise ValidationException(
            f"A tuning job can have at most {_MOST_HYPERPARAMETERS} hyperparameters, static ones, tunable ones and "
            f"{OBJECTIVE} together."
        )


def _check_hyperband(config: Mapping[str, Any], definition: Definition) -> None:
    most = most_resource(config, definition)
    if config.get("TrainingJobEarlyStoppingType", "Off") != "Off":
        raise ValidationException("TrainingJobEarlyStoppingType must be Off when the strategy is Hyperband.")
    if most is None:
        raise ValidationException(
            "MaxResource of HyperbandStrategyConfig is not given and cannot be inferred from the static "
            "hyperparameters. Provide MaxResource."
        )
    least = config.get("StrategyConfig", {}).get("HyperbandStrategyConfig", {}).get("MinResource", 1)
    if not least <= most <= _MOST_EPOCHS:
        raise ValidationException(
            f"MaxResource ({most}) must be greater than or equal to MinResource ({least}) and at most {_MOST_EPOCHS}."
        )


def _check_number(config: Mapping[str, Any], definitions: Sequence[Definition]) -> None:
    jobs = config["ResourceLimits"].get("MaxNumberOfTrainingJobs")
    combinations = float(sum(one.combinations for one in definitions))
    if config["Strategy"] == GRID:
        others = [one.name for definition in definitions for one in definition.ranges if not isinstance(one, Words)]
        if others:
            raise ValidationException(
                f"The strategy Grid searches categorical hyperparameters only; {others[0]} has another range."
            )
        if jobs is not None and jobs != combinations:
            raise ValidationException(
                f"MaxNumberOfTrainingJobs, [{jobs}], must equal the number of combinations of the categorical "
                f"hyperparameters, [{int(combinations)}], when the strategy is Grid."
            )
    elif jobs is None:
        raise ValidationException("ResourceLimits must specify MaxNumberOfTrainingJobs.")
    elif combinations < jobs:
        raise ValidationException(
            "You don't have enough combinations of hyperparameter ranges. The total number of hyperparameter "
            f"combinations for the provided ranges [{combinations}] must be equal or greater than the value of "
            f"MaxNumberOfJobs, [{jobs}]. Provide additional ranges."
        )


def check_algorithm(
    definition: Definition, metrics: Sequence[str], hyperparameters: Mapping[str, Hyperparameter] | None
) -> None:
    """Raise the error of an objective or of hyperparameters that the algorithm does not have.

    :param metrics: the names of its metrics.
    :param hyperparameters: None: the image runs scripts, whose hyperparameters nobody knows.
    """
    if not metrics:
        raise ValidationException(_NO_METRIC)
    allowed = hyperparameters[OBJECTIVE].allowed if hyperparameters else None
    valid = [name for name in metrics if allowed is None or name in allowed]
    if definition.metric not in valid:
        raise ValidationException(
            f"The objective metric for the hyperparameter tuning job, [{definition.metric}], isn't valid for the "
            f"[{definition.image}] algorithm. Choose a valid objective metric. The valid metrics are "
            f"[{', '.join(valid)}]."
        )
    if hyperparameters is not None:
        _check_hyperparameters(definition, hyperparameters)


def _check_hyperparameters(definition: Definition, hyperparameters: Mapping[str, Hyperparameter]) -> None:
    for name in (*definition.given.get("StaticHyperParameters", {}), *(one.name for one in definition.ranges)):
        if name not in hyperparameters:
            known = ", ".join(sorted(one for one in hyperparameters if not one.startswith("_")))
            raise ValidationException(
                f"The hyperparameter [{name}] isn't valid for the [{definition.image}] algorithm. The valid "
                f"hyperparameters are [{known}]."
            )
    for one in definition.ranges:
        if isinstance(one, Real) and hyperparameters[one.name].parse is int:
            raise ValidationException(f"The hyperparameter [{one.name}] takes integers. Provide an integer range.")
        try:
            for text in one.bounds:
                hyperparameters[one.name].read(one.name, text)
        except ClientError as error:
            raise ValidationException(
                f"The range of the hyperparameter [{one.name}] isn't valid for the [{definition.image}] algorithm: "
                f"{error}"
            ) from error


def _given(request: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    several: Sequence[Mapping[str, Any]] = request.get("TrainingJobDefinitions") or [request["TrainingJobDefinition"]]
    return several
