"""Columns under ``ignore`` that the drops do not have: one that is misspelt there keeps nothing from the model."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from include.autopilot.base.errors import DropError, EmptyFileError
from include.autopilot.base.near import asked
from include.autopilot.drops.listing import Drop
from include.autopilot.rows.fileheader import read_header
from include.autopilot.settings.config import ModelConfig

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

log = logging.getLogger(__name__)


def check_ignored(s3: S3Client, config: ModelConfig, drops: Sequence[Drop], searches: bool) -> None:
    """Tell of columns that the YAML ignores and neither the first nor the newest of the drops has.

    A name that can well be a slip, because a column is spelt nearly like it, stops what would let that column into a
    model; other names may stand there in case such a column comes.

    :param drops: oldest first.
    :param searches: whether the columns of the drops, and no template, say what the model sees.
    :raises DropError: a name can well be a slip, and ``searches``.
    """
    missing, there = list(config.ignore), dict[str, None]()
    for drop in (drops[-1], drops[0]):
        if not missing:
            return
        with suppress(EmptyFileError):
            there |= dict.fromkeys(read_header(s3, *(file.uri for file in drop.files)))
        missing = [name for name in missing if name not in there]
    others = [name for name in there if name not in (config.target, config.key, *config.ignore)]
    meant = {name: asked(name, others) for name in missing}
    told = [f"{name!r}.{question}" for name, question in meant.items() if question]
    rest = [repr(name) for name, question in meant.items() if not question]
    sentences = [
        f"{config.name}.yaml: ignore names {what} Neither the first nor the newest drop has such a column. Correct it "
        "or take it out: a column that is misspelt there reaches the model."
        for what in told
    ]
    if sentences and searches:
        raise DropError("\n".join(sentences))
    if rest:
        sentences.append(f"{config.name}.yaml: ignore names {', '.join(rest)}, which the drops do not have.")
    for sentence in sentences:
        log.warning("%s", sentence)
