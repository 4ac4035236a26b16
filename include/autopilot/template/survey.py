"""Looking at a template that was saved: its requests say most of what the descriptions said."""

from __future__ import annotations

from include.autopilot.base.lenient import items_at
from include.autopilot.candidate.steps import TRAINING, Step, Steps
from include.autopilot.candidate.survey import JOBS, Survey
from include.autopilot.candidate.tags import Tags
from include.autopilot.template.published import Template


def survey_template(template: Template) -> Survey:
    """Return what a template says of its candidate."""
    requests = (
        {} if template.replay is None else {role: getattr(template.replay, role) for role in (*JOBS, "featurizer")}
    )
    described = {role: request for role, request in requests.items() if request is not None}
    search = template.search
    tagged = {**described, **({"search": search.request} if search else {})}
    ensemble = Steps((Step("ensemble", TRAINING, template.candidate),))
    return Survey(
        label=template.automl_job or template.candidate,
        automl_job=template.automl_job,
        kind=search.kind if search else None,
        job=search.request if search else {},
        name=template.candidate,
        steps=ensemble if template.replay is None else None,
        described=described,
        containers=tuple(template.replay.model["Containers"]) if template.replay else template.containers,
        problem_type=template.problem_type,
        objective=template.objective,
        target=template.schema.target,
        schema=template.schema,
        tags=Tags({role: items_at(request, "Tags") for role, request in tagged.items()}, {}),
    )
