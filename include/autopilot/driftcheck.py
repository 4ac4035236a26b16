"""Compare the drops of a run with the baseline before money is spent, and write what was found into the run.

A drop is compared once per baseline and thresholds: the result is kept and read by all later runs.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from include.autopilot.baseline import read_baseline
from include.autopilot.baselinedrops import baseline_drops, prepared_lines
from include.autopilot.contract import Schema
from include.autopilot.digest import of_json
from include.autopilot.drift import drift_of
from include.autopilot.driftconfig import DriftConfig
from include.autopilot.driftreport import drift_content, drift_page
from include.autopilot.drifttold import drift_uri
from include.autopilot.errors import DriftError, MissingObjectError
from include.autopilot.objects import read_json, write, write_json
from include.autopilot.plan import Plan, PlannedDrop, load_plan
from include.autopilot.profile import Profile
from include.autopilot.profiler import profile_of
from include.autopilot.source import marked
from include.autopilot.template import load_template

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)


def check_drift(s3: S3Client, plan_uri: str, config: DriftConfig) -> dict[str, Any]:
    """Compare every drop of the run that is not in the baseline, and write ``drift.json`` and ``drift.html``.

    :return: ``json`` and ``html`` (addresses), and ``drops`` (name -> sentence).
    :raises DriftError: a drop must not be trained on; the message says why and what to do.
    """
    plan = load_plan(s3, plan_uri)
    if plan.baseline is None:
        raise AssertionError("every plan names its baseline")
    content = _content(s3, plan, plan.baseline, config)
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
            + f"\nNo job was started; {written['html']} shows every column. Deliver the drop anew, or say in the drift "
            f"section of {plan.model}.yaml that this is to be a warning."
        )
    return {**written, "drops": {drop["drop"]: drop["sentence"] for drop in content["drops"]}}


def _content(s3: S3Client, plan: Plan, folder: str, config: DriftConfig) -> dict[str, Any]:
    made_of = baseline_drops(s3, folder)
    known = {entry["digest"] for entry in made_of["drops"]}
    rules = _rules(plan, config)
    baseline = _Lazily(s3, folder)
    compared = [drop for drop in plan.drops if drop.repeats is None and drop.prepared.chunks]
    schema = _schema(s3, plan)
    return {
        "title": plan.title,
        "run": plan.run,
        "cutoff": plan.cutoff.isoformat(),
        "data_source": plan.source,
        "synthetic": plan.synthetic,
        "baseline": {"folder": folder, "why": made_of["why"], "drops": [entry["name"] for entry in made_of["drops"]]},
        "thresholds": asdict(rules),
        "drops": [
            {"drop": drop.name, **_compared(s3, plan, drop, baseline, schema, rules)}
            for drop in compared
            if drop.prepared.digest not in known
        ],
    }


class _Lazily:
    """The baseline, read when a drop has to be compared with it; its address and drops name it before."""

    def __init__(self, s3: S3Client, folder: str) -> None:
        self._s3 = s3
        self._folder = folder
        self._profile: Profile | None = None

    @property
    def digest(self) -> str:
        return of_json(self._folder)

    @property
    def profile(self) -> Profile:
        if self._profile is None:
            self._profile = read_baseline(self._s3, self._folder)
        return self._profile


def _compared(
    s3: S3Client, plan: Plan, drop: PlannedDrop, baseline: _Lazily, schema: Schema, rules: DriftConfig
) -> Mapping[str, Any]:
    kept = plan.locations.drift(baseline.digest, drop.prepared.prepared, of_json(asdict(rules)))
    try:
        found: Mapping[str, Any] = read_json(s3, kept)
    except MissingObjectError:
        profile = profile_of(prepared_lines(s3, drop.prepared), schema, baseline.profile)
        found = drift_content(drift_of(baseline.profile, profile, schema, rules))
        write_json(s3, kept, found)
    return found


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
