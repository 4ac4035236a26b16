"""Who is examined, on which drops, and on which of their rows: before the first job is paid for.

Examined is the last champion that had learned nothing of the newest drop that the run sees: a function of drops, ledger
and cutoff, so that a backfill holds the exam that one would have had at the time. Asked are all drops that are newer
than what it learned and that it was not examined on, and of each only rows that it, its featurizer and its search never
saw, by key and by content. A drop that brings the measured values of compounds scored before is such a drop, too.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING

from include.autopilot.base.csvlines import encode_file
from include.autopilot.base.errors import ContractError, MissingObjectError
from include.autopilot.base.folders import ExamFolder
from include.autopilot.base.locations import Locations
from include.autopilot.champion.learned import seen_rows
from include.autopilot.champion.serving import ServingChampion, champion_before
from include.autopilot.drops.content import DropContent, DropFile, content_of, read_files
from include.autopilot.drops.heldout import HeldOut, HeldRow
from include.autopilot.drops.listing import list_drops
from include.autopilot.exams.plan import ExamPlan, Paper
from include.autopilot.exams.stored import exams_of
from include.autopilot.rows.identity import identity
from include.autopilot.rows.scan import Scan
from include.autopilot.s3.writer import ObjectWriter
from include.autopilot.settings.config import ModelConfig

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

log = logging.getLogger(__name__)


def exam_plan(s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig, cutoff: datetime, key: str) -> ExamPlan:
    """Find out whom a run examines on what, and write the rows.

    :param cutoff: the run sees drops dated up to here.
    :param key: the run's name in S3.
    :raises AutopilotError: what the champion was made of is gone.
    """
    nobody = ExamPlan(config.name, config.title, config.root, key, cutoff, None, None, kms_key=config.kms_key)
    champion, missing = missing_exams(s3, sagemaker, config, cutoff)
    if champion is None:
        return nobody
    written = papers(s3, config, champion, missing, nobody.own) if missing else ()
    return replace(nobody, serving=champion.serving, problem=champion.plan.problem, papers=written)


def missing_exams(
    s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig, cutoff: datetime
) -> tuple[ServingChampion | None, list[DropContent]]:
    """Return whom a run examines, None where nobody, and the drops up to a cutoff that it was not examined on yet.

    :raises AutopilotError: what the champion was made of is gone.
    """
    locations = Locations(config.root)
    drops = [drop for drop in list_drops(s3, locations).drops if drop.instant <= cutoff]
    if config.exam == "off" or not drops:
        return None, []
    champion = champion_before(s3, sagemaker, config, drops[-1].instant)
    if champion is None:
        return None, []
    before = exams_of(s3, locations, champion.serving.version)
    known, done = {exam.drop: exam.files for exam in before}, {exam.digest for exam in before}
    new = [drop for drop in drops if drop.instant > champion.serving.cutoff]
    contents = [content_of(s3, drop, known.get(drop.name, {})) for drop in new]
    return champion, [content for content in contents if content.digest not in done]


def papers(
    s3: S3Client, config: ModelConfig, champion: ServingChampion, contents: list[DropContent], folder: ExamFolder
) -> tuple[Paper, ...]:
    """Write the rows of drops that a version never saw, and say of each drop what there is to ask.

    :param folder: of the run that asks.
    """
    rows = seen_rows(s3, champion.plan, champion.template)
    with HeldOut() as seen:
        try:
            seen.add(HeldRow(key, content, "seen", row) for key, content, row in rows)
        except MissingObjectError as error:
            why = f"what version {champion.serving.version} has learned is not known any more ({error})."
            log.warning("No exam: %s", why)
            return tuple(replace(_blank(content), problem=why) for content in contents)
        return tuple(_paper(s3, config, champion, content, seen, folder) for content in contents)


def _blank(content: DropContent) -> Paper:
    drop = content.drop
    return Paper(drop.name, content.digest, drop.instant, dict(content.files), source=content.source)


def _paper(
    s3: S3Client,
    config: ModelConfig,
    champion: ServingChampion,
    content: DropContent,
    seen: HeldOut,
    folder: ExamFolder,
) -> Paper:
    """Write the rows of a drop that the champion can be examined on."""
    blank, contract = _blank(content), champion.contract
    select = (contract.key, contract.target, *contract.features)
    writer = ObjectWriter(s3, folder.paper(blank.name), "text/csv", content.source)
    rows = seen_before = unlabelled = 0

    def read(_: int, uri: str, file: DropFile) -> None:
        nonlocal rows, seen_before, unlabelled
        scan = Scan(uri, file, contract, config.ignore, select)
        for row in chain.from_iterable(scan.blocks()):
            match = seen.match(identity(row.key), row.fingerprint)
            if match is not None and match.keeps_out(config.identity.same_row):
                seen_before += 1
            else:
                rows += 1
                writer.write(encode_file([row.line]))
        unlabelled += scan.rows - scan.usable

    try:
        read_files(s3, content, read)
    except ContractError as error:
        writer.abort()
        return replace(blank, problem=f"the drop is not what version {champion.serving.version} can read: {error}")
    except BaseException:
        writer.abort()
        raise
    counted = replace(blank, rows=rows, seen=seen_before, unlabelled=unlabelled)
    if not rows:
        writer.abort()
        why = "the champion has seen all its rows before." if seen_before else "it has no rows."
        return replace(counted, problem=why)
    digest = writer.digest
    return replace(counted, content=digest, uri=writer.finish())
