"""The tags of what is replayed: they carry cost centres and owners, and access rules may depend on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from include.autopilot.base.errors import MissingResourceError, NotRecordedError
from include.autopilot.candidate.descriptions import Description, list_tags

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient

_OURS = "airflow-autopilot:"
TEMPLATE_TAG = f"{_OURS}template"
# The content of a search's table, whose address does not tell it.
INPUT_TAG = f"{_OURS}input"
MODEL_TAG = f"{_OURS}model"
# Whose a job or model is: the operators give it to everything that they make.
DAG_TAG = f"{_OURS}dag"
# Amazon's own tags cannot be set; ours say whose job the old one was.
_NOT_CARRIED = ("aws:", _OURS)
_DENIED = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "ValidationException"})


@dataclass(frozen=True)
class Tags:
    """The tags to carry over, by the role of what had them, and the roles whose tags could not be read, with why."""

    carried: dict[str, list[Description]]
    unread: dict[str, str]

    @property
    def warning(self) -> str | None:
        """One sentence about what could not be read, or None."""
        if not self.unread:
            return None
        reasons = ", ".join(dict.fromkeys(self.unread.values()))
        return f"The tags of {', '.join(self.unread)} are not carried over: {reasons}."


def read_tags(sagemaker: SageMakerClient, arns: Iterable[tuple[str, str | None]]) -> Tags:
    """Read the tags of several things.

    :param arns: (role, address); without an address there is nothing to ask.
    """
    found = Tags({}, {})
    for role, arn in arns:
        if arn is None:
            found.unread[role] = "its address is not known"
            continue
        try:
            found.carried[role] = carried_tags(list_tags(sagemaker, arn))
        except NotRecordedError:
            found.unread[role] = "not recorded"
        except MissingResourceError:
            found.unread[role] = "it does not exist any more"
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code not in _DENIED:
                raise
            found.unread[role] = f"ListTags was refused ({code})"
    return found


def carried_tags(tags: Iterable[Description]) -> list[Description]:
    """Return the tags that a new job may have, in the order of their keys."""
    kept = {str(tag.get("Key", "")): str(tag.get("Value") or "") for tag in tags}
    return [
        {"Key": key, "Value": kept[key]} for key in sorted(kept) if key and not key.lower().startswith(_NOT_CARRIED)
    ]
