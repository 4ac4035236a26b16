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
from fastapi import Depends, HTTPException, Path, Request
from sqlalchemy import select

from include.autopilot.base.errors import ConfigError
from include.autopilot.overview import onerun
from include.autopilot.settings import config
from include.autopilot.settings.config import ModelConfig

if TYPE_CHECKING:
    from airflow.api_fastapi.auth.managers.base_auth_manager import ResourceMethod
    from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
    from sqlalchemy.orm import Session


def retrain_dag(model: str) -> str:
    """Return the DAG whose readers may see a model."""
    return f"{model}_retrain"


def readable_model(model: str, request: Request, user: GetUserDep) -> ModelConfig:
    """Return the model that a path names.

    :raises HTTPException: 403: the user may not read its runs, be there such a model or not; 404: there is none, or
        its file cannot be used.
    """
    check_readable(request, user, retrain_dag(model))
    try:
        return config.find_model(model)
    except ConfigError as error:
        raise HTTPException(404, str(error)) from error


ReadableModel = Annotated[ModelConfig, Depends(readable_model)]


def run_key(key: Annotated[str, Path(max_length=64)]) -> str:
    """Return the key of a run that a path names.

    :raises HTTPException: 404: it can be none.
    """
    if not onerun.is_run_key(key):
        raise HTTPException(404, f"{key!r} is not the key of a run. One looks like 20240201T000000-1a2b3c4d.")
    return key


RunKey = Annotated[str, Depends(run_key)]


def check_readable(request: Request, user: GetUserDep, dag_id: str) -> None:
    """Check that the user may read the runs of a DAG.

    :raises HTTPException: 403: he may not.
    """
    requires_access_dag("GET", DagAccessEntity.RUN, param_dag_id=dag_id)(request, user)


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


def unseen_models(session: Session, permitted: set[str]) -> list[str]:
    """Return the names of the models whose DAGs the user may read and whose file this server does not see.

    A file in dags/models/ is seen by what reads DAGs; whether the server of the UI has that folder, too, is up to who
    runs Airflow.
    """
    from airflow.models.dag import DagModel, DagTag

    tagged = select(DagTag.dag_id).join(DagModel, DagModel.dag_id == DagTag.dag_id)
    found = session.scalars(tagged.where(DagTag.name == "autopilot", DagModel.is_stale.is_(False)))
    named = {dag_id.removesuffix("_retrain") for dag_id in found if dag_id in permitted and dag_id.endswith("_retrain")}
    return sorted(named - config.named_models())
