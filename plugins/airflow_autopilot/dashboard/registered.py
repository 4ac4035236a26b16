"""What Airflow is told of the dashboard. Every Airflow process reads this, so it loads nothing of it.

An Airflow that does not know FastAPI apps or external views passes these attributes over.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from airflow_autopilot.dashboard.addresses import PREFIX, dashboard_path

Message = MutableMapping[str, Any]


class AtFirstRequest:
    """The web app, made when it is first asked: only the api-server ever does."""

    def __init__(self) -> None:
        self._app: Any = None

    async def __call__(
        self,
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        """Answer one request, as ASGI has it."""
        if self._app is None:
            from anyio.to_thread import run_sync

            # Loading it takes a second or more, in which the server goes on answering others.
            self._app = await run_sync(_made)
        await self._app(scope, receive, send)


def _made() -> Any:
    from airflow_autopilot.dashboard.app import make_app

    return make_app()


def fastapi_apps() -> list[dict[str, Any]]:
    """Return what the plugin's ``fastapi_apps`` is."""
    return [{"app": AtFirstRequest(), "url_prefix": PREFIX, "name": "Autopilot dashboard"}]


def external_views() -> list[dict[str, Any]]:
    """Return what the plugin's ``external_views`` is: an entry of the navigation, and a tab of every DAG run."""
    root = dashboard_path()
    return [
        {"name": "Models", "href": f"{root}/", "destination": "nav", "url_route": "autopilot", "category": "browse"},
        {
            "name": "Model report",
            "href": f"{root}/airflow/{{DAG_ID}}/{{RUN_ID}}",
            "destination": "dag_run",
            "url_route": "autopilot_run",
        },
    ]
