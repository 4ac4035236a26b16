"""A search: what Autopilot gets to see, what it is asked, and the template made of its answer."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import TYPE_CHECKING, Any

from include.autopilot.candidate import find_candidate
from include.autopilot.config import ModelConfig
from include.autopilot.contract import contract_of_header
from include.autopilot.cutoff import stamp
from include.autopilot.data.csvlines import encode_line
from include.autopilot.data.dropheader import read_header
from include.autopilot.data.drops import list_drops, visible_drops
from include.autopilot.data.holdouts import holdout_seal, read_holdouts
from include.autopilot.data.seals import seals_of
from include.autopilot.errors import DropError
from include.autopilot.locations import Locations
from include.autopilot.objects import read
from include.autopilot.objectwriter import ObjectWriter
from include.autopilot.report.metrics import REGRESSION
from include.autopilot.requests.origin import check_fits, published_template
from include.autopilot.requests.projection import Request
from include.autopilot.requests.searchrequest import automl_request, repeated_request
from include.autopilot.requests.searchrows import SearchRows
from include.autopilot.requests.validation import check
from include.autopilot.requests.warmstart import narrowed
from include.autopilot.source import combine, marked
from include.autopilot.template import publish, template_of

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

log = logging.getLogger(__name__)

# Autopilot refuses smaller tables.
FEWEST_ROWS = 500


def search_input(s3: S3Client, config: ModelConfig, cutoff: datetime, problem_type: str) -> dict[str, Any]:
    """Write the table that the search sees: all drops up to the cutoff in one CSV file with a header.

    The key, the ignored columns, rows of a holdout, rows without a target and superseded rows are left out.

    :return: ``input`` (address), ``rows``, ``features`` (columns without the target) and ``source``.
    :raises DropError: no drop, no holdout, or fewer rows than Autopilot takes.
    :raises ContractError: a file lacks columns that the first one has, or cannot be read.
    """
    locations = Locations(config.root)
    run = f"search {stamp(cutoff)}"
    drops = visible_drops(list_drops(s3, locations), cutoff, locations.drops)
    regression = problem_type == REGRESSION
    header = read_header(s3, drops[0].files[0].uri)
    contract = contract_of_header(header, config.target, config.key, config.ignore, regression)
    holdouts = read_holdouts(s3, locations, config.holdouts, contract, config.ignore)
    seals = seals_of(s3, config, "holdout")
    for holdout in holdouts:
        seals.put(holdout.name, holdout_seal(holdout.name, holdout.digest, run))
    held_out = {key for holdout in holdouts for key in holdout.keys}
    with SearchRows(s3, config, drops, contract, held_out, run) as lines:
        rows = len(lines)
        if rows < FEWEST_ROWS:
            raise DropError(
                f"{locations.drops} holds {rows} usable rows up to {cutoff.isoformat()}; Autopilot needs "
                f"{FEWEST_ROWS}. Deliver more rows or search with a later cutoff."
            )
        source = combine([*lines.sources, *(holdout.source for holdout in holdouts)])
        table = ObjectWriter(s3, locations.search_input(cutoff), "text/csv", source)
        table.write(f"{encode_line(contract.columns)}\n".encode())
        for line in lines:
            table.write(f"{line}\n".encode())
    uri = table.finish()
    found = {"input": uri, "rows": rows, "features": len(contract.features), "source": source}
    log.info("%s", marked(f"Search input of {config.title}: {rows} rows, {found['features']} features, {uri}", source))
    return found


def search_request(
    s3: S3Client,
    sagemaker: SageMakerClient,
    config: ModelConfig,
    cutoff: datetime,
    identity: str,
    algorithm: str | None = None,
) -> Request:
    """Write the table that the search sees and return the CreateAutoMLJob or CreateAutoMLJobV2 request.

    The YAML's ``search`` says what is asked for; without one, the search that the template came from is repeated.

    :param identity: what makes this search this one, for example the run's id; part of the job's name.
    :param algorithm: the only one to try; None: as the YAML or the repeated search says.
    :raises TemplateError: the YAML has no ``search`` and the template names no Autopilot job.
    """
    if config.search is not None:
        table = search_input(s3, config, cutoff, config.search.problem_type)
        request = automl_request(config, config.search, cutoff, table["input"], identity)
        return check("AutoMLJob", narrowed(request, algorithm)) if algorithm else request
    template = published_template(s3, sagemaker, config)
    table = search_input(s3, config, cutoff, template.problem_type)
    place = Locations(config.root).search_output(cutoff)
    request = repeated_request(template, config.name, cutoff, table["input"], place, identity)
    return check(template.repeatable.kind, narrowed(request, algorithm)) if algorithm else request


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
