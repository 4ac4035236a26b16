"""What a person may start from a model's page, and with which form.

The page asks Airflow's own REST API, in the person's name: Airflow checks the login, the right to start the DAG and the
form, and the dashboard itself changes nothing. What needs more than a button has a page with its form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.models.dag import DagModel
from sqlalchemy import select

from airflow_autopilot.dashboard import access

if TYPE_CHECKING:
    from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
    from sqlalchemy.orm import Session

# All DAGs of a model, by what they do.
KINDS = ("retrain", "score", "exam", "search", "rollback", "backtest")


@dataclass(frozen=True)
class Start:
    """One thing to start.

    :param kind: of :data:`KINDS`.
    :param says: what it does and costs, before anybody presses the button.
    :param conf: the form: what it does not name is as the DAG's form has it.
    """

    kind: str
    label: str
    says: str
    conf: Mapping[str, Any] = field(default_factory=dict)


BUTTONS = (
    Start("retrain", "Retrain", "Retrains on the drops up to now, as the model's YAML says. Its jobs are paid for."),
    Start("retrain", "Dry run", "Checks everything and prints every request. No job is started.", {"dry_run": True}),
    Start(
        "backtest",
        "Backtest",
        "Compares schedules of retraining: every model predicts every later drop. It pays for one small transform job "
        "per model that has not done so yet, of at most 24 models.",
    ),
    Start("exam", "Examine", "Examines the champion on the drops that it has not learned from: a small transform job."),
)
# These ask for something, or cost much: each has a page with all fields of its DAG's form.
FORMS = {"retrain": "Retrain with other settings", "score": "Score rows", "search": "Search"}
SAYS = {
    "retrain": "Retrains on the drops up to the cutoff. Its jobs are paid for, unless it is a dry run.",
    "score": "Predicts new rows with the champion: a batch transform is paid for.",
    "search": "Lets Autopilot search the pipeline anew: on AWS the most expensive thing here, up to 250 trainings.",
}


@dataclass(frozen=True)
class Startable:
    """What a user may start of one model.

    :param dags: kind -> DAG, of those that Airflow has and the user may start.
    :param paused: the kinds whose runs wait until somebody unpauses the DAG.
    """

    dags: Mapping[str, str]
    paused: Sequence[str]

    @property
    def buttons(self) -> list[Start]:
        """The buttons that the user gets."""
        return [one for one in BUTTONS if one.kind in self.dags]

    @property
    def forms(self) -> dict[str, str]:
        """Kind -> label of the links to the pages with a form."""
        return {kind: label for kind, label in FORMS.items() if kind in self.dags}


def startable(session: Session, user: BaseUser, model: str, permitted: set[str]) -> Startable:
    """Return what a user may start of a model."""
    names = {kind: f"{model}_{kind}" for kind in KINDS}
    dags = {
        kind: dag_id
        for kind, dag_id in names.items()
        if dag_id in permitted and access.may(user, dag_id, DagAccessEntity.RUN, "POST")
    }
    paused = select(DagModel.dag_id).where(DagModel.dag_id.in_(list(dags.values())), DagModel.is_paused)
    sleeping = set(session.scalars(paused))
    return Startable(dags, [kind for kind, dag_id in dags.items() if dag_id in sleeping])
