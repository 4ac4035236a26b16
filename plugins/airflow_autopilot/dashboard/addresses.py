"""Where the dashboard's pages are, for those who link to them."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

PREFIX = "/autopilot"


def dashboard_path() -> str:
    """Return the path of the dashboard on Airflow's own server, without a closing slash."""
    return f"{urlsplit(_base()).path.rstrip('/')}{PREFIX}"


def run_page(model: str, key: str) -> str | None:
    """Return the address of a run's page; None where nobody has told Airflow its own (``[api] base_url``).

    :param key: of the run.
    """
    base = _base().rstrip("/")
    return f"{base}{PREFIX}/models/{model}/runs/{key}" if base else None


def model_page(model: str) -> str | None:
    """Return the address of a model's page; None where nobody has told Airflow its own (``[api] base_url``)."""
    base = _base().rstrip("/")
    return f"{base}{PREFIX}/models/{model}" if base else None


def airflow_run_path(dag_id: str, run_id: str) -> str:
    """Return the path that leads from a run in Airflow to its page."""
    return f"{dashboard_path()}/airflow/{quote(dag_id, safe='')}/{quote(run_id, safe='')}"


def _base() -> str:
    from airflow.configuration import conf

    return str(conf.get("api", "base_url", fallback="") or "")
