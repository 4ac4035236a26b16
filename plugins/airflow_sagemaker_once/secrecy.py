"""What may be shown: a function without its secrets, which whoever uses the operators gives; else Airflow's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from airflow_sagemaker_once import errors

Mask = Callable[[Any], Any]

# Airflow's masker looks five levels deep unless told otherwise; requests are deeper.
_DEPTH = 50
_TOLD = (errors.JobError, errors.NameTaken, errors.RequestRefused, errors.QuotaTooSmall)


def airflow_mask(value: Any) -> Any:
    """Give a copy without what Airflow calls sensitive: by the name of a value, or because it was registered."""
    from airflow.sdk.log import redact  # type: ignore[attr-defined]

    return redact(value, max_depth=_DEPTH)


def register(mask: Mask, value: Any) -> None:
    """Tell Airflow's masker the texts in which a function hides something: it shows a task's rendered fields itself."""
    from airflow.sdk.log import mask_secret

    if mask is not airflow_mask:
        for secret in _hidden(value, mask(value)):
            mask_secret(secret)


def _hidden(value: Any, shown: Any) -> Iterator[str]:
    if isinstance(value, str):
        if value != shown:
            yield value
    elif isinstance(value, Mapping) and isinstance(shown, Mapping):
        yield from _hidden(list(value.values()), list(shown.values()))
    elif isinstance(value, list | tuple) and isinstance(shown, list | tuple):
        for one, other in zip(value, shown, strict=False):
            yield from _hidden(one, other)


@contextmanager
def masked_errors(mask: Mask) -> Iterator[None]:
    """Mask what an error of ours says; its cause, which would be shown beside it, is left out."""
    try:
        yield
    except _TOLD as error:
        raise type(error)(mask(str(error))) from None
