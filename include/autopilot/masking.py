"""What is printed for people does not show secrets: environments and hyperparameters can hold any text."""

from __future__ import annotations

import re
from typing import Any

MASK = "***"

_SECRET_NAME = re.compile(r"secret|password|passwd|token|credential|private|(api|access)[-_ ]?key", re.IGNORECASE)
# Key ids of AWS, tokens of code hosts, signed tokens, private keys, and addresses with a password in them.
_SECRET_VALUE = re.compile(
    r"\b(AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[opsu]_\w{20,}|\beyJ[\w-]{10,}\.[\w-]{10,}\.|-----BEGIN|://[^/\s:@]+:[^/\s@]+@"
)


def masked(value: Any, name: str = "") -> Any:
    """Return a copy in which texts that look secret, by their name or by themselves, are ``***``.

    :param name: the name that the value has.
    """
    if isinstance(value, dict):
        # The name of what a tag holds stands beside it.
        names = {"Value": str(value["Key"])} if set(value) == {"Key", "Value"} else {}
        return {key: masked(inner, names.get(key, str(key))) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [masked(inner, name) for inner in value]
    if isinstance(value, str) and value and (_is_variable(name) or _SECRET_VALUE.search(value)):
        return MASK
    return value


def _is_variable(name: str) -> bool:
    return bool(_SECRET_NAME.search(name))
