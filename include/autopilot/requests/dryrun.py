"""The last look before money is spent: checks, estimate, and in a dry run every request and its difference."""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from include.autopilot.base.errors import MissingResourceError
from include.autopilot.base.masking import masked
from include.autopilot.base.source import marked
from include.autopilot.candidate.descriptions import describe
from include.autopilot.candidate.searchtime import made_at
from include.autopilot.drops.plan import Plan
from include.autopilot.requests.estimate import Expected, estimate
from include.autopilot.requests.preflight import Account, check_requests, logged
from include.autopilot.requests.preview import Foretold, changes, foretell, foretell_second
from include.autopilot.s3.objects import write_json
from include.autopilot.settings.config import PriceTable
from include.autopilot.template.published import Template

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

log = logging.getLogger(__name__)


def preflight(
    s3: S3Client,
    sagemaker: SageMakerClient,
    account: Account,
    template: Template,
    plan: Plan,
    expected: Expected,
    prices: PriceTable | None,
    more: Sequence[Foretold] = (),
) -> dict[str, Any]:
    """Check what the run's requests name, estimate it, and write both to ``preflight.json`` in the run's folder.

    In a dry run, every request and how it differs from the template is printed and written, too.

    :param expected: how long earlier jobs of a step took.
    :param more: requests that the run will send besides those of its own model.
    :return: ``dry_run``, ``uri``, ``jobs`` (how many), ``seconds``, ``usd`` and ``sentence``; see
        :func:`include.autopilot.requests.estimate.estimate`.
    :raises PreflightError: something that a request names is missing.
    """
    foretold = [*foretell(s3, template, plan), *foretell_second(s3, template, plan), *more]
    checks = logged(check_requests(s3, account, foretold, plan.folder, plan.sse))
    estimated = estimate(foretold, expected, partial(_lasted, sagemaker), prices)
    log.info("%s", marked(estimated["sentence"], plan.source))
    content: dict[str, Any] = {
        "run": plan.run,
        "path": plan.path,
        "dry_run": plan.options.dry_run,
        "notes": list(plan.notes),
        "data_source": plan.source,
        "synthetic": plan.synthetic,
        "checks": [asdict(check) for check in checks],
        "estimate": estimated,
    }
    if plan.options.dry_run:
        content["requests"] = [_shown(one) for one in foretold]
        for one in foretold:
            log.info("%s", text_of(one))
        log.info("%s", marked("Dry run: no job was started.", plan.source))
    uri = write_json(s3, plan.run_folder.preflight, content)
    told = {name: estimated[name] for name in ("seconds", "usd", "sentence")}
    return {"dry_run": plan.options.dry_run, "uri": uri, "jobs": len(estimated["jobs"]), **told}


def _lasted(sagemaker: SageMakerClient, kind: str, name: str) -> float | None:
    """Return how long Autopilot's own job took; None where it cannot be asked any more."""
    try:
        described = describe(sagemaker, kind, name)
    except (MissingResourceError, ClientError):
        return None
    started, ended = (described.get(f"{kind.removesuffix('Job')}{edge}Time") for edge in ("Start", "End"))
    return (made_at(ended) - made_at(started)).total_seconds() if started and ended else None


def text_of(one: Foretold) -> str:
    """Return a request and its difference from the template for people; what looks secret is masked."""
    shown = _shown(one)
    body = json.dumps(shown["request"], indent=2, sort_keys=True)
    lines = [f"{one.step}: Create{one.kind}", *body.splitlines(), f"{one.step} differs from the template in:"]
    differ = [f"  {one['path']}: {_value(one['template'])} -> {_value(one['run'])}" for one in shown["changes"]]
    return "\n".join([*lines, *differ])


def _shown(one: Foretold) -> dict[str, Any]:
    request, before = masked(one.request), masked(one.template)
    return {
        "step": one.step,
        "kind": one.kind,
        "request": request,
        "changes": [asdict(change) for change in changes(before, request)],
    }


def _value(value: Any) -> str:
    return "(none)" if value is None else json.dumps(value)
