"""What Airflow's UI says of a DAG to people: what it does, a picture of the flow, and the way to the model's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow_autopilot.dashboard.addresses import dashboard_path, model_page

if TYPE_CHECKING:
    from include.autopilot.settings.config import ModelConfig

FLOW = "flow.svg"


def described(model: ModelConfig, doc: str | None) -> dict[str, Any]:
    """Return the arguments of a DAG that people read: its documentation, and where its owner leads.

    :param doc: what the DAG does, in Markdown; ``<model>`` stands for the model's name.
    """
    root, page = dashboard_path(), model_page(model.name)
    said = (doc or "").strip().replace("<model>", model.name)
    ways = f"[The page of {model.name}]({root}/models/{model.name}) has its champion, runs, exams and drift."
    # Airflow takes an owner's link only with a host.
    links = {"owner_links": {model.name: page}} if page else {}
    return {"doc_md": f"{said}\n\n![From the drop to the prediction]({root}/{FLOW})\n\n{ways}\n", **links}
