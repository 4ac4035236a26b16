"""Airflow's own API server in this process, the dashboard mounted as Airflow mounts it, and three made-up models."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from include.autopilot.settings import config
from include.autopilot.settings.options import RollbackOptions, RunOptions
from include.autopilot.settings.scoreoptions import ScoreOptions
from tests.include.local_aws.jobs import unique
from tests.support.airflowdb import register
from tests.support.observed import HOSTILE, Observed, Site


@pytest.fixture(scope="module")
def observed(aws: str, airflow_db: None) -> Iterator[dict[str, Observed]]:
    """``plain`` and ``hostile`` with a history, ``first`` without a champion; their DAGs are known to Airflow."""
    from airflow.sdk import DAG, Param, task

    s3, bucket = boto3.client("s3", endpoint_url=aws), unique("observed")
    s3.create_bucket(Bucket=bucket)
    plain = Observed.named(s3, bucket, "plain", "A plain model")
    hostile = Observed.named(s3, bucket, "hostile", "<script>alert('t')</script>", HOSTILE)
    first = Observed.named(s3, bucket, "first", "A first model", f"{'It says why. ' * 30}The end.")
    first.run(1, promoted=False)
    for model in (plain, hostile):
        for number in range(1, 5):
            model.run(number, promoted=number != 3)
        for number in range(2, 5):
            model.exam(number, number - 1, 1.4)
    for model in (plain, hostile, first):
        for kind, form in (("retrain", RunOptions), ("score", ScoreOptions), ("rollback", RollbackOptions)):
            fields = form.form(model.config)
            about: dict[str, Any] = {"start_date": datetime(2024, 1, 1, tzinfo=UTC), "schedule": None}
            params = {name: Param(**schema) for name, schema in fields.items()}
            with DAG(f"{model.config.name}_{kind}", params=params, **about) as dag:
                task(lambda: None, task_id="prepare")()
            register(dag)
    models = {"plain": plain, "hostile": hostile, "first": first}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(config, "load_models", lambda: tuple(model.config for model in models.values()))
        known = {name: model.config for name, model in models.items()}

        def find_model(name: str) -> Any:
            if name not in known:
                raise config.ConfigError(f"There is no {name}.yaml in include/models/.")
            return known[name]

        patch.setattr(config, "find_model", find_model)
        yield models


class Registered:
    """A Model Registry that has lost version 2."""

    def list_model_packages(self, **_: Any) -> dict[str, Any]:
        return {
            "ModelPackageSummaryList": [
                {"ModelPackageVersion": number, "ModelApprovalStatus": "Rejected"} for number in (4, 3, 1)
            ]
        }


@pytest.fixture(scope="module")
def site(observed: dict[str, Observed]) -> Iterator[Site]:
    """Airflow's app with the plugin, as Airflow itself loads it."""
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        patch.setitem(os.environ, "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS", "ann:admin,vic:viewer")
        patch.setitem(os.environ, "AIRFLOW__API_AUTH__JWT_SECRET", "s" * 64)
        from airflow.api_fastapi.app import create_app, get_auth_manager, purge_cached_app
        from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
        from starlette.testclient import TestClient

        app = create_app(apps="core")
        patch.setattr("airflow_autopilot.dashboard.app.sagemaker", Registered)
        tokens = [
            get_auth_manager().generate_jwt(SimpleAuthManagerUser(username=name, role=role))
            for name, role in (("ann", "admin"), ("vic", "viewer"))
        ]
        yield Site(TestClient(app, base_url="http://localhost"), *tokens)
        purge_cached_app()
