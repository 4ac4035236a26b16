"""A lineage as a tree, for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from include.autopilot.base.source import SYNTHETIC
from include.autopilot.base.tree import Node, tree
from include.autopilot.scoring.lineagewalk import Found

_NOW = {"same": "still the same in S3", "changed": "CHANGED in S3 since", "gone": "GONE from S3"}


def render(found: Found) -> str:
    """Return the lines of a lineage; every level is what the one before was made from."""
    links = found.links
    synthetic = any(links.get(name, {}).get("synthetic") for name in ("scoring", "run"))
    label = f"{found.predictions} ({SYNTHETIC} data)" if synthetic else found.predictions
    children = [
        *_of(links, "scoring", _scoring),
        *_of(links, "put_in_place", lambda one: (f"put in place: {one['sentence']}", [(one["uri"], ())])),
        *_of(links, "version", _version),
        *_of(links, "run", _run),
        *_of(links, "template", _template),
        *_of(links, "jobs", lambda jobs: ("jobs", [(_job(job), ()) for job in jobs])),
        *_of(links, "drops", lambda drops: ("drops", [_drop(drop) for drop in drops])),
        *_of(links, "holdouts", lambda holdouts: ("holdouts", [_holdout(one) for one in holdouts])),
    ]
    if found.broken:
        children.append((f"BROKEN HERE: {found.broken}", ()))
    return tree(label, children)


def _of(links: Mapping[str, Any], name: str, node: Any) -> list[Node]:
    return [node(links[name])] if name in links else []


def _scoring(one: Mapping[str, Any]) -> Node:
    files: Sequence[Node] = [
        (
            f"{file['predictions']}: {file['rows']} rows",
            [(f"{file['input']}, sha256 {file['input_sha256']}, {_NOW[file['input_state']]}", ())],
        )
        for file in one["files"]
    ]
    lines = [f"job {one['job']}", f"data: {one['data_source'] or 'nobody said where it comes from'}"]
    if one["interval"]:
        lines.append(f"interval at {one['interval']['level']:.0%}: +/- {one['interval']['half_width']:.4g}")
    return f"scoring run {one['run']}", [*files, *((text, ()) for text in lines)]


def _version(one: Mapping[str, Any]) -> Node:
    measured = [
        (f"holdout {holdout}: {', '.join(_metrics(metrics))}", ()) for holdout, metrics in one["metrics"].items()
    ]
    return f"model version {one['version']}: {one['arn']}", [*measured, (f"verdict: {one['verdict']}", ())]


def _metrics(metrics: Mapping[str, Any]) -> list[str]:
    return [f"{name} {'not defined' if value is None else format(value, '.4g')}" for name, value in metrics.items()]


def _run(one: Mapping[str, Any]) -> Node:
    lines = [f"code {one['code_revision']}", f"data: {one['data_source'] or 'nobody said where it comes from'}"]
    return f"run {one['key']}, cutoff {one['cutoff']}", [(text, ()) for text in lines]


def _template(one: Mapping[str, Any]) -> Node:
    origin = f"candidate {one['candidate']} of {one['automl_job'] or 'an unknown Autopilot job'}"
    return f"template {one['digest']}", [(origin, ()), (f"its search saw data up to {one['searched_until']}", ())]


def _job(job: Mapping[str, Any]) -> str:
    return f"{job['name']}: {job['arn'] or 'ARN not recorded'}"


def _drop(drop: Mapping[str, Any]) -> Node:
    lines = list(drop["files"])
    if drop["features_job"]:
        lines.append(f"featurized by job {drop['features_job']}")
    return f"{drop['date']}: digest {drop['digest']}, {_NOW[drop['state']]}", [(line, ()) for line in lines]


def _holdout(one: Mapping[str, Any]) -> Node:
    return f"{one['name']}: {one['rows']} rows, digest {one['digest']}, {_NOW[one['state']]}", [(one["uri"], ())]
