"""Predictions to take away: CSV files, written row by row while S3 is read, which a spreadsheet may open."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import Annotated

from airflow.api_fastapi.core_api.security import GetUserDep
from fastapi import Path, Request, Response
from fastapi.responses import StreamingResponse

from airflow_autopilot.dashboard import access
from airflow_autopilot.dashboard.aws import s3_of
from airflow_autopilot.dashboard.rendering import page
from include.autopilot.base.csvlines import encode_line, harmless
from include.autopilot.base.locations import Locations
from include.autopilot.overview import rowwise
from include.autopilot.overview.legible import legible

HoldoutName = Annotated[str, Path(pattern="^[a-z0-9_]{1,64}$")]
_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Content-Security-Policy": "sandbox"}
# So many rows are sent at once.
_AT_ONCE = 500


def send_holdout(request: Request, model: access.ReadableModel, key: access.RunKey, holdout: HoldoutName) -> Response:
    """Send a run's predictions of a holdout."""
    s3, locations = s3_of(model), Locations(model.root)
    name = f"{model.name}-{key}-{holdout}.csv"
    return _sent(request, name, lambda: rowwise.holdout_rows(s3, locations, key, holdout))


def show_scoring(request: Request, model: access.ReadableModel, user: GetUserDep, key: access.RunKey) -> Response:
    """Show a scoring: what predicted, and the first rows."""
    access.check_readable(request, user, f"{model.name}_score")
    found = legible(f"Scoring {key}", lambda: rowwise.scored(s3_of(model), Locations(model.root), key))
    if found.content is None:
        return page(request, "said.html.j2", 404, title="No predictions", sentence=found.problem, login=None)
    return page(request, "scoring.html.j2", model=model, scored=found.content)


def send_scoring(
    request: Request,
    model: access.ReadableModel,
    user: GetUserDep,
    key: access.RunKey,
    number: Annotated[int, Path(ge=1)],
) -> Response:
    """Send the predictions of one input file of a scoring, counted from 1."""
    access.check_readable(request, user, f"{model.name}_score")
    s3 = s3_of(model)

    def rows() -> Iterator[Sequence[str]]:
        files = rowwise.scored(s3, Locations(model.root), key).files
        return rowwise.scored_rows(s3, files[number - 1])

    return _sent(request, f"{model.name}-{key}-{number}.csv", rows)


def _sent(request: Request, name: str, rows: Callable[[], Iterator[Sequence[str]]]) -> Response:
    """Send rows as a file; what cannot be read is said before anything was sent.

    :param name: letters, digits, dashes and dots.
    """

    def begun() -> Iterator[Sequence[str]]:
        found = rows()
        return chain([next(found)], found)

    found = legible(name, begun)
    if found.content is None:
        return page(request, "said.html.j2", 404, title="No predictions", sentence=found.problem, login=None)
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_pieces(found.content), 200, {**_HEADERS, **disposition}, "text/csv; charset=utf-8")


def _pieces(rows: Iterator[Sequence[str]]) -> Iterator[bytes]:
    piece: list[str] = []
    for row in rows:
        piece.append(f"{encode_line([harmless(cell) for cell in row])}\r\n")
        if len(piece) == _AT_ONCE:
            yield "".join(piece).encode()
            piece.clear()
    yield "".join(piece).encode()
