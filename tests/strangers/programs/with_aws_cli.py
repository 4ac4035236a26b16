"""A morning at the AWS CLI: S3, a training, a model, a transform, a tuning job, an endpoint, tags, logs."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

BUCKET, ROLE = "cli-bucket", "arn:aws:iam::123456789012:role/sagemaker"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
RUNNING = {"InProgress", "Stopping", "Creating"}
AWS = str(Path(sys.executable).with_name("aws"))
told: list[str] = []


def aws(*words: str, fails: str = "", **given: Any) -> Any:
    """Run one command of the CLI; answers what it printed, as JSON if it is that."""
    request = ["--cli-input-json", json.dumps(given)] if given else []
    run = subprocess.run([AWS, *words, *request], check=False, capture_output=True, text=True, timeout=120)
    expected = fails in run.stderr if fails else not run.returncode
    if not expected or bool(fails) == (run.returncode == 0):
        sys.exit(f"aws {' '.join(words)}: {run.returncode}\n{run.stdout}{run.stderr}")
    told.append(" ".join(words[:2]))
    try:
        return json.loads(run.stdout or "null")
    except ValueError:
        return run.stdout


def until_done(kind: str, member: str, name: str) -> Any:
    """Ask until a job or an endpoint is not running any more; one call, however often it is asked."""
    option = f"--{kind}-name"
    while True:
        described = aws("sagemaker", f"describe-{kind}", option, name)
        if described[f"{member}Status"] not in RUNNING:
            return described
        told.pop()
        time.sleep(0.5)


def channel(name: str) -> Any:
    """Return an input channel of CSV."""
    source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/{name}/"}
    return {"ChannelName": name, "ContentType": "text/csv", "DataSource": {"S3DataSource": source}}


folder = Path(tempfile.mkdtemp())
rows = "".join(f"{x * 2 + y},{x},{y}\n" for x in range(20) for y in range(10))
(folder / "train.csv").write_text(rows)
(folder / "rows.csv").write_text("1,2\n3,4\n")
assert aws("sts", "get-caller-identity")["Account"] == "123456789012"
aws("s3", "mb", f"s3://{BUCKET}")
aws("s3", "cp", str(folder / "train.csv"), f"s3://{BUCKET}/train/")
aws("s3", "cp", str(folder / "train.csv"), f"s3://{BUCKET}/validation/")
aws("s3", "sync", str(folder), f"s3://{BUCKET}/all/")
assert "rows.csv" in aws("s3", "ls", f"s3://{BUCKET}/all/")
definition = {
    "AlgorithmSpecification": {"TrainingImage": IMAGE, "TrainingInputMode": "File"},
    "RoleArn": ROLE,
    "InputDataConfig": [channel("train"), channel("validation")],
    "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/out"},
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 10},
    "StoppingCondition": {"MaxRuntimeInSeconds": 600},
}
fixed = {"num_round": "5", "objective": "reg:squarederror"}
made = aws("sagemaker", "create-training-job", TrainingJobName="cli", HyperParameters=fixed, **definition)
trained = until_done("training-job", "TrainingJob", "cli")
assert trained["TrainingJobStatus"] == "Completed", trained
aws("sagemaker", "wait", "training-job-completed-or-stopped", "--training-job-name", "cli")
assert len(aws("sagemaker", "list-training-jobs", "--name-contains", "cli")["TrainingJobSummaries"]) == 1
aws("sagemaker", "stop-training-job", "--training-job-name", "cli", fails="is in status Completed")
aws("sagemaker", "add-tags", "--resource-arn", made["TrainingJobArn"], "--tags", "Key=team,Value=a")
assert aws("sagemaker", "list-tags", "--resource-arn", made["TrainingJobArn"])["Tags"]
aws("logs", "describe-log-streams", "--log-group-name", "/aws/sagemaker/TrainingJobs")
events = aws("logs", "filter-log-events", "--log-group-name", "/aws/sagemaker/TrainingJobs")["events"]
assert any("validation-rmse" in one["message"] for one in events)
artifact = trained["ModelArtifacts"]["S3ModelArtifacts"]
container = f"Image={IMAGE},ModelDataUrl={artifact}"
aws(
    *("sagemaker", "create-model", "--model-name", "cli", "--execution-role-arn", ROLE),
    *("--primary-container", container),
)
source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/all/rows.csv"}}
aws(
    "sagemaker",
    "create-transform-job",
    TransformJobName="cli",
    ModelName="cli",
    TransformInput={"DataSource": source, "ContentType": "text/csv", "SplitType": "Line"},
    TransformOutput={"S3OutputPath": f"s3://{BUCKET}/predictions", "AssembleWith": "Line"},
    TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 1},
)
transformed = until_done("transform-job", "TransformJob", "cli")
assert transformed["TransformJobStatus"] == "Completed", transformed
assert len(aws("s3", "cp", f"s3://{BUCKET}/predictions/rows.csv.out", "-").splitlines()) == 2
aws(
    "sagemaker",
    "create-hyper-parameter-tuning-job",
    HyperParameterTuningJobName="cli",
    HyperParameterTuningJobConfig={
        "Strategy": "Random",
        "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "validation:rmse"},
        "ResourceLimits": {"MaxNumberOfTrainingJobs": 2, "MaxParallelTrainingJobs": 2},
        "ParameterRanges": {"IntegerParameterRanges": [{"Name": "max_depth", "MinValue": "2", "MaxValue": "6"}]},
    },
    TrainingJobDefinition={**definition, "StaticHyperParameters": fixed},
)
tuned = until_done("hyper-parameter-tuning-job", "HyperParameterTuningJob", "cli")
assert tuned["BestTrainingJob"]["TrainingJobName"], tuned
named = ("--hyper-parameter-tuning-job-name", "cli")
children = aws("sagemaker", "list-training-jobs-for-hyper-parameter-tuning-job", *named)
assert len(children["TrainingJobSummaries"]) == 2
variant = "VariantName=a,ModelName=cli,InitialInstanceCount=1,InstanceType=ml.m5.large"
aws("sagemaker", "create-endpoint-config", "--endpoint-config-name", "cli", "--production-variants", variant)
aws("sagemaker", "create-endpoint", "--endpoint-name", "cli", "--endpoint-config-name", "cli")
aws("sagemaker", "wait", "endpoint-in-service", "--endpoint-name", "cli")
asked = ("--endpoint-name", "cli", "--content-type", "text/csv", "--body", f"fileb://{folder / 'rows.csv'}")
aws("sagemaker-runtime", "invoke-endpoint", *asked, str(folder / "answer.csv"))
assert (folder / "answer.csv").read_text().strip()
aws("sagemaker", "describe-workteam", "--workteam-name", "x", fails="is not done by the embedded AWS endpoint")
for kind in ("endpoint", "endpoint-config", "model"):
    aws("sagemaker", f"delete-{kind}", f"--{kind}-name", "cli")
aws("s3", "rb", f"s3://{BUCKET}", "--force")
print(json.dumps({"calls": len(told)}))
