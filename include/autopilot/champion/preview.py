"""The requests with which a run will ask the champion, before the run asks it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from include.autopilot.champion.model import champion_model_request, champion_prediction_request, version_plan
from include.autopilot.champion.pointer import read_champion, store_of
from include.autopilot.drops.plan import Plan
from include.autopilot.requests.preview import Foretold
from include.autopilot.template.published import load_template

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

    from include.autopilot.settings.config import ModelConfig


def foretell_champion(s3: S3Client, sagemaker: SageMakerClient, config: ModelConfig, plan: Plan) -> list[Foretold]:
    """Return what the present champion would be asked with; nothing if there is none, or none is to be asked.

    Nothing is written: another run may have made another champion by the time this one asks.
    """
    if config.gate.mode == "disabled":
        return []
    store = store_of(s3, sagemaker, config)
    champion, _ = read_champion(store)
    if champion is None:
        return []
    version = champion.version
    asked = version_plan(s3, plan, version)
    template = load_template(s3, plan.locations, asked.template)
    model = champion_model_request(s3, plan, version, store.registry.describe(version.arn))
    predict = champion_prediction_request(template, plan, asked, model["ModelName"])
    before = (template.replay.model, template.replay.featurize) if template.replay else ({}, {})
    return [
        Foretold("create_champion", "Model", model, before[0], replays=False),
        Foretold("predict_champion", "TransformJob", predict, before[1], replays=False),
    ]
