"""From predictions back to the drops: predictions -> model version -> run -> template, jobs and drops.

Everything is read from S3: the ``lineage.json`` of a scoring, the ledger's record, the run's plan, the template.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from include.autopilot.base.errors import LineageError, MissingObjectError, TemplateError, UnreadableError
from include.autopilot.base.folders import RUN_PREDICTIONS, ScoreFolder
from include.autopilot.base.locations import Locations, parse_uri
from include.autopilot.s3.objects import list_uris, read_json
from include.autopilot.scoring.lineage import LINEAGE
from include.autopilot.scoring.stillthere import state_of_drop, state_of_file
from include.autopilot.template.published import load_template

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass
class Found:
    """What the walk has found so far, in its order; where the chain is broken, what came before the break."""

    predictions: str
    links: dict[str, Any] = field(default_factory=dict)
    broken: str | None = None


def walk(s3: S3Client, uri: str) -> Found:
    """Walk back from predictions; a broken chain is told in the result.

    :param uri: of a predictions file, or of a folder: a scoring's output, or ``predictions/<model>`` of a run.
    :raises UnreadableError: there are no such predictions.
    """
    address = uri.rstrip("/")
    try:
        parse_uri(address)
        _require(s3, address)
    except (ValueError, MissingObjectError) as error:
        raise UnreadableError(f"{error}".rstrip(".") + ". Give the S3 address of predictions.") from error
    found = Found(address)
    try:
        match = RUN_PREDICTIONS.match(address)
        record = _of_a_run(s3, match) if match else _of_a_scoring(s3, found)
        _run(s3, found, record)
    except (LineageError, MissingObjectError, TemplateError) as error:
        found.broken = str(error)
    except (KeyError, TypeError, AttributeError) as error:
        found.broken = (
            f"A record does not say what it should: {error!r}. It was changed, or written by another version."
        )
    return found


def _require(s3: S3Client, address: str) -> None:
    """Find the file, or anything in the folder."""
    bucket, key = parse_uri(address)
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1000).get("Contents", [])
    if not any(entry["Key"] == key or entry["Key"].startswith(f"{key}/") or not key for entry in listed):
        raise MissingObjectError(f"{address} does not exist in S3.")


def _of_a_scoring(s3: S3Client, found: Found) -> dict[str, Any]:
    """Read the ``lineage.json`` beside the predictions, and the ledger's record that it names."""
    uri, lineage = _sidecar(s3, found.predictions)
    files = [one for one in lineage["files"] if found.predictions in (one["predictions"], uri.rpartition("/")[0])]
    if not files:
        raise LineageError(f"{uri} does not name {found.predictions}: it was not written by that scoring.")
    found.links["scoring"] = {
        "run": lineage["scoring_run"],
        "lineage": uri,
        "job": lineage["job"],
        "interval": lineage["interval"],
        "data_source": lineage["data_source"],
        "synthetic": lineage["synthetic"],
        "files": [
            {
                **{name: one[name] for name in ("predictions", "rows", "input", "input_sha256")},
                "predictions_state": state_of_file(s3, one["predictions"], one["predictions_sha256"]),
                "input_state": state_of_file(s3, one["input"], one["input_sha256"]),
            }
            for one in files
        ],
    }
    other = [one["predictions"] for one in found.links["scoring"]["files"] if one["predictions_state"] != "same"]
    if other:
        raise LineageError(f"{', '.join(other)} is not what the scoring wrote ({uri}): it was changed or deleted.")
    record = _ledger(s3, lineage["ledger"])
    if record["version"]["arn"] != lineage["version"]["arn"]:
        raise LineageError(
            f"{lineage['ledger']} is about {record['version']['arn']}, but {uri} names {lineage['version']['arn']}."
        )
    found.links["put_in_place"] = _sentence_of(s3, lineage["put_in_place"])
    return record


def _of_a_run(s3: S3Client, match: re.Match[str]) -> dict[str, Any]:
    """Find the ledger's record of the run and the model whose predictions of the holdouts these are.

    A run that was cleared may have several models; where none is named, the last one that was registered counts.
    """
    folder, run, model = Locations(match["root"]).ledger, match["run"], match["model"]
    named = re.compile(rf"/{re.escape(run)}\.v[0-9]+\.json$")
    records = [_ledger(s3, uri) for uri in list_uris(s3, folder) if named.search(uri)]
    mine = [one for one in records if model in (None, one["version"]["model"])]
    if not mine:
        of = f" with the model {model}" if model else ""
        raise LineageError(f"The ledger {folder} has no record of run {run}{of}: the run did not come to register it.")
    return max(mine, key=lambda one: int(one["version"]["version"]))


def _run(s3: S3Client, found: Found, record: Mapping[str, Any]) -> None:
    """Add version, run, template, jobs and drops, each as the ledger has it and as S3 has it now."""
    version = record["version"]
    found.links["version"] = {**version, "metrics": record["metrics"], "verdict": record["verdict"]["sentence"]}
    found.links["run"] = {
        "key": record["run"],
        "cutoff": record["cutoff"],
        "code_revision": record["code_revision"],
        "data_source": record["source"],
        "synthetic": record["synthetic"],
    }
    plan = _json(s3, record["plan"], "the plan of the run")
    if plan["template"] != record["template"]:
        raise LineageError(
            f"{record['plan']} names template {plan['template']}, the ledger {record['template']}: "
            "the plan was changed."
        )
    template = load_template(s3, Locations(plan["root"]), record["template"])
    found.links["template"] = {
        "digest": record["template"],
        "automl_job": template.automl_job,
        "candidate": template.candidate,
        "searched_until": template.searched_until.isoformat(),
    }
    found.links["jobs"] = list(record["jobs"])
    found.links["drops"] = [
        {
            **{name: one[name] for name in ("date", "digest", "files")},
            # An earlier run may have made them, whose job is then not among this run's.
            **{name: one.get(name) for name in ("features", "features_job")},
            "state": state_of_drop(s3, one["files"], one["digest"]),
        }
        for one in record["drops"]
    ]
    found.links["holdouts"] = [
        {**one, "state": state_of_file(s3, one["uri"], one["digest"])} for one in record["holdouts"]
    ]


def _sidecar(s3: S3Client, address: str) -> tuple[str, dict[str, Any]]:
    """Return the nearest ``lineage.json`` in the folder, or in one above the file."""
    folder = address
    while folder.count("/") > 2:
        try:
            return ScoreFolder(folder).lineage, read_json(s3, ScoreFolder(folder).lineage)
        except MissingObjectError:
            folder = folder.rpartition("/")[0]
        except ValueError as error:
            raise LineageError(f"{ScoreFolder(folder).lineage} is not JSON ({error}): it was changed.") from error
    raise LineageError(f"There is no {LINEAGE} beside {address} or above it: no scoring has written it.")


def _ledger(s3: S3Client, uri: str) -> dict[str, Any]:
    return _json(s3, uri, "the ledger's record")


def _json(s3: S3Client, uri: str, what: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = read_json(s3, uri)
    except MissingObjectError as error:
        raise LineageError(f"{what.capitalize()} is gone: {uri}.") from error
    except ValueError as error:
        raise LineageError(f"{what.capitalize()} {uri} is not JSON ({error}): it was changed.") from error
    return found


def _sentence_of(s3: S3Client, uri: str) -> dict[str, str]:
    event = _json(s3, uri, "the ledger's record of the promotion")
    return {"uri": uri, "kind": event["kind"], "at": event["at"], "sentence": event["sentence"]}
