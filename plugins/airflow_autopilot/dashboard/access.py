"""Who may see what: Airflow's login and its permissions on DAGs, on every route.

A model is seen by whoever may read the runs of its DAG ``<model>_retrain``; the apps of plugins are not protected by
Airflow itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import AccessView, DagAccessEntity, DagDetails
from airflow.api_fastapi.core_api.security import GetUserDep, requires_access_dag
from fastapi import Depends, HTTPException, Request

from include.autopilot.base.errors import ConfigError
from include.autopilot.settings import config
from include.autopilot.settings.config import ModelConfig

if TYPE_CHECKING:
    from airflow.api_fastapi.auth.managers.base_auth_manager import ResourceMethod
    from airflow.api_fastapi.auth.managers.models.base_user import BaseUser


def retrain_dag(model: str) -> str:
    """Return the DAG whose readers may see a model."""
    return f"{model}_retrain"


def readable_model(model: str, request: Request, user: GetUserDep) -> ModelConfig:
    """Return the model that a path names.

    :raises HTTPException: 403: the user may not read its runs, be there such a model or not; 404: there is none, or
        its file cannot be used.
    """
    requires_access_dag("GET", DagAccessEntity.RUN, param_dag_id=retrain_dag(model))(request, user)
    try:
        return config.find_model(model)
    except ConfigError as error:
        raise HTTPException(404, str(error)) from error


ReadableModel = Annotated[ModelConfig, Depends(readable_model)]


def permitted_dags(user: GetUserDep) -> set[str]:
    """Return the DAGs that Airflow has and the user may read."""
    found: set[str] = get_auth_manager().get_authorized_dag_ids(user=user, method="GET")
    return found


PermittedDags = Annotated[set[str], Depends(permitted_dags)]


def readable_models(user: BaseUser, permitted: set[str]) -> Sequence[ModelConfig]:
    """Return the models that the user may see."""
    return [
        model
        for model in config.load_models()
        if retrain_dag(model.name) in permitted and may(user, retrain_dag(model.name), DagAccessEntity.RUN)
    ]


def may(user: BaseUser, dag_id: str, entity: Any, method: ResourceMethod = "GET") -> bool:
    """Whether the user may read something of a DAG; with ``POST``, whether he may make it."""
    from airflow.models.dag import DagModel

    details = DagDetails(id=dag_id, team_name=DagModel.get_team_name(dag_id))
    return bool(get_auth_manager().is_authorized_dag(method=method, access_entity=entity, details=details, user=user))


def unusable_files(user: BaseUser) -> list[str]:
    """Say what is wrong with the models' files, to whoever may see the import errors of DAGs."""
    if not get_auth_manager().is_authorized_view(access_view=AccessView.IMPORT_ERRORS, user=user):
        return []
    return [str(error) for error in config.broken_models()]
