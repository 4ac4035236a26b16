"""The search behind an AutoML job for a table: Autopilot's modes HYPERPARAMETER_TUNING and ENSEMBLING.

It leaves what Autopilot leaves: real jobs, candidates, a generated module, notebooks and reports, at the same places.
"""

from include.local_aws.search.check import check
from include.local_aws.search.interface import Api, Progress, SearchFailed
from include.local_aws.search.run import run_search

__all__ = ["Api", "Progress", "SearchFailed", "check", "run_search"]
