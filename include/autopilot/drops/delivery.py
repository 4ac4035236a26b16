"""Deliver a file as a drop or a holdout: checked as a run would check it, and never over what a run has used."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from dataclasses import replace as replaced
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from include.autopilot.base.errors import DropError
from include.autopilot.base.locations import Locations, parse_uri
from include.autopilot.drops.beside import Beside, used_with
from include.autopilot.drops.deliverycheck import (
    contract_for,
    counted_told,
    features_told,
    first_look,
    foreseen,
    look_at,
    published,
)
from include.autopilot.drops.holdouts import held_out, read_holdouts
from include.autopilot.drops.listing import ENDINGS, Drop, list_drops, next_name, parse_name
from include.autopilot.drops.preparation import rules_of
from include.autopilot.drops.remarks import unended_told
from include.autopilot.drops.seals import Kind, seals_of
from include.autopilot.drops.searchkeys import searched
from include.autopilot.s3.objects import Listed, exists
from include.autopilot.s3.reader import Hashed, digest_of
from include.autopilot.s3.writer import ObjectWriter
from include.autopilot.settings.config import ModelConfig

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_PIECE = 2**20


@dataclass(frozen=True)
class Delivered:
    """What was delivered.

    :param rows: of the file, those with a target.
    :param written: False where the same bytes were there already.
    :param notes: sentences for whoever delivered it.
    """

    uri: str
    rows: int
    written: bool
    notes: tuple[str, ...]

    def __str__(self) -> str:
        """Say it, a line for each note."""
        done = "written" if self.written else "already there with the same bytes, nothing written"
        return "\n".join([f"{self.uri}: {self.rows:,} rows, {done}", *self.notes])


def require_bucket(s3: S3Client, config: ModelConfig, make: bool) -> str | None:
    """See that the bucket of a model is there.

    :param make: whether to make it; never where a person has an account of their own.
    :return: a sentence, if it was made.
    :raises DropError: it is not there, or may not be used.
    """
    bucket, _ = parse_uri(config.root)
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in ("403", "AccessDenied"):
            raise DropError(
                f"These credentials may not use the bucket {bucket}, which root in {config.name}.yaml names, or it is "
                "another account's. Correct root, or ask for s3:ListBucket, s3:GetObject and s3:PutObject there."
            ) from error
        if code not in ("404", "NoSuchBucket"):
            raise
        if not make:
            region = s3.meta.region_name
            raise DropError(
                f"There is no bucket {bucket}, which root in {config.name}.yaml names. Correct root, or make the "
                f"bucket: aws s3 mb s3://{bucket} --region {region}"
            ) from error
        s3.create_bucket(Bucket=bucket)
        return f"made the bucket {bucket}"
    return None


def deliver_drop(
    s3: S3Client,
    config: ModelConfig,
    file: Path,
    name: str,
    today: date,
    *,
    future: bool = False,
    replace: bool = False,
    source: str | None = None,
) -> Delivered:
    """Check a file and put it into a drop.

    :param name: the drop's: ``2024-02-01``, or ``2024-02-01-2`` for a second one of that day.
    :param today: in UTC; a later date is refused unless ``future``.
    :param replace: whether a file of that name that no run has used may be replaced.
    :param source: where the rows come from, in words.
    :raises DropError: the name is wrong, a run has used the drop, or the file is there with other bytes.
    :raises ContractError: the file breaks the contract, or cannot be read.
    :raises IdentityError: rows seem to be one row, or keys to be none, and that is refused.
    :raises OSError: the file cannot be read.
    """
    locations = Locations(config.root)
    day, number = _checked_name(file, name, today, future)
    drops = list_drops(s3, locations).drops
    uri = f"{locations.drop(name)}/{file.name}"
    free = next_name(day, (*seals_of(s3, config, "drop").names, *(drop.name for drop in drops)))
    used = f"Deliver it as {free}: of rows with the same key the newest count"
    same = _same(s3, config, "drop", name, uri, file, used, replace)
    template = published(s3, locations, config)
    absent = [one for one in config.holdouts if not exists(s3, locations.holdout(one))]
    present = [one for one in config.holdouts if one not in absent]
    others = [replaced(drop, files=tuple(one for one in drop.files if one.uri != uri)) for drop in drops]
    contract = contract_for(s3, config, template, others, file, [locations.holdout(one) for one in present])
    there = tuple(one for drop in drops if drop.name == name for one in drop.files if one.uri != uri)
    drop = Drop(day, tuple(sorted((*there, Listed(uri, "", 0)), key=lambda one: one.uri)), number)
    first = first_look(config, template, contract)
    watch = (first.add_held, first.add) if first else (None, None)
    search = f"{config.name}_search"
    holdouts = read_holdouts(s3, locations, present, contract, config.ignore, search, watch=watch[0])
    with held_out(holdouts) as held:
        rules = rules_of(
            contract, config.ignore, config.validation_fraction, holdouts, held, config.identity.same_row, search
        )  # fmt: skip
        rest = [one for one in drops if one.name != name]
        # A search takes all drops.
        used_too = used_with(drop, rest, "all" if first else config.window, today)
        beside = Beside(s3, config, rules, rest, used_too, watch[1])
        look = look_at(s3, config, contract, held, [drop], {uri: file}, watch=watch[1], beside=beside)
    notes = [*foreseen(first, file), *look.notes(), *features_told(config, template, drops, contract, look.extra)]
    notes += counted_told(look.rows, look.of_file)
    if there:
        parts = ", ".join(one.uri.rpartition("/")[2] for one in there)
        notes.append(f"The drop {name} has {look.usable:,} rows, with those that were there: {parts}.")
    if look.held_out:
        notes.append(f"{look.held_out:,} of its rows are those of a holdout; they are kept out of the training.")
    if absent:
        notes.append(f"A run needs holdouts that are not there yet: {', '.join(absent)}.")
    return _deliver(s3, file, uri, source, Delivered(uri, look.of_file, not same, tuple(notes)))


def deliver_holdout(
    s3: S3Client, config: ModelConfig, file: Path, name: str, *, replace: bool = False, source: str | None = None
) -> Delivered:
    """Check a file, also against the drops and the other holdouts, and make it a holdout.

    :param name: one of the model's ``holdouts``.
    :param replace: whether one that no run has used may be replaced.
    :param source: where the rows come from, in words.
    :raises DropError: the name is wrong, a run has used the holdout, or it is there with other rows.
    :raises ContractError: the file breaks the contract, or shares a row with another holdout.
    :raises IdentityError: rows seem to be one row, or keys to be none, and that is refused.
    :raises OSError: the file cannot be read.
    """
    yaml = f"{config.name}.yaml"
    if name not in config.holdouts:
        listed = ", ".join(config.holdouts)
        raise DropError(f"{name!r} is no holdout of {config.name}: {listed} (the key holdouts in {yaml}).")
    if not file.name.endswith(".csv"):
        fix = "Unpack it" if file.name.endswith(".gz") else "Rename it"
        raise DropError(f"{file}: a holdout is one plain file <name>.csv. {fix}.")
    locations = Locations(config.root)
    uri = locations.holdout(name)
    used = f"Give the new rows a name of their own (holdouts: in {yaml})"
    same = _same(s3, config, "holdout", name, uri, file, used, replace)
    drops = list_drops(s3, locations).drops
    template = published(s3, locations, config)
    others = [one for one in config.holdouts if one != name and exists(s3, locations.holdout(one))]
    contract = contract_for(s3, config, template, drops, file, [locations.holdout(one) for one in others])
    instead = {name: Hashed(str(file), file.open("rb"), source)}
    first = first_look(config, template, contract)
    # Where there is no drop yet, the sealed rows are all that tells what the columns are.
    watch = None if first is None else first.add_held if drops else first.add
    search = f"{config.name}_search"
    holdouts = read_holdouts(s3, locations, [*others, name], contract, config.ignore, search, instead, watch)
    mine = holdouts[-1]
    with held_out(holdouts) as held:
        look = look_at(s3, config, contract, held, drops, {}, name, first.add if first else None)
        look.findings += searched(s3, locations, template.searched_until, held) if template else []
    notes = [*foreseen(first, file), *look.notes(), *unended_told([] if mine.ended else [str(file)])]
    notes += counted_told(len(mine.keys) + mine.unmeasured, len(mine.keys))
    if look.held_out:
        notes.append(f"{look.held_out:,} rows of the drops are those of a holdout; they are kept out of the training.")
    if name == config.holdouts[0] and len(mine.keys) < config.gate.min_holdout_rows:
        least = config.gate.min_holdout_rows
        notes.append(f"It judges, and with fewer than {least} rows every champion stays (gate.min_holdout_rows).")
    return _deliver(s3, file, uri, source, Delivered(uri, len(mine.keys), not same, tuple(notes)))


def _checked_name(file: Path, name: str, today: date, future: bool) -> tuple[date, int]:
    if not file.name.endswith(ENDINGS) or file.name.startswith(("_", ".")):
        raise DropError(f"{file}: a drop's files are called <name>.csv or <name>.csv.gz. Rename it.")
    try:
        day, number = parse_name(name)
    except ValueError as error:
        raise DropError(
            f"{name!r} is not a date like 2024-02-01, or 2024-02-01-2 for a second drop of that day."
        ) from error
    if day > today and not future:
        raise DropError(
            f"{name} lies in the future, today is {today.isoformat()} (UTC), and no run sees a drop before its date. "
            "Correct it, or allow it on purpose (ALLOW_FUTURE=1)."
        )
    return day, number


def _same(
    s3: S3Client, config: ModelConfig, kind: Kind, name: str, uri: str, file: Path, otherwise: str, replace: bool
) -> bool:
    """Whether S3 has these bytes already.

    :param otherwise: what to do where a run has used what is there.
    :raises DropError: something else is there that may not change, or not silently.
    """
    there = exists(s3, uri)
    with closing(Hashed(str(file), file.open("rb"))) as here:
        if there and digest_of(s3, uri) == here.digest():
            return True
    rule = config.changed_drops if kind == "drop" else config.changed_holdouts
    sealed = seals_of(s3, config, kind).find(name)
    if sealed is not None and rule == "refuse":
        raise DropError(f"The {kind} {name} stays as it is, because {sealed.seal.run} has used it. {otherwise}.")
    if there and not replace:
        raise DropError(
            f"{uri} is there already with other bytes. Take another name, or replace it on purpose (REPLACE=1)."
        )
    return False


def _deliver(s3: S3Client, file: Path, uri: str, source: str | None, delivery: Delivered) -> Delivered:
    if delivery.written:
        writer = ObjectWriter(s3, uri, "text/csv", source)
        try:
            with file.open("rb") as body:
                while piece := body.read(_PIECE):
                    writer.write(piece)
        except BaseException:
            writer.abort()
            raise
        writer.finish()
    return delivery
