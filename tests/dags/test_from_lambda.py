"""The walk of docs/from-lambda.md from end to end, by the commands and the YAML that stand there."""

from __future__ import annotations

import csv
import importlib
import io
import json
import re
import shlex
import subprocess
import textwrap
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from include.autopilot.champion.pointer import read_champion, store_of
from include.autopilot.settings import config, modelfiles
from include.autopilot.template.projection import project
from scripts.airflow_env import aws_env
from tests.include.local_aws.jobs import finished
from tests.support.airflowdb import ran
from tests.support.pages import shell
from tests.support.repository import ROOT
from tests.support.tiny import Tiny, returned, table

pytestmark = pytest.mark.whole

PAGE = (ROOT / "docs" / "from-lambda.md").read_text()
WALK = PAGE[PAGE.index("## The walk") : PAGE.index("## Both at once")]
LOOK, LOOK_AT_BOTH, NEW_MODEL, SEALED, ROWS, *_ = shell(WALK)
INSTANCES = {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1}
LONGEST = 3500


@dataclass
class Past:
    """What somebody has who comes from the Lambda: Autopilot's jobs, and those that the Lambda made of them."""

    tiny: Tiny
    automl: str
    steps: dict[str, str]
    again: dict[str, str] = field(default_factory=dict)

    def described(self, kind: str, name: str) -> dict[str, Any]:
        ask = getattr(self.tiny.sagemaker, f"describe_{kind.lower()}_job")
        return {key: value for key, value in ask(**{f"{kind}JobName": name}).items() if key != "ResponseMetadata"}

    def call_the_lambda(self, suffix: str) -> None:
        """Make both jobs anew as the Lambda did, and see that nobody stops them; what is not named here is lost.

        It did not wait for the first one, so that its training read what the call before had left; here it does. And
        each call has a folder: in one and the same the second training fails on the artifact of the first.
        """
        made, place = self.tiny.sagemaker, f"s3://tiny-models/lambda-{suffix}/"
        old = self.described("Transform", self.steps["Transform"])
        old["TransformOutput"]["S3OutputPath"] = place
        kept = {member: old[member] for member in ("ModelName", "TransformInput", "TransformOutput")}
        self.again = {"Transform": f"lambda-dpp0-{suffix}", "Training": f"lambda-retrain-{suffix}"}
        made.create_transform_job(TransformJobName=self.again["Transform"], TransformResources=INSTANCES, **kept)
        assert finished(made, "Transform", self.again["Transform"])["TransformJobStatus"] == "Completed"
        old = self.described("Training", self.steps["Training"])
        for channel, side in zip(old["InputDataConfig"], ("train", "validation"), strict=False):
            channel["DataSource"]["S3DataSource"]["S3Uri"] = place + side
        old["OutputDataConfig"]["S3OutputPath"] = f"{place}training_job"
        old["ResourceConfig"] |= INSTANCES
        old["AlgorithmSpecification"].pop("MetricDefinitions", None)
        members = ("AlgorithmSpecification", "RoleArn", "InputDataConfig", "OutputDataConfig", "ResourceConfig")
        made.create_training_job(
            TrainingJobName=self.again["Training"],
            StoppingCondition={"MaxRuntimeInSeconds": LONGEST, "MaxWaitTimeInSeconds": LONGEST},
            EnableManagedSpotTraining=bool("False"),
            HyperParameters=old.get("HyperParameters", {}),
            Tags=old.get("Tags", []),
            **{member: old[member] for member in members},
        )
        assert finished(made, "Training", self.again["Training"])["TrainingJobStatus"] == "Completed"


@pytest.fixture(scope="module")
def past(searched: Tiny) -> Past:
    automl = searched.template().automl_job or ""
    best = searched.sagemaker.describe_auto_ml_job(AutoMLJobName=automl)["BestCandidate"]
    steps = {one["CandidateStepType"].rpartition("::")[2]: one["CandidateStepName"] for one in best["CandidateSteps"]}
    found = Past(searched, automl, {kind: steps[f"{kind}Job"] for kind in ("Transform", "Training")})
    found.call_the_lambda("before")
    return found


@pytest.fixture
def walker(past: Past, aws: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Walker:
    """Whoever types the commands, in a folder of their own that has their YAMLs."""
    files = modelfiles.model_files
    monkeypatch.setattr(config, "model_files", lambda folder=None: {**files(folder), **files(folder or tmp_path)})
    monkeypatch.chdir(tmp_path)
    for name, value in aws_env(aws).items():
        monkeypatch.setenv(name, value)
    return Walker(past, tmp_path)


@dataclass
class Walker:
    """Types what the page says, with names of its own."""

    past: Past
    folder: Path
    name: str = "bace2"

    def here(self, text: str) -> str:
        """Put what there is here in the place of the page's names; the account is the embedded AWS."""
        steps = self.past.steps
        names = {
            "my-automl-job": self.past.automl, "--transform-job NAME": f"--transform-job {steps['Transform']}",
            "--training-job NAME": f"--training-job {steps['Training']}", "the name in the Lambda's code":
            steps["Transform"], "the value of old_training_job_name": steps["Training"], "bace2": self.name,
            "CID": "id", "pIC50": "y", " AWS=1": "",
        }  # fmt: skip
        for name, ours in names.items():
            text = text.replace(name, ours)
        return text

    def types(self, command: str) -> int:
        """Run a command; of one of make's, what make would run."""
        words = shlex.split(self.here(command))
        if words[0] == "make":
            told = subprocess.run(
                ["make", "--no-print-directory", "-n", *words[1:]], cwd=ROOT, capture_output=True, text=True, check=True
            ).stdout
            words = shlex.split(told[told.rindex(" -m ") :].replace("\\\n", " "))
        module, *options = words[words.index("-m") + 1 :]
        # Where a new model's file goes, and where the other looks for an Airflow that runs.
        place = () if module == "include.autopilot.describe" else (self.folder,)
        code: int = importlib.import_module(module).main(options, *place)
        return code

    @property
    def yaml(self) -> Path:
        return self.folder / f"{self.name}.yaml"

    def trigger(self, **form: Any) -> Any:
        """Trigger ``<model>_retrain``, whose DAG is made of the YAML as it is now."""
        dag = importlib.import_module("dags.retrain").retrain(config.find_model(self.name))
        return ran(dag, logical_date=None, run_conf={"dry_run": False, **form})

    def read(self, uri: str) -> Any:
        return json.loads(self.past.tiny.read(uri))


def by_its_job(walker: Walker) -> None:
    assert walker.types(NEW_MODEL) == 0
    walker.yaml.write_text(re.sub(r"(?m)^schedule: .*", "schedule: null", walker.yaml.read_text()))


def by_hand(walker: Walker) -> None:
    walker.name = "bace3"
    (text,) = re.findall(r"^   ```yaml\n(.*?)^   ```", WALK, re.MULTILINE | re.DOTALL)
    walker.yaml.write_text(walker.here(textwrap.dedent(text)))


@pytest.mark.parametrize("command", [LOOK, LOOK_AT_BOTH])
def test_what_there_is_can_be_replayed(walker: Walker, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert walker.types(command) == 0
    told = capsys.readouterr().out
    assert all(name in told for name in walker.past.steps.values())


@pytest.mark.parametrize("written", [by_its_job, by_hand])
def test_the_walk(walker: Walker, written: Any) -> None:
    past, tiny = walker.past, walker.past.tiny
    written(walker)
    for file, rows in {"sealed": table(5000, 160), "rows": table(7000, 620), "notebook": table(6000, 45)}.items():
        rows.drop(columns="note").to_csv(walker.folder / f"{file}.csv", index=False)
    assert [walker.types(SEALED), walker.types(ROWS)] == [0, 0]
    before = tiny.jobs()

    dry = walker.trigger(dry_run=True)
    assert (dry.state, tiny.jobs()) == ("success", before)
    folder = returned(dry, "prepare")["records"].removesuffix("/jobs")
    asked = {one["step"]: one for one in walker.read(f"{folder}/preflight.json")["requests"]}
    lost = set()
    for kind, step in {"Transform": "featurize", "Training": "train"}.items():
        old, anew = ({*project(f"{kind}Job", past.described(kind, of[kind]))} for of in (past.steps, past.again))
        assert asked[step]["changes"]
        assert old <= {*asked[step]["request"]}
        lost |= old - anew
    assert lost == {"MaxConcurrentTransforms"}, "of what these two have; the page tells what others have besides"

    with ThreadPoolExecutor(1) as rule:
        fired = rule.submit(past.call_the_lambda, f"beside-{walker.name}")
        run = walker.trigger()
    fired.result()
    assert run.state == "success"
    model = config.find_model(walker.name)
    champion = read_champion(store_of(tiny.s3, tiny.sagemaker, model))[0]
    assert champion is not None
    assert champion.version.version == 1
    first = walker.read(returned(run, "report")["json"])
    assert first["gate"]["promotion"]["kind"] == "promoted"

    text = walker.yaml.read_text()
    walker.yaml.write_text(text.replace("holdouts: [sealed]", "holdouts: [sealed, notebook]"))
    assert walker.types(SEALED.replace("sealed", "notebook")) == 0
    compared = walker.trigger()
    assert compared.state == "success"
    report = walker.read(returned(compared, "report")["json"])
    told = report["holdouts"]["notebook"]
    (answers,) = [uri for uri in tiny.keys(report["predictions"]) if "notebook" in uri]
    pairs = np.array([row[1:] for row in csv.reader(io.StringIO(tiny.read(answers).decode()))], dtype=float)
    assert told["rows"] == len(pairs) == 45
    assert told["metrics"]["RMSE"]["value"] == pytest.approx(np.sqrt(np.mean((pairs[:, 1] - pairs[:, 0]) ** 2)))

    assert {name.partition("-")[0] for name in {*tiny.jobs()} - {*before}} == {walker.name, "lambda"}
    assert not [job["name"] for job in (*first["jobs"], *report["jobs"]) if job["name"].startswith("lambda")]
