"""What a run predicts and what its predictions are judged by, or why no run can use a template.

The first task of a retraining asks this of its template, and the describe command of what a survey has found: what the
one says can be replayed, the other takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from include.autopilot.base.errors import TemplateError
from include.autopilot.base.metrics import PROBLEM_TYPES, REGRESSION, Metric, find_metric
from include.autopilot.candidate.descriptions import Description
from include.autopilot.candidate.inference import Container, columns_of
from include.autopilot.candidate.objective import Objective
from include.autopilot.candidate.survey import Survey
from include.autopilot.template.complete import KINDS, check_replay, check_search
from include.autopilot.template.projection import project
from include.autopilot.template.published import Template, pipeline_of

_FIX = "Search again, with a metric that needs labels only (F1, Accuracy), and leave inference_output out of the YAML."
_STATE = "State them, the negative one first: --labels no,yes, or labels below autopilot in the YAML."
_ACCURACY = "Search again with a metric like Accuracy."


@dataclass(frozen=True)
class Problem:
    """The problem of one run.

    :param type: Regression, BinaryClassification or MulticlassClassification.
    :param target: the column to predict.
    :param objective: the metric by Autopilot's name, never an algorithm's, and which way is better.
    :param labels: the classes the candidate knows, by class index; of two, the second is the positive one. Empty for a
        regression, or where the candidate does not say.
    :param columns: what the pipeline answers with, in order.
    """

    type: str
    target: str
    objective: Objective
    labels: tuple[str, ...]
    columns: tuple[str, ...]

    @property
    def is_regression(self) -> bool:
        """Whether numbers are predicted, not classes."""
        return self.type == REGRESSION


def problem_of(template: Template, probabilities: bool) -> Problem:
    """Return the problem of a template's runs.

    :param probabilities: whether they are asked for although the objective does without.
    :raises TemplateError: its requests are not whole, or the objective could not be computed from what the pipeline
        answers.
    """
    asked = _asked(template, template.schema.labels)
    columns = asked.columns(probabilities)
    objective = Objective(asked.metric.name, template.objective.direction)
    return Problem(template.problem_type, template.schema.target, objective, template.schema.labels, columns)


def refusal_of(survey: Survey, template: Template | None) -> TemplateError | None:
    """Return why no run could use what a survey has found, as far as that tells; None: nothing does.

    :param template: what was made of it; None where something is missing.
    """
    try:
        asked = _partly(survey) if template is None else _asked(template, _labels(survey))
        if asked is not None:
            asked.columns(False)
    except TemplateError as error:
        return error
    return None


def _labels(survey: Survey) -> tuple[str, ...] | None:
    """Return the classes; None where they are not known yet: a search learns them from its rows."""
    return survey.schema.labels if survey.schema and not survey.is_ensemble else None


def _asked(template: Template, labels: tuple[str, ...] | None) -> _Asked:
    if template.replay is None:
        check_search(template.candidate, template.repeatable)
    else:
        check_replay(template.candidate, vars(template.replay))
    return _Asked(template.candidate, template.problem_type, template.objective, labels, template.pipeline)


def _partly(survey: Survey) -> _Asked | None:
    label = survey.name or survey.label
    if not survey.is_ensemble:
        check_replay(label, {role: project(KINDS[role], told) for role, told in _replayed(survey)})
    if survey.problem_type is None or survey.objective is None:
        return None
    return _Asked(label, survey.problem_type, survey.objective, _labels(survey), pipeline_of(survey.containers))


def _replayed(survey: Survey) -> Iterable[tuple[str, Description]]:
    return ((role, told) for role, told in survey.described.items() if role in KINDS)


@dataclass(frozen=True)
class _Asked:
    """What a pipeline is asked for, and who is asked.

    :param labels: None where they are not known yet: a search learns them from its rows.
    :param containers: none where they are not known yet.
    """

    candidate: str
    problem_type: str
    objective: Objective
    labels: tuple[str, ...] | None
    containers: Sequence[Container]

    @property
    def metric(self) -> Metric:
        """The objective's row in the table of metrics."""
        found = find_metric(self.objective.metric, self.problem_type)
        if found is None:
            raise TemplateError(
                f"The objective of {self.candidate} is {self.objective.metric!r}, which cannot be computed for "
                f"{self.problem_type}. Search again with another metric."
            )
        return found

    def columns(self, probabilities: bool) -> tuple[str, ...]:
        """Return what the pipeline answers with, in order.

        :raises TemplateError: that is not enough for the objective.
        """
        if self.problem_type not in PROBLEM_TYPES:
            raise TemplateError(f"{self.candidate} is for {self.problem_type}; use one of {PROBLEM_TYPES}.")
        metric = self.metric
        if self.objective.direction != metric.direction:
            raise TemplateError(
                f"{self.candidate} was searched to {self.objective.direction.lower()} {metric.name}, which is to "
                f"{metric.direction.lower()}: the gate would promote the worse model. Search again."
            )
        wanted = "probabilities" if probabilities else ""
        wanted = f"{metric.name}, which needs probabilities" if metric.needs_probabilities else wanted
        self._check_labels(metric, wanted)
        if not self.containers:
            return ()
        try:
            return columns_of(self.containers, self.problem_type, bool(wanted))
        except TemplateError as error:
            raise TemplateError(f"{self.candidate} is asked for {wanted or 'labels'}. {error} {_FIX}") from error

    def _check_labels(self, metric: Metric, wanted: str) -> None:
        """Refuse what cannot be computed without knowing the classes by their numbers."""
        if self.problem_type == REGRESSION:
            if wanted:
                raise TemplateError(f"{self.candidate} predicts numbers: take inference_output out of the YAML.")
            return
        if self.labels is None:
            return
        count = len(self.labels)
        if metric.needs_positive_class and count != 2:
            raise TemplateError(
                f"The objective {metric.name} needs to know which of two classes is the positive one, but "
                f"{self.candidate} names {count} classes. {_STATE if not count else _ACCURACY}"
            )
        if wanted and not count:
            raise TemplateError(
                f"{self.candidate} is asked for {wanted}, but does not say in which order of classes they come. "
                f"{_STATE}"
            )
