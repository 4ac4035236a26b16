"""A run of a candidate that left no steps to replay (ENSEMBLING): the same search once more, on the run's own rows.

The search makes its own split of the training and validation rows together; no holdout row is among them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.autopilot.candidate import Candidate
from include.autopilot.data.csvlines import encode_line
from include.autopilot.data.manifest import manifest_of, prepared_files
from include.autopilot.errors import CandidateError, RunError
from include.autopilot.objectreader import opened
from include.autopilot.objects import write_json
from include.autopilot.objectwriter import ObjectWriter
from include.autopilot.plan import Plan
from include.autopilot.requests.answer import asked_for
from include.autopilot.requests.names import job_name
from include.autopilot.requests.projection import Request
from include.autopilot.requests.requests import tagged
from include.autopilot.requests.searchrequest import repeated_request
from include.autopilot.requests.validation import check
from include.autopilot.search import FEWEST_ROWS
from include.autopilot.template import Template

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_PIECE = 2**20


def check_rows(plan: Plan) -> None:
    """Refuse a run whose search Autopilot would fail only after its first jobs were paid.

    :raises RunError: there are fewer rows than Autopilot takes.
    """
    rows = plan.training_rows + plan.validation_rows
    if plan.path == "search_again" and rows < FEWEST_ROWS:
        raise RunError(
            f"The drops in scope leave {rows} rows to search on; Autopilot needs {FEWEST_ROWS}. Take more drops (scope "
            "full, a later cutoff), or deliver more rows."
        )


def write_table(s3: S3Client, plan: Plan) -> str:
    """Write the rows of the run's prepared drops as one CSV file with a header, and return its address.

    The chunks that it is made of are listed in a manifest beside those of the other paths.
    """
    files = [uri for _, uri in prepared_files(s3, plan)]
    write_json(s3, sources_of(plan), manifest_of(plan.root, files))
    table = ObjectWriter(s3, table_of(plan), "text/csv", plan.source)
    table.write(f"{encode_line(plan.columns)}\n".encode())
    for uri in files:
        with opened(s3, uri) as chunk:
            while piece := chunk.read(_PIECE):
                table.write(piece)
    return table.finish()


def sources_of(plan: Plan) -> str:
    """Return where the manifest of the chunks is that the table of a run's search is made of."""
    return f"{plan.folder}/manifest/search.manifest"


def table_of(plan: Plan) -> str:
    """Return where the table of a run's search is."""
    return f"{plan.folder}/search/input/train.csv"


def again_request(template: Template, plan: Plan) -> Request:
    """Return the CreateAutoMLJob or CreateAutoMLJobV2 request of the run's search.

    :raises TemplateError: it is not known what the search was asked for.
    """
    output, identity = f"{plan.folder}/search/output", f"{plan.run} {template.digest}"
    request = repeated_request(template, plan.model, plan.cutoff, table_of(plan), output, identity)
    return check(template.repeatable.kind, tagged(request, template))


def found_model_request(template: Template, plan: Plan, found: Candidate) -> Request:
    """Return the CreateModel request of what the run's search found, in the network that the search was given.

    :raises CandidateError: the search found another kind of pipeline than the one before.
    """
    if found.parts is not None:
        raise CandidateError(
            f"The search {found.automl_job} left steps to replay, unlike the one it repeats. Publish it as the "
            f"template by running {plan.model}_search; runs then replay it."
        )
    search = template.repeatable
    request: Request = {
        "ModelName": job_name(plan.model, "model", plan.cutoff, plan.run, found.name, *plan.problem.columns),
        "ExecutionRoleArn": search.request["RoleArn"],
        "Containers": asked_for(found.containers, plan.problem.columns),
    }
    if "VpcConfig" in search.security:
        request["VpcConfig"] = search.security["VpcConfig"]
    if "Tags" in search.request:
        request["Tags"] = search.request["Tags"]
    return check("Model", tagged(request, template))
