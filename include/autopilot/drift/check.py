"""Compare the drops of a run with the baseline before money is spent, and write what was found into the run.

A drop is compared once per baseline and thresholds: the result is kept and read by all later runs.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from include.autopilot.base.digest import of_json
from include.autopilot.base.errors import DriftError, MissingObjectError
from include.autopilot.base.source import marked
from include.autopilot.candidate.contract import Schema
from include.autopilot.drift.baselinedrops import Baseline
from include.autopilot.drift.comparison import drift_of
from include.autopilot.drift.dates import dates_told
from include.autopilot.drift.heldtargets import held_messages
from include.autopilot.drift.reported import drift_uri, told_in
from include.autopilot.drift.shown import drift_content, drift_page
from include.autopilot.drift.single import DropLooks
from include.autopilot.drops.plan import Plan, PlannedDrop
from include.autopilot.s3.bundle import Bundle
from include.autopilot.s3.objects import write, write_json
from include.autopilot.settings.config import ModelConfig
from include.autopilot.settings.drift import DriftConfig
from include.autopilot.template.published import load_template

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)


def check_drift(s3: S3Client, config: ModelConfig, plan: Plan) -> dict[str, Any]:
    """Compare every drop of the run that is not in the baseline, and write ``drift.json`` and ``drift.html``.

    :return: ``json`` and ``html`` (addresses), and ``drops`` (name -> sentence).
    :raises DriftError: a drop must not be trained on; the message says why and what to do.
    """
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
    for warning in told_in(content, "warnings"):
        log.warning("%s", marked(warning, plan.source))
    blocks = told_in(content, "blocks")
    if blocks:
        raise DriftError(
            "\n".join(blocks)
            + f"\nNo job was started; {written['html']} shows every column. Correct the drop where it lies (if an "
            "earlier run has used it, deliver the corrected rows in a newer drop under the same keys), or say in "
            f"the drift section of {plan.model}.yaml that this is to be a warning."
        )
    return {**written, "drops": {drop["drop"]: drop["sentence"] for drop in content["drops"]}}


def _content(s3: S3Client, plan: Plan, baseline: Baseline, schema: Schema, rules: DriftConfig) -> dict[str, Any]:
    made_of = baseline.planned
    known = {drop.digest for drop in made_of.drops}
    identity = of_json([made_of.folder, [drop.digest for drop in made_of.drops]])
    kept = Bundle(s3, plan.locations, plan.locations.drifts(identity))
    looks = DropLooks(s3, plan, kept, identity, baseline, schema)
    compared = [drop for drop in plan.drops if drop.repeats is None and drop.prepared.chunks]
    drops = []
    for drop in compared:
        if drop.prepared.digest not in known:
            uri = plan.locations.drift(identity, drop.prepared.prepared, of_json(asdict(rules)))
            drops.append({"drop": drop.name, **_compared(s3, kept, uri, drop, looks, baseline, schema, rules)})
    apart = {drop["drop"]: _apart(drop, rules) for drop in drops}
    told = [*dates_told(drops, rules), *looks.messages(compared, rules, apart)]
    told += held_messages(s3, plan, baseline.profile, schema, rules)
    kept.keep()
    return {
        "title": plan.title,
        "run": plan.run,
        "cutoff": plan.cutoff.isoformat(),
        "data_source": plan.source,
        "synthetic": plan.synthetic,
        "baseline": {"folder": made_of.folder, "why": made_of.why, "drops": [drop.name for drop in made_of.drops]},
        "thresholds": asdict(rules),
        "warnings": [text for action, text in told if action == "warn"],
        "blocks": [text for action, text in told if action == "block"],
        "drops": drops,
    }


def _compared(
    s3: S3Client,
    kept: Bundle,
    uri: str,
    drop: PlannedDrop,
    looks: DropLooks,
    baseline: Baseline,
    schema: Schema,
    rules: DriftConfig,
) -> Mapping[str, Any]:
    try:
        found: Mapping[str, Any] = kept.read_json(uri)
    except MissingObjectError:
        profile, _ = looks.make(drop)
        found = drift_content(drift_of(baseline.profile, profile, schema, rules))
        write_json(s3, uri, found)
    return found


def _apart(found: Mapping[str, Any], rules: DriftConfig) -> frozenset[str]:
    """Return the columns that have hardly anything in common with the baseline's."""
    return frozenset(
        column["name"]
        for column in found["columns"]
        if column["q"].get("values", 1.0) <= rules.fdr and (column["distance"] or 0) >= rules.apart
    )


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
