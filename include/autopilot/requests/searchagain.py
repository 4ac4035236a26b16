"""A run that searches again: the same search once more, on the run's own rows.

That is the recipe ``search``, and what a candidate without steps to replay (ENSEMBLING) always has.

The search makes its own split of the training and validation rows together; no holdout row is among them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.autopilot.base.csvlines import encode_line
from include.autopilot.base.digest import of_json
from include.autopilot.base.errors import CandidateError, RunError
from include.autopilot.base.names import job_name
from include.autopilot.candidate.inference import asked_for
from include.autopilot.candidate.winner import Candidate
from include.autopilot.drops.manifest import manifest_of, prepared_files, search_manifest_of
from include.autopilot.drops.plan import Plan
from include.autopilot.requests.replay import finished
from include.autopilot.requests.searchrequest import FEWEST_ROWS, read_tagged, repeated_request
from include.autopilot.s3.objects import write_json
from include.autopilot.s3.reader import opened
from include.autopilot.s3.writer import ObjectWriter
from include.autopilot.template.projection import Request
from include.autopilot.template.published import Template

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
    write_json(s3, search_manifest_of(plan), manifest_of(plan.root, files))
    table = ObjectWriter(s3, table_of(plan), "text/csv", plan.source)
    table.write(f"{encode_line(plan.columns)}\n".encode())
    for uri in files:
        with opened(s3, uri) as chunk:
            while piece := chunk.read(_PIECE):
                table.write(piece)
    return table.finish()


def table_of(plan: Plan) -> str:
    """Return where the table of a run's search is."""
    return plan.run_folder.search_input


def again_request(template: Template, plan: Plan) -> Request:
    """Return the CreateAutoMLJob or CreateAutoMLJobV2 request of the run's search.

    :raises TemplateError: it is not known what the search was asked for.
    """
    output, identity = plan.run_folder.search_output, f"{plan.run} {template.digest}"
    request = repeated_request(template, plan.model, plan.cutoff, table_of(plan), output, identity)
    rows = [
        [drop.prepared.prepared, {name: gone.digest for name, gone in drop.superseded.chunks.items()}]
        for drop in plan.used
    ]
    return finished(template.repeatable.kind, read_tagged(request, of_json(rows)), template, plan.kms_key)


def found_model_request(template: Template, plan: Plan, found: Candidate) -> Request:
    """Return the CreateModel request of what the run's search found, in the network that the search was given.

    :raises CandidateError: the search found another kind of pipeline than the one before.
    """
    if (found.parts is None) != (template.replay is None):
        what, unlike = (
            ("no steps", "which left some") if found.parts is None else ("steps to replay", "which left none")
        )
        raise CandidateError(
            f"The search {found.automl_job} left {what}, unlike the one it repeats, {unlike}. Publish it as the "
            f"template by running {plan.model}_search; runs then follow it."
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
    return finished("Model", request, template, plan.kms_key)
