"""What a tuning job tries next, and which children it gives up: Optuna's samplers and pruners."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import optuna

from include.local_aws.tuning.definitions import Definition
from include.local_aws.tuning.settings import GRID, HYPERBAND, Settings

# The tuner's name of the choice between definitions.
_DEFINITION = "pipeline"
# Trials before the tuner trusts its model of the space.
_STARTUP_TRIALS = 3
# How often a finite space is asked for a combination that was not tried yet.
_TRIES = 50


@dataclass(frozen=True)
class Proposal:
    """What a child is to try: a definition and the hyperparameters that are searched."""

    definition: Definition
    tuned: dict[str, str]
    trial: optuna.Trial


class Study:
    """The search of one tuning job. What it proposes depends on its seed and on what it was told, in that order."""

    def __init__(self, settings: Settings) -> None:
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._settings = settings
        self._definitions = settings.definitions
        self._seen: set[tuple[Any, ...]] = set()
        self._combinations = sum(one.combinations for one in settings.definitions)
        self._study = optuna.create_study(
            study_name=settings.name,
            direction="minimize" if settings.minimizes else "maximize",
            sampler=_sampler(settings),
            pruner=_pruner(settings),
        )
        if settings.strategy == GRID:
            for definition in self._definitions:
                for values in itertools.product(*(one.bounds for one in definition.ranges)):
                    self.begin_with(definition, dict(zip((one.name for one in definition.ranges), values, strict=True)))

    def begin_with(self, definition: Definition, tuned: Mapping[str, str]) -> None:
        """Propose these hyperparameters, as far as they are in the ranges, before anything else."""
        params = {self._at(definition, one.name): one.known(tuned[one.name]) for one in definition.ranges}
        place = {_DEFINITION: self._definitions.index(definition)} if len(self._definitions) > 1 else {}
        self._study.enqueue_trial({name: value for name, value in params.items() if value is not None} | place)

    def learn(self, definition: Definition, tuned: Mapping[str, str], value: float) -> None:
        """Take the result of an earlier job into account; what is not in the ranges is passed over."""
        params = {one.name: one.known(tuned.get(one.name, "")) for one in definition.ranges}
        if None not in params.values():
            distributions = {one.name: one.distribution() for one in definition.ranges}
            self._study.add_trial(optuna.create_trial(params=params, distributions=distributions, value=value))

    def ask(self) -> Proposal | None:
        """Return what to try next; None if everything was tried."""
        if len(self._seen) >= self._combinations:
            return None
        for _ in range(_TRIES):
            proposal = self._ask()
            if _tried(proposal) not in self._seen:
                break
            self._study.tell(proposal.trial, state=optuna.trial.TrialState.FAIL)
        else:
            self._begin_with_untried()
            proposal = self._ask()
        self._seen.add(_tried(proposal))
        return proposal

    def hopeless(self, proposal: Proposal, values: Sequence[float], reported: int) -> bool:
        """Whether a child whose objective went as ``values`` should stop; ``reported`` of them were told before."""
        for step in range(reported, len(values)):
            # AWS compares running averages to stop early, and Hyperband the values themselves.
            average = sum(values[: step + 1]) / (step + 1)
            proposal.trial.report(values[step] if self._settings.strategy == HYPERBAND else average, step + 1)
        if self._settings.strategy == HYPERBAND and len(values) > self._settings.resource[1]:
            return True
        return len(values) > reported and proposal.trial.should_prune()

    def tell(self, proposal: Proposal, value: float | None, *, pruned: bool) -> None:
        """Report how a child ended; None: without an objective."""
        states = optuna.trial.TrialState
        if value is None:
            self._study.tell(proposal.trial, state=states.FAIL)
        elif pruned:
            self._study.tell(proposal.trial, state=states.PRUNED)
        else:
            self._study.tell(proposal.trial, value)

    def _begin_with_untried(self) -> None:
        """Propose what is left of a space that is all but tried, which the sampler may not come to by itself."""
        enough = len(self._seen) + 1  # values of each: so many combinations cannot all be tried
        for definition in self._definitions:
            names = [one.name for one in definition.ranges]
            for values in itertools.product(*(itertools.islice(one.values, enough) for one in definition.ranges)):
                if (definition.name, *values) not in self._seen:
                    self.begin_with(definition, dict(zip(names, values, strict=True)))
                    return

    def _ask(self) -> Proposal:
        trial = self._study.ask()
        several = len(self._definitions) > 1
        place = trial.suggest_categorical(_DEFINITION, list(range(len(self._definitions)))) if several else 0
        definition = self._definitions[place]
        tuned = {one.name: one.suggest(trial, self._at(definition, one.name)) for one in definition.ranges}
        return Proposal(definition, tuned, trial)

    def _at(self, definition: Definition, name: str) -> str:
        """Return the tuner's name of a hyperparameter: definitions share it where they have the same range of it."""
        ranges = {one for other in self._definitions for one in other.ranges if one.name == name}
        return name if len(ranges) == 1 else f"{definition.name}/{name}"


def _tried(proposal: Proposal) -> tuple[Any, ...]:
    return proposal.definition.name, *proposal.tuned.values()


def _sampler(settings: Settings) -> optuna.samplers.BaseSampler:
    if settings.strategy != "Bayesian":
        return optuna.samplers.RandomSampler(seed=settings.seed)
    return optuna.samplers.TPESampler(seed=settings.seed, multivariate=True, n_startup_trials=_STARTUP_TRIALS)


def _pruner(settings: Settings) -> optuna.pruners.BasePruner:
    if settings.strategy == HYPERBAND:
        least, most = settings.resource
        return optuna.pruners.HyperbandPruner(min_resource=least, max_resource=most, reduction_factor=3)
    if settings.early_stopping:
        return optuna.pruners.MedianPruner(n_startup_trials=_STARTUP_TRIALS)
    return optuna.pruners.NopPruner()
