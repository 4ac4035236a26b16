"""The reports on a search's best candidate: which columns its answers come from, and how good they are."""

from __future__ import annotations

import json

from include.local_aws.search.interface import Json, SearchFailed
from include.local_aws.search.jobs import OutOfTime
from include.local_aws.search.requests import predicting
from include.local_aws.search.workspace import Workspace


def report(workspace: Workspace, candidate: Json) -> str:
    """Have the reports made and tell where they are; return the secondary status that the search ends with.

    A search whose time is over, or whose reports fail, ends without them: the candidate is as good. The reason of a
    failure is told in PartialFailureReasons.

    :param candidate: the best one, as it was told.
    :raises SearchStopped: the user stopped the search.
    """
    names, jobs, name = workspace.names, workspace.jobs, candidate["CandidateName"]
    workspace.progress.secondary("GeneratingExplainabilityReport")
    workspace.write(names.reports_config(name), json.dumps(_config(workspace, candidate), indent=1))
    try:
        job = jobs.start("ProcessingJob", workspace.requests.reports(candidate))
        (ended,) = jobs.wait(job)
    except OutOfTime:
        return "Completed"
    except SearchFailed as failure:
        return _without(workspace, str(failure))
    if ended["ProcessingJobStatus"] != "Completed":
        return _without(workspace, f"{job.name}: {ended.get('FailureReason', ended['ProcessingJobStatus'])}")
    places = {"Explainability": names.explainability(name), "ModelInsights": names.insights(name)}
    candidate["CandidateProperties"]["CandidateArtifactLocations"] = places
    workspace.progress.candidate(candidate)
    return "Completed"


def _config(workspace: Workspace, candidate: Json) -> Json:
    columns = workspace.columns()
    return {
        "candidate": candidate["CandidateName"],
        "target": columns.target,
        "problem_type": columns.problem_type,
        "containers": predicting(candidate),
        "ignored": columns.of_kind("ignored"),
        "data_source": workspace.source(),
    }


def _without(workspace: Workspace, reason: str) -> str:
    workspace.failed_partly(f"The reports on the best candidate could not be made: {reason}")
    return "ExplainabilityError"
