"""The inference containers of a candidate whose own are not told: inferred from its jobs."""

from __future__ import annotations

from include.autopilot.candidate.containers import infer_containers
from include.autopilot.candidate.survey import Survey, check_containers


def infer_pipeline(survey: Survey, why: str) -> bool:
    """Add the containers that the jobs imply, where the survey knows enough of them; returns whether it does.

    :param why: why they are not told, for the warning.
    """
    featurizer, train = survey.described.get("featurizer"), survey.described.get("train")
    if survey.refusal is not None or survey.problem_type is None or featurizer is None or train is None:
        return False
    survey.containers = infer_containers(featurizer, train, survey.problem_type)
    check_containers(survey, kind="training job")
    survey.warnings.append(
        f"The {len(survey.containers)} inference containers are inferred from the jobs, as Autopilot makes them for "
        f"{survey.problem_type}: {why}. Images, artifacts and environments of the featurizer are its model's; the rest "
        "is Autopilot's usual environment."
    )
    return True
