"""A training job of the featurizer: run the generated program, which fits the generated data processor."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from include.local_aws.folders import LeavesFolder, inside
from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.channels import channel_config
from include.local_aws.runtimes.sklearn_automl.featurizer import Featurizer
from include.local_aws.runtimes.sklearn_automl.header import Header
from include.local_aws.runtimes.sklearn_automl.label_encoders import encoder_for
from include.local_aws.runtimes.sklearn_automl.programs import OPT_ML, importing_from, program
from include.local_aws.runtimes.sklearn_automl.table import read_cells

SERVING_PROGRAM = "sagemaker_serve.py"
_REQUIRED = ("processor_module", "sagemaker_program", "sagemaker_submit_directory")


def run_program(opt_ml: Path) -> None:
    """Run the training program that the hyperparameters name.

    ``sagemaker_submit_directory`` is the folder of the code, ``sagemaker_program`` its training program (a module with
    ``train(processor_module, opt_ml)``), ``processor_module`` the data processor to fit.

    :raises ClientError: a hyperparameter, channel or file is missing.
    """
    settings = _settings(opt_ml)
    submitted = settings["sagemaker_submit_directory"]
    folder = _submitted(opt_ml, submitted)
    if not folder.is_dir():
        raise ClientError(f"sagemaker_submit_directory {submitted} does not exist: is there a channel named code?")
    with importing_from(folder):
        program(settings["sagemaker_program"], folder).train(settings["processor_module"], opt_ml)


def fit_processor(processor_module: str, opt_ml: Path) -> None:
    """Fit a data processor on the `train` channel; what generated training programs call.

    Leaves ``model/model.joblib`` and ``model/code/sagemaker_serve.py``.

    :param processor_module: dotted name of a module with ``HEADER``, ``build_feature_transform()`` and
        ``build_label_transform()``.
    :raises ClientError: no `train` channel of CSV files, or data that do not fit the header.
    """
    folder = _submitted(opt_ml, _settings(opt_ml)["sagemaker_submit_directory"])
    processor = program(processor_module, folder)
    header: Header = processor.HEADER
    cells = read_cells(_train_folder(opt_ml))
    print(f"Read {cells.shape[0]} rows of {cells.shape[1]} columns", flush=True)
    labels = encoder_for(processor.build_label_transform())
    featurizer = Featurizer.fit(header, processor.build_feature_transform(), labels, cells)
    model_dir = opt_ml / "model"
    (model_dir / "code").mkdir(parents=True, exist_ok=True)
    featurizer.save(model_dir)
    package = processor_module.replace(".", "/").rpartition("/")[0]
    shutil.copyfile(inside(folder, f"{package}/{SERVING_PROGRAM}".lstrip("/")), model_dir / "code" / SERVING_PROGRAM)
    features, _ = featurizer.transform(cells[:1])
    print(f"Fitted {processor_module}: {features.shape[1]} features", flush=True)


def _submitted(opt_ml: Path, directory: str) -> Path:
    try:
        if directory.startswith(OPT_ML):
            return inside(opt_ml, directory.removeprefix(OPT_ML).rstrip("/"))
        told = "it does not begin so"
    except LeavesFolder as error:
        told = str(error)
    raise ClientError(f"sagemaker_submit_directory must be under /opt/ml, not {directory}: {told}")


def _settings(opt_ml: Path) -> dict[str, str]:
    path = opt_ml / "input" / "config" / "hyperparameters.json"
    settings: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    missing = [name for name in _REQUIRED if not settings.get(name)]
    if missing:
        raise ClientError(f"the hyperparameter {missing[0]} is missing")
    return settings


def _train_folder(opt_ml: Path) -> Path:
    config = channel_config(opt_ml).get("train")
    if config is None:
        raise ClientError("Missing required channel: train")
    if config.get("TrainingInputMode", "File") == "Pipe":
        raise ClientError("the train channel of a featurizer is read as files: use InputMode File or FastFile")
    if config.get("ContentType", "text/csv").partition(";")[0] != "text/csv":
        raise ClientError(f"the train channel of a featurizer is text/csv, not {config['ContentType']}")
    return opt_ml / "input" / "data" / "train"
