"""The `sagemaker-xgboost` container: the built-in XGBoost algorithm, or a script of the user's own in its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from include.local_aws.runtimes import ClientError, Servant
from include.local_aws.runtimes.script_mode import training
from include.local_aws.runtimes.script_mode.serving import ScriptServant
from include.local_aws.runtimes.script_mode.settings import PROGRAM
from include.local_aws.runtimes.xgboost.hyperparameters import HYPERPARAMETERS
from include.local_aws.runtimes.xgboost.metrics import METRIC_DEFINITIONS
from include.local_aws.runtimes.xgboost.serve import BoosterServant
from include.local_aws.runtimes.xgboost.train import run_training

__all__ = ["CONTAINER", "HYPERPARAMETERS", "METRIC_DEFINITIONS", "SINCE_1_5", "TAKES_SCRIPTS", "XGBoostContainer"]

TAKES_SCRIPTS = True


@dataclass(frozen=True)
class XGBoostContainer:
    """XGBoost as SageMaker packs it: channels `train` and `validation` in, `xgboost-model` files out.

    :param lines: an endpoint answers a line a row in CSV, as the images from 1.5-1 on do; those before put all rows
        into one (algorithm_mode/serve.py of aws/sagemaker-xgboost-container, tags v1.3-1 and v1.5-1).
    """

    lines: bool = False

    def train(self, opt_ml: Path) -> None:
        """Train as `hyperparameters.json` says and leave the boosters in `model/`; with a script if it names one."""
        settings = training.load_settings(opt_ml)
        if settings.program is None:
            run_training(opt_ml)
        else:
            training.run_script(opt_ml, settings, as_module=True)

    def process(self, opt_ml: Path) -> None:  # noqa: ARG002 - what it would work on
        """Refuse: this image does not run processing jobs."""
        raise ClientError("the image sagemaker-xgboost runs training and inference, not processing jobs")

    def load(self, model_dir: Path, environment: Mapping[str, str]) -> Servant:
        """Load every booster in `model_dir`; their predictions are averaged. With `SAGEMAKER_PROGRAM` a script does."""
        if environment.get(PROGRAM.upper()):
            return ScriptServant.load(model_dir, environment, "xgboost")
        return BoosterServant.load(model_dir, environment, self.lines)


CONTAINER = XGBoostContainer()
SINCE_1_5 = XGBoostContainer(lines=True)
