"""The leak guard: before a training starts, every row that it would see is listed and looked at.

It believes nothing that the plan says of rows. It reads the manifests that the training will read, finds the prepared
chunk behind every object in them, that chunk's key index, and the seals that say on which date the content was
delivered; and the holdouts as they lie there now.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from include.autopilot.base.csvlines import encode_line
from include.autopilot.base.errors import LeakError
from include.autopilot.base.folders import PreparedFolder
from include.autopilot.base.source import marked
from include.autopilot.drops.guardidentity import first_of, identity_faults
from include.autopilot.drops.guardrows import Traced, rows_of, trace
from include.autopilot.drops.holdouts import holdout_faults, holdout_rows
from include.autopilot.drops.manifest import fit_manifest_of, manifest_uri, search_manifest_of
from include.autopilot.drops.plan import Plan
from include.autopilot.drops.seals import seals_of
from include.autopilot.drops.split import SIDES
from include.autopilot.rows.identity import identity
from include.autopilot.rows.keytable import KeyTable
from include.autopilot.s3.bundle import Bundle
from include.autopilot.s3.objects import read_json, write_json
from include.autopilot.s3.writer import ObjectWriter
from include.autopilot.settings.config import ModelConfig

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)

# The rows that the featurizer is fitted on are training rows, so a row may be in both.
_TWO_SIDES = """
    SELECT key, GROUP_CONCAT(side || ' (' || row || ')', ' and ') FROM (SELECT * FROM rows ORDER BY key, side, row)
    GROUP BY key HAVING COUNT(DISTINCT CASE side WHEN 'fit' THEN 'train' ELSE side END) > 1 ORDER BY key
"""
_TWICE = """
    SELECT key, side, GROUP_CONCAT(row, ' and ') FROM (SELECT * FROM rows ORDER BY key, side, row)
    WHERE side <> 'holdout' GROUP BY key, side HAVING COUNT(*) > 1 ORDER BY key
"""


def check_leaks(s3: S3Client, config: ModelConfig, plan: Plan) -> dict[str, Any]:
    """List every row of the run in ``rows.csv``, and what was found in ``guard.json``.

    :return: ``rows`` and ``report`` (addresses) and ``counts`` (side -> rows).
    :raises LeakError: a row is on two sides or twice on one, however its key is written; a drop is not the run's to
        see, or a holdout was changed.
    """
    # What lies there at this moment: of an object that was changed since it was read, the ETag is another one.
    bundle = Bundle(s3, plan.locations, PreparedFolder.of(plan.drops[0].prepared.folder).preparation)
    seals = seals_of(s3, config, "drop")
    traced, faults = trace(s3, bundle, plan, dict(_manifests(s3, plan)), seals)
    faults += holdout_faults(s3, config, {holdout.name: holdout.digest for holdout in plan.holdouts})
    with KeyTable("side TEXT, key TEXT, row TEXT, print TEXT, folded TEXT") as table:
        _fill(s3, bundle, plan, traced, table)
        faults += _row_faults(table)
        faults += identity_faults(table, config.identity)
        counts = dict(table.select("SELECT side, COUNT(*) FROM rows GROUP BY side"))
        rows = _write_rows(s3, plan, table)
    seals.keep()
    bundle.keep()
    report = {"run": plan.run, "cutoff": plan.cutoff.isoformat(), "counts": counts, "rows": rows, "faults": faults}
    uri = write_json(s3, plan.run_folder.guard, {**report, "source": plan.source, "synthetic": plan.synthetic})
    if faults:
        raise LeakError("\n".join([f"Nothing was trained. {uri}:", *faults]))
    told = ", ".join(f"{number} {side}" for side, number in sorted(counts.items()))
    log.info("%s", marked(f"No row is on two sides: {told} rows, listed in {rows}", plan.source))
    return {"rows": rows, "report": uri, "counts": counts}


def _manifests(s3: S3Client, plan: Plan) -> Iterator[tuple[str, list[str]]]:
    """Yield what the run's jobs will read: side -> addresses; a search splits by itself."""
    if plan.path == "search_again":
        listed = _listed(s3, search_manifest_of(plan))
        for side in SIDES:
            yield side, [uri for uri in listed if f"/{side}/" in uri]
        return
    for side in SIDES:
        yield side, _listed(s3, manifest_uri(plan, side))
    if plan.path == "refit":
        yield "fit", _listed(s3, fit_manifest_of(plan))


def _listed(s3: S3Client, manifest: str) -> list[str]:
    head, *rest = read_json(s3, manifest)
    return [f"{head['prefix']}{file}" for file in rest]


def _fill(s3: S3Client, bundle: Bundle, plan: Plan, traced: list[Traced], table: KeyTable) -> None:
    drops: dict[str, list[Traced]] = {}
    for one in traced:
        drops.setdefault(one.prepared.folder, []).append(one)
    for behind in drops.values():
        table.add((*row, identity(row[1]).folded) for row in rows_of(bundle, behind))
    target = plan.columns.index(plan.problem.target)
    for holdout in plan.holdouts:
        rows = holdout_rows(s3, holdout.name, holdout.input, target)
        table.add(("holdout", *row, identity(row[0]).folded) for row in rows)


def _row_faults(table: KeyTable) -> list[str]:
    both = [f"Key {key!r} is on two sides: {where}." for key, where in table.select(_TWO_SIDES)]
    twice = [f"Key {key!r} is twice in {side}: {where}." for key, side, where in table.select(_TWICE)]
    return first_of(both, "keys are on two sides") + first_of(twice, "keys are twice on one side")


def _write_rows(s3: S3Client, plan: Plan, table: KeyTable) -> str:
    writer = ObjectWriter(s3, plan.run_folder.rows, "text/csv", plan.source)
    writer.write(b"side,key,row\n")
    for row in table.select("SELECT side, key, row FROM rows ORDER BY side, key, row"):
        writer.write(f"{encode_line(row)}\n".encode())
    return writer.finish()
