"""The training data of a run: a manifest over the features of all its drops. Nothing is copied."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from include.autopilot.base.errors import RunError
from include.autopilot.base.folders import PreparedFolder, features_of
from include.autopilot.drops.chunkcopies import kept_files
from include.autopilot.drops.plan import Plan, PlannedDrop
from include.autopilot.drops.split import SIDES, Side
from include.autopilot.s3.objects import list_uris, write_json

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def feature_files(present: AbstractSet[str], drop: PlannedDrop) -> dict[str, str]:
    """Return chunk -> address of its features, for the chunks that have them.

    A transform job that failed half-way leaves some of its outputs, so each chunk is looked for.

    :param present: every address in the folder of features.
    """
    wanted = {chunk: features_of(drop.features, chunk) for chunk in drop.prepared.chunks}
    return {chunk: uri for chunk, uri in wanted.items() if uri in present}


def has_features(present: AbstractSet[str], drop: PlannedDrop) -> bool:
    """Whether the features of a drop are complete."""
    return len(feature_files(present, drop)) == len(drop.prepared.chunks)


def to_featurize(s3: S3Client, plan: Plan) -> list[PlannedDrop]:
    """Return the drops whose features the run has to make: a featurizer that is fitted again makes all of them."""
    if plan.path == "search_again":
        return []
    if plan.path == "refit":
        return list(plan.used)
    present = _present(s3, [drop.features for drop in plan.used])
    return [drop for drop in plan.used if not has_features(present, drop)]


def manifest_of(root: str, files: Sequence[str]) -> list[object]:
    """Return an S3 manifest: a common prefix, then the rest of each address."""
    prefix = f"{root}/"
    return [{"prefix": prefix}, *(uri.removeprefix(prefix) for uri in files)]


def write_manifests(s3: S3Client, plan: Plan) -> dict[Side, str]:
    """Write one manifest per side over the features that are really in S3, and return their addresses.

    :raises RunError: a drop's features are missing, or a side has no rows at all.
    """
    sides: dict[Side, list[str]] = {side: [] for side in SIDES}
    present = _present(s3, [drop.features for drop in plan.used])
    for drop in plan.used:
        found = feature_files(present, drop)
        missing = [chunk for chunk in drop.prepared.chunks if chunk not in found]
        if missing:
            raise RunError(
                f"Drop {drop.day.isoformat()}: {drop.features} lacks the features of {', '.join(missing)}. "
                f"Clear the task seal with all that follows it to make them again; its transform job was {drop.job}."
            )
        kept = kept_files(s3, drop, found, drop.features, present)
        for side in SIDES:
            sides[side] += [uri for chunk, uri in kept.items() if chunk.startswith(f"{side}/")]
    return {side: _write(s3, plan, side, files) for side, files in sides.items()}


def write_fit_manifest(s3: S3Client, plan: Plan) -> str:
    """Write the manifest over the training rows before the featurizer, and return its address."""
    files = [uri for chunk, uri in prepared_files(s3, plan) if chunk.startswith("train/")]
    return write_json(s3, fit_manifest_of(plan), manifest_of(plan.root, files))


def prepared_files(s3: S3Client, plan: Plan) -> list[tuple[str, str]]:
    """Return chunk and address of the run's prepared rows, superseded ones left out."""
    found: list[tuple[str, str]] = []
    present = _present(s3, [PreparedFolder.of(drop.prepared.folder).uri for drop in plan.used])
    for drop in plan.used:
        folder = drop.prepared.folder
        files = {chunk: f"{folder}/{chunk}" for chunk in drop.prepared.chunks}
        found += kept_files(s3, drop, files, PreparedFolder.of(folder).uri, present).items()
    return found


def search_manifest_of(plan: Plan) -> str:
    """Return where the manifest of the chunks is that the table of a run's search is made of."""
    return plan.run_folder.manifest("search")


def fit_manifest_of(plan: Plan) -> str:
    """Return where the manifest of the featurizer's fit is."""
    return plan.run_folder.manifest("fit")


def manifest_uri(plan: Plan, side: Side) -> str:
    """Return where the manifest of a side's features is."""
    return plan.run_folder.manifest(side)


def _present(s3: S3Client, folders: Sequence[str]) -> AbstractSet[str]:
    """Return all addresses in folders that lie side by side; a request lists a thousand of them, of whatever folder."""
    wanted = set(folders) if len(folders) < 2 else {folder.rpartition("/")[0] for folder in folders}
    return {uri for folder in wanted for uri in list_uris(s3, folder)}


def _write(s3: S3Client, plan: Plan, side: Side, files: Sequence[str]) -> str:
    if not files:
        raise RunError(
            f"The drops up to {plan.cutoff.isoformat()} hold no {side} rows. Widen the data scope, deliver more rows, "
            "or change validation_fraction."
        )
    return write_json(s3, manifest_uri(plan, side), manifest_of(plan.root, files))
