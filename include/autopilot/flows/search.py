"""A search: what Autopilot gets to see, what it is asked, and the template made of its answer.

The order is preflight -> prepare -> (search) -> publish; what stands in brackets is SageMaker's work.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any

from include.autopilot.base.csvlines import encode_line
from include.autopilot.base.cutoff import stamp
from include.autopilot.base.digest import Digester
from include.autopilot.base.errors import DropError, TemplateError
from include.autopilot.base.locations import Locations
from include.autopilot.base.metrics import REGRESSION
from include.autopilot.base.source import combine, is_synthetic, marked
from include.autopilot.candidate.contract import Schema
from include.autopilot.candidate.winner import find_candidate
from include.autopilot.cost.spending import Run, write_cost
from include.autopilot.drops.firstcolumns import first_contract
from include.autopilot.drops.holdouts import check_holdouts, held_out, holdout_seal, read_holdouts, stray_holdouts
from include.autopilot.drops.ignored import check_ignored
from include.autopilot.drops.listing import list_drops, visible_drops
from include.autopilot.drops.remarks import remarks_on, unended_holdouts, unended_told
from include.autopilot.drops.seals import seals_of
from include.autopilot.drops.searchkeys import write_search_keys
from include.autopilot.requests.origin import check_fits, published_template
from include.autopilot.requests.preflight import Account, check_requests, logged
from include.autopilot.requests.preview import Foretold
from include.autopilot.requests.searchrequest import FEWEST_ROWS, automl_request, read_tagged, repeated_request
from include.autopilot.requests.searchrows import SearchRows
from include.autopilot.requests.warmstart import narrowed
from include.autopilot.rows.firstlook import FirstLook
from include.autopilot.s3.objects import exists, read
from include.autopilot.s3.writer import ObjectWriter
from include.autopilot.settings.config import ModelConfig
from include.autopilot.template.projection import Request
from include.autopilot.template.published import current_template, publish, template_of
from include.autopilot.template.validation import check

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

log = logging.getLogger(__name__)


def search_input(
    s3: S3Client, config: ModelConfig, cutoff: datetime, problem_type: str, now: datetime | None = None
) -> dict[str, Any]:
    """Write the table that the search sees: all drops up to the cutoff in one CSV file with a header.

    The key, the ignored columns, rows of a holdout, rows without a target and superseded rows are left out.

    :param now: when the search began; what is dated later is told. None: the cutoff.
    :return: ``input`` (address), ``digest`` (of its content), ``rows``, ``features`` (columns without the target)
        and ``source``.
    :raises DropError: no drop, no holdout, fewer rows than Autopilot takes, a target that is none of the problem's,
        or a column under ``ignore`` that seems to be misspelt.
    :raises ContractError: a file lacks columns that the first one has, cannot be read, or has cells that every run
        after the search would refuse and none before it accepts.
    :raises IdentityError: rows seem to be one row, or keys to be none, and that is refused.
    :raises DriftError: single cells must not be trained on.
    """
    locations = Locations(config.root)
    run = f"search {stamp(cutoff)}"
    listing = list_drops(s3, locations)
    for remark in (*remarks_on(listing, cutoff, now or cutoff), *stray_holdouts(s3, config)):
        log.warning("%s", remark)
    drops = visible_drops(listing.drops, cutoff, locations.drops)
    regression = problem_type == REGRESSION
    check_ignored(s3, config, drops, searches=True)
    contract = first_contract(s3, config, drops[:1], regression)
    look = FirstLook(contract, _present(s3, config))
    holdouts = read_holdouts(s3, locations, config.holdouts, contract, config.ignore, watch=look.add_held)
    check_holdouts(s3, config, holdouts, run)
    with held_out(holdouts) as held, SearchRows(s3, config, drops, contract, held, run, look) as lines:
        rows = len(lines)
        if rows < FEWEST_ROWS:
            raise DropError(
                f"{locations.drops} holds {rows} usable rows up to {cutoff.isoformat()}; Autopilot needs "
                f"{FEWEST_ROWS}. Deliver more rows or search with a later cutoff."
            )
        for remark in lines.targets.remarks(problem_type, f"{config.name}.yaml"):
            log.warning("%s", remark)
        if lines.unmeasured:
            log.warning("Of the rows of the drops %d have no target: the search does not see them.", lines.unmeasured)
        for remark in unended_told([*lines.unended, *unended_holdouts(holdouts)]):
            log.warning("%s", remark)
        # scipy takes more than a second to import, and the operator of the search imports this module, too.
        from include.autopilot.drift.searchlook import check_search

        check_search(lines, contract, config, f"the drops up to {cutoff.date().isoformat()}")
        seals = seals_of(s3, config, "holdout")
        for holdout in holdouts:
            seals.put(holdout.name, holdout_seal(holdout.name, holdout.digest, run))
        lines.seal()
        source = combine([*lines.sources, *(holdout.source for holdout in holdouts)])
        table = ObjectWriter(s3, locations.search_input(cutoff), "text/csv", source)
        content = Digester()
        for line in chain([encode_line(contract.columns)], lines):
            body = f"{line}\n".encode()
            content.add(body)
            table.write(body)
        uri = table.finish()
        write_search_keys(s3, locations, cutoff, lines.keys, source)
    found = {
        "input": uri,
        "digest": content.digest,
        "rows": rows,
        "features": len(contract.features),
        "source": source,
    }
    log.info("%s", marked(f"Search input of {config.title}: {rows} rows, {found['features']} features, {uri}", source))
    return found


def _present(s3: S3Client, config: ModelConfig) -> Schema | None:
    """Return what the present candidate says of its columns; None: there is none, or none for this target."""
    locations = Locations(config.root)
    # What is wrong with a template, a search may be there to mend.
    with suppress(TemplateError):
        if exists(s3, locations.template("current")):
            schema = current_template(s3, locations, config.name).schema
            return schema if schema.target == config.target else None
    return None


def preflight(
    s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig, cutoff: datetime, key: str, account: Account
) -> None:
    """Look at what the search's request names, before anything is prepared for it.

    :param key: the run's name in S3.
    :raises PreflightError: something is missing.
    :raises TemplateError: the YAML has no ``search`` and the template names no Autopilot job.
    """
    locations = Locations(config.root)
    table = {"input": locations.search_input(cutoff), "digest": ""}
    asked = Foretold("search", "AutoMLJob", request(s3, sagemaker, config, cutoff, key, table), {}, replays=False)
    sse = config.encryption.sse if config.encryption else None
    logged(check_requests(s3, account, [asked], locations.run(key).uri, sse))


def prepare(
    s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig, cutoff: datetime, now: datetime | None = None
) -> dict[str, Any]:
    """Write the table that the search sees; see :func:`search_input`.

    :raises TemplateError: the YAML has no ``search`` and the template names no Autopilot job.
    """
    asked = config.search or published_template(s3, sagemaker, config)
    return search_input(s3, config, cutoff, asked.problem_type, now)


def request(
    s3: S3Client,
    sagemaker: SageMakerClient,
    config: ModelConfig,
    cutoff: datetime,
    key: str,
    prepared: Mapping[str, Any],
) -> Request:
    """Return the CreateAutoMLJob or CreateAutoMLJobV2 request.

    The YAML's ``search`` says what is asked for; without one, the search that the template came from is repeated.

    :param key: the run's, which makes this search this one; part of the job's name.
    :param prepared: the table's address and digest, ``input`` and ``digest``, and as ``algorithm`` the only one to try;
        None: as the YAML or the repeated search says.
    :raises TemplateError: the YAML has no ``search`` and the template names no Autopilot job.
    """
    if config.search is not None:
        kind, asked = "AutoMLJob", automl_request(config, config.search, cutoff, prepared["input"], key)
    else:
        template, place = published_template(s3, sagemaker, config), Locations(config.root).search_output(cutoff)
        kind = template.repeatable.kind
        asked = repeated_request(template, config.name, cutoff, prepared["input"], place, key, config.kms_key)
    asked = read_tagged(asked, prepared["digest"])
    return check(kind, narrowed(asked, prepared["algorithm"])) if prepared.get("algorithm") else asked


def publish_winner(
    s3: S3Client,
    sagemaker: SageMakerClient,
    config: ModelConfig,
    cutoff: datetime,
    key: str,
    searched: Mapping[str, Any],
) -> dict[str, Any]:
    """Turn the search's winner into the model's template, and write what the search cost.

    :param searched: what the search's operator returned.
    """
    published = publish_template(sagemaker, s3, config, searched["name"], cutoff)
    run = Run(config.name, key, cutoff.isoformat(), is_synthetic(published["source"]))
    cost = write_cost(s3, sagemaker, Locations(config.root), run, config.prices)
    log.info("cost: %s", cost["sentence"])
    return published


def publish_template(
    sagemaker: SageMakerClient, s3: S3Client, config: ModelConfig, automl_job_name: str, cutoff: datetime
) -> dict[str, Any]:
    """Derive the template from a finished search and make it the current one.

    :param cutoff: what the search was allowed to see.
    :return: ``uri``, ``digest``, ``candidate``, ``automl_job``, ``metric``, ``features``, ``searched_until``,
        ``source``.
    :raises CandidateError: the search has no winner that can be replayed.
    :raises TemplateError: the winner is not for this model.
    """
    locations = Locations(config.root)
    source = read(s3, locations.search_input(cutoff)).source
    candidate = find_candidate(sagemaker, s3, automl_job_name)
    template = template_of(candidate, cutoff, source)
    check_fits(template, config)
    uri = publish(s3, locations, template)
    log.info("%s", marked(f"Template {template.digest} of {config.title} from {candidate.name}: {uri}", source))
    return {
        "uri": uri,
        "digest": template.digest,
        "candidate": candidate.name,
        "automl_job": automl_job_name,
        "metric": template.objective.metric,
        "features": len(template.schema.features),
        "searched_until": cutoff.isoformat(),
        "source": source,
    }
