"""The candidate definition notebook: every request of the search as a literal, and cells that send them again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from include.local_aws.search.columns import Columns
from include.local_aws.search.interface import Json
from include.local_aws.search.notebooks.book import Book, escaped, literal, table
from include.local_aws.search.objectives import Objective
from include.local_aws.search.processors import Processor
from include.local_aws.search.requests import Requests
from include.local_aws.search.space import SPACES, fixed

DEFINITION = "SageMakerAutopilotCandidateDefinitionNotebook.ipynb"
_WHAT_IT_DOES = """
This notebook does the search again from the split data on: for each pipeline it fits the featurizer and featurizes the
rows, then one hyperparameter tuning job trains candidates of all pipelines, and the best one becomes a model. It uses
boto3 only, at whatever endpoint is configured; **on AWS its jobs are billed**."""
_WHAT_TO_CHOOSE = """## What to run

The next two cells are there to be edited: which pipelines, how many candidates, which ranges. `MODEL_NAME` None is a
name of the run's own. `ROWS_TO_PREDICT` may be the S3 address of CSV rows without header and target, to be predicted at
the end."""


def definition(
    requests: Requests, objective: Objective, columns: Columns, processors: tuple[Processor, ...], source: str | None
) -> str:
    """Write the notebook.

    :param source: where the rows come from, as their object says; None if it does not.
    """
    book = Book()
    book.words(_title(requests, objective, columns, source))
    _choose(book, requests, objective, processors)
    book.words(_pipelines(requests, processors))
    for processor in processors:
        book.words(f"### {processor.pipeline}\n\n{processor.title.capitalize()}; features as {processor.accept}.")
        comment = "The requests of this pipeline, without what differs from run to run."
        pipeline = literal(_pipeline(requests, objective, columns, processor))
        book.code(f"# {comment}\nPIPELINES[{processor.pipeline!r}] = {pipeline}")
    book.cells(Path(__file__).with_name("definition.txt"))
    return book.render()


def _choose(book: Book, requests: Requests, objective: Objective, processors: tuple[Processor, ...]) -> None:
    """Add the cells a reader may edit."""
    settings, algorithms = requests.settings, dict.fromkeys(one.algorithm for one in processors)
    book.words(_WHAT_TO_CHOOSE)
    chosen = {
        "AUTOML_JOB": settings.name,
        "REGION": settings.region,
        "ROLE": settings.role,
        "OUTPUT": f"{requests.names.output}/notebook",
        "PIPELINES_TO_RUN": [one.pipeline for one in processors],
        "MAX_CANDIDATES": settings.max_candidates,
        "MAX_PARALLEL": requests.tune([])["HyperParameterTuningJobConfig"]["ResourceLimits"]["MaxParallelTrainingJobs"],
        "MAX_SECONDS_PER_TRAINING": settings.max_training_seconds,
        "MAX_SECONDS_OF_TUNING": settings.max_seconds,
        "STRATEGY": "Bayesian",
        "SEED": 0,
        "OBJECTIVE": objective.name,
        "DIRECTION": objective.direction.capitalize(),
        "MODEL_NAME": None,
        "ROWS_TO_PREDICT": None,
    }
    book.values("Where, what and how much.", chosen, parameters=True)
    ranges = {one.name: SPACES[one.name].parameters() for one in algorithms}
    book.values("What is searched, by algorithm.", {"RANGES": ranges, "PIPELINES": {}})


def _pipeline(requests: Requests, objective: Objective, columns: Columns, processor: Processor) -> Json:
    """Return what the search asks for a data processor and its algorithm, without names and places of one run."""
    algorithm = processor.algorithm
    static = fixed(algorithm, objective, columns)
    training = _without(requests.pipeline(processor, objective, static, {}), "HyperParameterRanges", "RoleArn")
    containers = requests.inference_containers(algorithm, "", "", columns)
    model = _without(requests.model(processor, ""), "ModelName", "ExecutionRoleArn")
    model["PrimaryContainer"] = _without(model["PrimaryContainer"], "ModelDataUrl")
    featurize = _without(requests.featurize(processor), "TransformJobName", "ModelName")
    featurize["TransformOutput"] = _without(featurize["TransformOutput"], "S3OutputPath")
    return {
        "algorithm": algorithm.name,
        "fit featurizer": _placeless(requests.fit(processor), "TrainingJobName", "RoleArn"),
        "featurizer model": model,
        "featurize": featurize,
        "train": _placeless(training, "StoppingCondition"),
        "inference containers": [_without(one, "ModelDataUrl") for one in containers],
    }


def _title(requests: Requests, objective: Objective, columns: Columns, source: str | None) -> str:
    settings = requests.settings
    told = f" Data source: {escaped(source)}." if source else ""
    return "\n\n".join(
        [
            f"# Candidates of {settings.name}",
            f"{columns.problem_type} of {escaped(columns.target)}: {objective.direction} {objective.name}.{told}",
            _WHAT_IT_DOES,
        ]
    )


def _pipelines(requests: Requests, processors: tuple[Processor, ...]) -> str:
    algorithms = dict.fromkeys(one.algorithm for one in processors)
    dpps = [(f"`{one.pipeline}`", one.algorithm.name, one.title, one.accept) for one in processors]
    tuned = [
        (algorithm.name, name, values)
        for algorithm in algorithms
        for name, values in SPACES[algorithm.name].ranges().items()
    ]
    code, rows = escaped(requests.names.generated_module), escaped(requests.names.tuning_data)
    return "\n\n".join(
        [
            "## Pipelines",
            table(("pipeline", "algorithm", "features", "encoding"), dpps),
            f"The data processors' code is in {code}, the split rows that they read in {rows}.",
            "Searched are:",
            table(("algorithm", "hyperparameter", "range"), tuned),
        ]
    )


def _placeless(request: Json, *names: str) -> Json:
    found = _without(request, *names)
    found["OutputDataConfig"] = _without(found["OutputDataConfig"], "S3OutputPath")
    return found


def _without(members: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in members.items() if name not in names}
