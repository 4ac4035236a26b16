"""What the steps of the flows read and made, for OpenLineage: addresses in S3, and ARNs.

One function per step that moves data, called as the step is: what it asks for by name it is given, and as ``returned``
what the step returned. Operators tell of their jobs and models themselves. What a step found made by an earlier run,
under a name that says what is in it, counts as made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from include.autopilot.base.locations import Locations
from include.autopilot.base.source import made_up
from include.autopilot.champion.judging import put_forward
from include.autopilot.drops.manifest import fit_manifest_of, manifest_uri
from include.autopilot.drops.plan import Plan, load_plan
from include.autopilot.drops.secondchallenger import second_plan
from include.autopilot.drops.split import SIDES
from include.autopilot.flows.jobs import Job
from include.autopilot.s3.objects import source_of
from include.autopilot.scoring.plan import ScorePlan, load_score_plan

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from include.autopilot.settings.config import ModelConfig

Datasets = tuple[Iterable[str] | Mapping[str, str | None], Iterable[str]]
"""What was read, perhaps with what a catalogue is to know of it, and what was made."""
Returned = Mapping[str, Any]


def prepare(s3: S3Client, returned: Returned) -> Datasets:
    """Make checked drops, the holdouts as jobs read them, and the plan, of drops, sealed holdouts and the template."""
    plan = load_plan(s3, returned["plan"])
    read = {plan.locations.drop(drop.name): made_up(drop.prepared.source) for drop in plan.drops}
    read |= {holdout.uri: made_up(source_of(s3, holdout.uri)) for holdout in plan.holdouts if holdout.sealed}
    # Whoever published the template has told what it is made of.
    read |= {plan.locations.template(plan.template): None}
    made = [drop.prepared.folder for drop in plan.drops]
    return read, [*made, plan.run_folder.holdouts, plan.run_folder.plan]


def seal(plan: Plan) -> Datasets:
    """List the checked rows that a featurizer is fitted on, where the run fits one."""
    if plan.path != "refit" or plan.options.dry_run:
        return [], []
    return _checked(plan), [fit_manifest_of(plan)]


def guard(s3: S3Client, plan: Plan) -> Datasets:
    """List the features that a training reads in manifests; of a search, make its table of checked drops."""
    if plan.path == "search_again":
        return _checked(plan), [plan.run_folder.search_input]
    plans = [one for one in (plan, second_plan(s3, plan)) if one]
    read = [drop.features for one in plans for drop in one.used]
    return read, [manifest_uri(one, side) for one in plans for side in SIDES]


def measure_second(plan: Plan, predicted: Job | None) -> Datasets:
    """Make the evaluation of the second challenger's answers, where there are any."""
    return ([predicted["uri"]], [plan.run_folder.evaluation]) if predicted else ([], [])


def judge(s3: S3Client, plan: Plan, predicted: Job, asked: Job | None = None, second: str | None = None) -> Datasets:
    """Make the verdict of the models' answers, and of what is measured of a second challenger's."""
    read = [job["uri"] for job in (predicted, asked) if job]
    theirs = second_plan(s3, plan) if second else None
    if theirs:
        read.append(theirs.run_folder.evaluation)
    return read, [plan.run_folder.evaluation, plan.run_folder.verdict]


def register(plan: Plan, judged: Returned, returned: Returned) -> Datasets:
    """Make a version of the model package group, and the ledger's record, of the model and its verdict."""
    model = f"{returned['arn'].rpartition(':')[0]}:model/{judged['model']}"
    return [model, plan.run_folder.verdict], [returned["arn"], returned["record"]]


def promote(s3: S3Client, plan: Plan, registered: Returned, returned: Returned) -> Datasets:
    """Make the version the champion, or do not."""
    made = [put_forward(s3, plan).run_folder.promotion]
    if returned["kind"] == "promoted":
        made.append(plan.locations.champion)
    return [registered["arn"], registered["record"]], made


def check(s3: S3Client, returned: Returned) -> Datasets:
    """Make the chunks that the champion predicts of new rows."""
    plan = load_score_plan(s3, returned["plan"])
    return {**{file.uri: made_up(file.source) for file in plan.inputs}, plan.serving.arn: None}, [plan.chunks]


def join(score_plan: ScorePlan, predicted: Job, returned: Returned) -> Datasets:
    """Make the files of predictions of the champion's answers."""
    return [predicted["uri"], score_plan.chunks], [*returned["predictions"], returned["lineage"]]


def prepare_search(config: ModelConfig, returned: Returned) -> Datasets:
    """Make the table of a search of the drops; their folder is named, though a search sees those up to the cutoff."""
    return [Locations(config.root).drops], [returned["input"]]


def publish_winner(config: ModelConfig, cutoff: datetime, returned: Returned) -> Datasets:
    """Make the template of what a search left."""
    return [Locations(config.root).search_output(cutoff)], [returned["uri"]]


def _checked(plan: Plan) -> list[str]:
    return [drop.prepared.folder for drop in plan.used]


STEPS = {
    step.__name__: step
    for step in (
        *(prepare, seal, guard, measure_second, judge, register, promote),
        *(check, join, prepare_search, publish_winner),
    )
}
"""By the name of the step's function."""
