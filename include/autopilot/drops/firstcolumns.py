"""What the columns of a model must be before a candidate has said so: those of its first drop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from include.autopilot.candidate.contract import Contract
from include.autopilot.drops.listing import Drop
from include.autopilot.rows.csvfile import CsvFile
from include.autopilot.rows.fileheader import read_contract
from include.autopilot.rows.header import contract_of_first
from include.autopilot.settings.config import ModelConfig

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def first_contract(s3: S3Client, config: ModelConfig, drops: Sequence[Drop], regression: bool) -> Contract:
    """Return the contract that the first file of drops that is not empty sets.

    :param drops: oldest first; at least one.
    :raises EmptyFileError: all files are empty.
    :raises ContractError: the file is no CSV in UTF-8, or lacks the key or the target.
    """

    def contract(file: CsvFile) -> Contract:
        return contract_of_first(file, config.target, config.key, config.ignore, regression)

    return read_contract(s3, [one.uri for drop in drops for one in drop.files], contract)
