"""Recorded responses of every kind, made up in the shape of real ones, and what describe must tell of each."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.support import vintages
from tests.support.vintagefiles import best, changed, only
from tests.support.vintages import LINEAR, MLP, XGBOOST, Files, ensemble, hpo, other_problem, running

BINARY, MULTICLASS = "BinaryClassification", "MulticlassClassification"
PROBLEMS = ("Regression", BINARY, MULTICLASS)
STEPS = vintages.step_names("made-up")
FIT, FEATURIZE, TRAIN, FEATURIZER = (STEPS[role] for role in ("fit", "featurize", "train", "featurizer"))
COLUMNS = ("y", "", "age", "job")
REPLAYED, AGAIN, NO = "can be replayed", "cannot be replayed, but searched again", "cannot be replayed"
PARTLY = "can be replayed as far as what was seen tells: "

# What no retraining can use -> why not.
REFUSED = {
    "text": (other_problem("TextClassificationJobConfig"), "other is a job for text classification. Only tabular"),
    "image": (other_problem("ImageClassificationJobConfig"), "other is a job for image classification"),
    "series": (other_problem("TimeSeriesForecastingJobConfig"), "other is a job for time-series forecasting"),
    "language": (other_problem("TextGenerationJobConfig"), "other is a job for text generation"),
    "new": (other_problem("AudioJobConfig"), "other is a job for AudioJobConfig"),
    **{
        secondary: (running(secondary), f"running is InProgress ({secondary}): it has to finish first")
        for secondary in (
            *("Starting", "AnalyzingData", "FeatureEngineering", "ModelTuning", "MergingAutoMLTaskReports"),
            *("GeneratingExplainabilityReport", "SomethingNew"),
        )
    },
    "stopping": (running("Stopping", status="Stopping"), "running is Stopping (Stopping)"),
    "unknown": (running("Paused", status="Paused"), "running is Paused (Paused): it has to finish first"),
    "stopped": (running("Stopped", status="Stopped"), "running is Stopped but left no finished candidate"),
    "failed": (
        changed(running("Failed", status="Failed"), "AutoML", FailureReason="Could not complete the data builder"),
        "running has Failed (Failed): Could not complete the data builder. Search again.",
    ),
    "definitions": (
        changed(
            running("CandidateDefinitionsGenerated", status="Completed"),
            "AutoML",
            GenerateCandidateDefinitionsOnly=True,
        ),
        "running generated candidate definitions only",
    ),
    "bad candidate": (
        best(hpo("other"), CandidateStatus="Failed", FailureReason="no"),
        "has Failed: no. Choose another",
    ),
    "stopped candidate": (best(hpo("other"), CandidateStatus="Stopped"), "is Stopped; only a Completed one"),
    "no steps": (best(hpo("other"), CandidateSteps=None), "lists no steps"),
    "no containers": (best(hpo("other"), InferenceContainers=[]), "has 0 inference containers; 2 were expected"),
    "too few": (
        best(
            hpo("other", problem="BinaryClassification"),
            InferenceContainers=hpo()["DescribeAutoMLJobV2.made-up.json"]["BestCandidate"]["InferenceContainers"],
        ),
        "has 2 inference containers; 3 were expected for BinaryClassification",
    ),
    "strange image": (
        best(
            hpo("other"),
            InferenceContainers=[
                vintages.containers("other", 2025, "Regression", XGBOOST)[0],
                {"Image": vintages.image("catboost", "1"), "ModelDataUrl": "s3://b/m", "Environment": {}},
            ],
        ),
        "catboost:1, which is not known as an algorithm of Autopilot's",
    ),
    "strange featurizer": (
        changed(
            hpo("other"),
            "DescribeTrainingJob.other-dpp7",
            AlgorithmSpecification={"TrainingImage": vintages.image("own", "1"), "TrainingInputMode": "File"},
        ),
        "its fit job ran on 683313688378.dkr.ecr.us-east-1.amazonaws.com/own:1",
    ),
    "failed step": (
        changed(hpo("other"), "DescribeTransformJob", TransformJobStatus="Stopped"),
        "its featurize job is Stopped; only a Completed one",
    ),
    "target": (
        changed(hpo("other", version=1), "AutoML", InputDataConfig=[{"TargetAttributeName": "z"}]),
        "the job's target is 'z', its data processor's is 'y'",
    ),
    "serving featurizer": (
        changed(
            hpo("other"),
            "DescribeModel",
            PrimaryContainer=vintages.containers("other", 2025, "Regression", XGBOOST)[0],
        ),
        "AUTOML_TRANSFORM_MODE=feature-transform. It would pass the target on as the first feature",
    ),
}


@dataclass(frozen=True)
class Recording:
    """A folder of recorded responses.

    :param verdict: what describe says of it.
    :param stated: what a person states: ``columns``, ``labels``.
    :param told: a part of the reason, or of what is missing.
    """

    files: Files
    verdict: str
    told: str = ""
    stated: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def job(self) -> str:
        """The Autopilot job."""
        named = [name.split(".")[1] for name in self.files if name.startswith(("DescribeAutoML", "ListCandidates"))]
        return named[0] if named else "made-up"


def judged(metric: str, **job: Any) -> Files:
    """A job that was searched for a metric."""
    files = copy.deepcopy(hpo(**job))
    (name,) = [name for name in files if name.startswith("DescribeAutoML")]
    files[name]["ResolvedAttributes"]["AutoMLJobObjective"] = {"MetricName": metric}
    return files


def without(files: Files, *parts: str) -> Files:
    return {name: content for name, content in files.items() if not any(part in name for part in parts)}


def encoded(files: Files, encoder: str) -> Files:
    """The files with another label encoder in the generated module."""
    lines = files["dpp7.py"].splitlines()
    return files | {"dpp7.py": "\n".join(f"    return {encoder}" if "LabelEncoder" in line else line for line in lines)}


def ensembled(**job: Any) -> Files:
    """An ensemble of another metric or problem."""
    files = ensemble("made-up")
    metric = {"MetricName": job.pop("metric"), "Type": "Maximize", "Value": 0.9}
    resolved = {"AutoMLProblemTypeResolvedAttributes": {"TabularResolvedAttributes": {"ProblemType": BINARY}}}
    return changed(best(files, FinalAutoMLJobObjectiveMetric=metric, **job), "AutoML", ResolvedAttributes=resolved)


def container(files: Files, place: int, **changes: Any) -> Files:
    """The files with members of one inference container replaced; None removes a member."""
    files = copy.deepcopy(files)
    (job,) = [content for name, content in files.items() if name.startswith("DescribeAutoML")]
    told = job["BestCandidate"]["InferenceContainers"]
    told[place] = {name: value for name, value in (told[place] | changes).items() if value is not None}
    return files


def elsewhere(files: Files) -> Files:
    """The same job in China, where accounts and the address of the registry are others."""

    text = json.dumps(files).replace(
        "683313688378.dkr.ecr.us-east-1.amazonaws.com", "390948362332.dkr.ecr.cn-north-1.amazonaws.com.cn"
    )
    return json.loads(text.replace("arn:aws:", "arn:aws-cn:").replace("us-east-1", "cn-north-1"))  # type: ignore[no-any-return]


def finished() -> Iterator[tuple[str, Recording]]:
    for problem in PROBLEMS:
        for year, version in ((2020, 1), (2021, 1), (2025, 2)):
            yield f"{problem} of {year}", Recording(hpo("made-up", year, version, problem), REPLAYED)
    for algorithm in (LINEAR, MLP):
        yield f"{algorithm}", Recording(hpo(problem=BINARY, algorithm=algorithm), REPLAYED)


BINARY_FILES = hpo(problem=BINARY)
ALONE = {"BestCandidate.made-up.json": hpo()["DescribeAutoMLJobV2.made-up.json"]["BestCandidate"]}
LABELS = {"labels": ("no", "yes")}
UNNAMED = "names 0 classes. State them, the negative one first: --labels no,yes"
RECORDINGS: dict[str, Recording] = {
    **dict(finished()),
    **{f"refused: {name}": Recording(files, NO, told) for name, (files, told) in REFUSED.items()},
    # Classes that nothing names.
    "binary by columns": Recording(without(BINARY_FILES, ".py"), NO, UNNAMED, {"columns": COLUMNS}),
    "and by labels": Recording(without(BINARY_FILES, ".py"), REPLAYED, "", {"columns": COLUMNS, **LABELS}),
    "plain encoder": Recording(encoded(BINARY_FILES, "LabelEncoder()"), NO, UNNAMED),
    "plain encoder, labels": Recording(encoded(BINARY_FILES, "LabelEncoder()"), REPLAYED, "", LABELS),
    "robust encoder of nothing": Recording(encoded(BINARY_FILES, "RobustLabelEncoder()"), NO, UNNAMED),
    "one class": Recording(encoded(BINARY_FILES, "RobustLabelEncoder(labels=['no'])"), NO, "names 1 classes"),
    "accuracy of no classes": Recording(encoded(judged("Accuracy", problem=BINARY), "LabelEncoder()"), REPLAYED),
    "many classes, unnamed": Recording(encoded(hpo(problem=MULTICLASS), "LabelEncoder()"), REPLAYED),
    "log loss, unnamed": Recording(
        encoded(judged("LogLoss", problem=MULTICLASS), "LabelEncoder()"), NO, "does not say in which order of classes"
    ),
    "classes of another candidate": Recording(
        encoded(hpo(problem=MULTICLASS), "RobustLabelEncoder(labels=['low', 'high'])"), NO, "trained for 3 classes"
    ),
    # What the containers can answer with.
    "AUC of 2020": Recording(judged("AUC", year=2020, version=1, problem=BINARY), NO, "Older candidates give labels"),
    "AUC of 2021": Recording(judged("AUC", year=2021, version=1, problem=BINARY), REPLAYED),
    "AUC": Recording(judged("AUC", problem=BINARY), REPLAYED),
    "log loss": Recording(judged("LogLoss", problem=MULTICLASS), REPLAYED),
    "log loss of 2020": Recording(judged("LogLoss", year=2020, version=1, problem=MULTICLASS), NO, "Older candidates"),
    "AUC of 2020, alone": Recording(
        only(judged("AUC", year=2020, version=1, problem=BINARY), "AutoML"), NO, "Older candidates"
    ),
    "AUC of a regression": Recording(judged("AUC"), NO, "'AUC', which cannot be computed for Regression"),
    "unheard-of metric": Recording(judged("Gini"), REPLAYED),
    "wrong way": Recording(
        best(hpo(), FinalAutoMLJobObjectiveMetric={"MetricName": "MSE", "Type": "Maximize", "Value": 1}),
        NO,
        "was searched to maximize MSE, which is to minimize",
    ),
    # Containers that are not told.
    **{
        f"containers absent: {problem} of {year}": Recording(
            best(hpo("made-up", year, 1, problem), InferenceContainers=None), REPLAYED
        )
        for problem in PROBLEMS
        for year in (2020, 2021)
    },
    "containers absent, AUC of 2020": Recording(
        best(judged("AUC", year=2020, version=1, problem=BINARY), InferenceContainers=None), NO, "Older candidates"
    ),
    "containers absent, alone": Recording(
        only(best(hpo(), InferenceContainers=None), "AutoML"), f"{PARTLY}6 parts are missing", "InferenceContainers"
    ),
    "containers absent, ensemble": Recording(
        best(ensemble("made-up"), InferenceContainers=None),
        f"{AGAIN} as far as what was seen tells: 1 part is missing",
        "InferenceContainers",
    ),
    "container without an artifact": Recording(container(hpo(), 0, ModelDataUrl=None), NO, "0 names no artifact"),
    "container that trains": Recording(
        container(hpo(algorithm=MLP), 1, Image=vintages.algorithm_image(MLP, 2025, serving=False)), NO, "cannot serve"
    ),
    "container without environment": Recording(container(BINARY_FILES, 1, Environment=None), REPLAYED),
    "image by digest": Recording(
        container(hpo(), 1, Image=vintages.image("sagemaker-xgboost@sha256", "0" * 64)), REPLAYED
    ),
    "China": Recording(elsewhere(hpo()), REPLAYED),
    # What was saved in part.
    "candidate alone": Recording(ALONE, f"{PARTLY}7 parts are missing", "which describes the Autopilot job"),
    "candidate inside": Recording(
        {"DescribeAutoMLJob.made-up.json": {"BestCandidate": ALONE["BestCandidate.made-up.json"]}},
        f"{PARTLY}7 parts are missing",
    ),
    "candidate and jobs": Recording(
        without(hpo(), "AutoML") | ALONE, f"{PARTLY}1 part is missing", "which describes the Autopilot job"
    ),
    "all but the model": Recording(without(hpo(), "DescribeModel"), f"{PARTLY}1 part is missing"),
    "all but the module": Recording(without(hpo(), ".py"), f"{PARTLY}1 part is missing"),
    "a transform alone": Recording(only(hpo(), FEATURIZE), f"{PARTLY}5 parts are missing"),
    "several modules": Recording(
        without(hpo(), FIT) | {"dpp3.py": vintages.MODULE.replace("age", "weight").replace("{labels}", "x()")},
        f"{PARTLY}2 parts are missing",
        "which of dpp3.py, dpp7.py is the candidate's generated module: the description of the fit job says so",
    ),
    # Steps and their states.
    "steps null": Recording(best(hpo(), CandidateSteps="x"), NO, "lists no steps"),
    "unknown state": Recording(changed(hpo(), TRAIN, TrainingJobStatus="Paused"), NO, "its train job is Paused"),
    "stopped early": Recording(changed(hpo(), TRAIN, TrainingJobStatus="Stopped"), REPLAYED),
    "failed step": Recording(
        changed(hpo(), FEATURIZE, TransformJobStatus="Failed", FailureReason="ClientError: See job logs."),
        NO,
        "its featurize job is Failed (ClientError: See job logs); only a Completed one",
    ),
    "model not named": Recording(changed(hpo(), FEATURIZE, ModelName=None), NO, "the featurizer is not named"),
    # Requests that were cut short.
    "no role": Recording(changed(hpo(), TRAIN, RoleArn=None), NO, "train training could not be asked for again"),
    "no instances": Recording(changed(hpo(), TRAIN, ResourceConfig=None), NO, "There is no ResourceConfig."),
    "no channels": Recording(changed(hpo(), TRAIN, InputDataConfig=None), NO, "There is no channel train"),
    "no validation": Recording(
        changed(hpo(), TRAIN, InputDataConfig=[vintages.channel("train", "s3://b/c")]), NO, "no channel validation"
    ),
    "no transform resources": Recording(changed(hpo(), FEATURIZE, TransformResources=None), NO, '"TransformResources"'),
    "no container": Recording(changed(hpo(), FEATURIZER, PrimaryContainer=None), NO),
    "containers in a list": Recording(
        changed(
            hpo(), FEATURIZER, PrimaryContainer=None, Containers=[vintages.model("made-up", 2025)["PrimaryContainer"]]
        ),
        REPLAYED,
    ),
    # The ENSEMBLING mode.
    "ensemble": Recording(ensemble("made-up"), AGAIN),
    "ensemble, AUC": Recording(ensembled(metric="AUC"), NO, "Older candidates give labels only"),
    "ensemble, F1": Recording(ensembled(metric="F1"), AGAIN),
    "ensemble without a role": Recording(changed(ensemble("made-up"), "AutoML", RoleArn=None), NO, "is not whole"),
    "ensemble of a strange metric": Recording(ensembled(metric="Gini"), NO, "cannot be computed"),
}
