"""Compare the drops of a run with the baseline before money is spent, and write what was found into the run.

A drop is compared once per baseline and thresholds: the result is kept and read by all later runs.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from include.autopilot.config import ModelConfig
from include.autopilot.contract import Schema
from include.autopilot.data.bundle import Bundle
from include.autopilot.data.sealing import seal_run
from include.autopilot.digest import of_json
from include.autopilot.drift.baselinedrops import Baseline, prepared_lines
from include.autopilot.drift.drift import drift_of
from include.autopilot.drift.driftconfig import DriftConfig
from include.autopilot.drift.driftreport import drift_content, drift_page
from include.autopilot.drift.drifttold import drift_uri
from include.autopilot.drift.profiler import profile_of
from include.autopilot.errors import DriftError, MissingObjectError
from include.autopilot.objects import write, write_json
from include.autopilot.plan import Plan, PlannedBaseline, PlannedDrop, load_plan
from include.autopilot.source import marked
from include.autopilot.template import load_template

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)


def check_drift(s3: S3Client, config: ModelConfig, plan_uri: str) -> dict[str, Any]:
    """Compare every drop of the run that is not in the baseline, and write ``drift.json`` and ``drift.html``.

    The drops and holdouts are sealed then: nothing that is free to check speaks against them.

    :return: ``json`` and ``html`` (addresses), and ``drops`` (name -> sentence).
    :raises DriftError: a drop must not be trained on; the message says why and what to do.
    :raises ChangedError: a drop or a holdout was changed since another run used it, and that is refused.
    """
    plan = load_plan(s3, plan_uri)
    if plan.baseline is None:
        raise AssertionError("every plan names its baseline")
    schema = _schema(s3, plan)
    baseline = Baseline(s3, plan.baseline, schema, keep=not plan.options.dry_run)
    content = _content(s3, plan, baseline, schema, _rules(plan, config.drift))
    written = {
        "json": write_json(s3, drift_uri(plan, "json"), content),
        "html": write(s3, drift_uri(plan, "html"), drift_page(content), "text/html; charset=utf-8", plan.source),
    }
    for drop in content["drops"]:
        log.info("%s", marked(f"Drop {drop['drop']}: {drop['sentence']}", plan.source))
        for warning in drop["warnings"]:
            log.warning("%s", marked(f"Drop {drop['drop']}: {warning}", plan.source))
    blocks = [f"Drop {drop['drop']}: {text}" for drop in content["drops"] for text in drop["blocks"]]
    if blocks:
        raise DriftError(
            "\n".join(blocks)
            + f"\nNo job was started; {written['html']} shows every column. Correct the drop where it lies, or "
            f"say in the drift section of {plan.model}.yaml that this is to be a warning."
        )
    seal_run(s3, config, plan)
    return {**written, "drops": {drop["drop"]: drop["sentence"] for drop in content["drops"]}}


def _content(s3: S3Client, plan: Plan, baseline: Baseline, schema: Schema, rules: DriftConfig) -> dict[str, Any]:
    made_of = baseline.planned
    known = {drop.digest for drop in made_of.drops}
    kept = Bundle(s3, plan.locations, plan.locations.drifts(_identity(made_of)))
    compared = [drop for drop in plan.drops if drop.repeats is None and drop.prepared.chunks]
    drops = [
        {"drop": drop.name, **_compared(s3, kept, plan, drop, baseline, schema, rules)}
        for drop in compared
        if drop.prepared.digest not in known
    ]
    kept.keep()
    return {
        "title": plan.title,
        "run": plan.run,
        "cutoff": plan.cutoff.isoformat(),
        "data_source": plan.source,
        "synthetic": plan.synthetic,
        "baseline": {"folder": made_of.folder, "why": made_of.why, "drops": [drop.name for drop in made_of.drops]},
        "thresholds": asdict(rules),
        "drops": drops,
    }


def _compared(
    s3: S3Client, kept: Bundle, plan: Plan, drop: PlannedDrop, baseline: Baseline, schema: Schema, rules: DriftConfig
) -> Mapping[str, Any]:
    uri = plan.locations.drift(_identity(baseline.planned), drop.prepared.prepared, of_json(asdict(rules)))
    try:
        found: Mapping[str, Any] = kept.read_json(uri)
    except MissingObjectError:
        profile = profile_of(prepared_lines(s3, drop.prepared), schema, baseline.profile)
        found = drift_content(drift_of(baseline.profile, profile, schema, rules))
        write_json(s3, uri, found)
    return found


def _identity(planned: PlannedBaseline) -> str:
    return of_json([planned.folder, [drop.digest for drop in planned.drops]])


def _rules(plan: Plan, config: DriftConfig) -> DriftConfig:
    """Return the thresholds: a run that searches again learns new classes by itself, so they stop nothing."""
    learns = plan.path == "search_again" and config.on_new_label == "block"
    return replace(config, on_new_label="warn") if learns else config


def _schema(s3: S3Client, plan: Plan) -> Schema:
    template = load_template(s3, plan.locations, plan.template)
    if template.replay is not None:
        return template.schema
    target = plan.problem.target
    return Schema(plan.columns, target, (target,) if plan.problem.is_regression else (), ())
