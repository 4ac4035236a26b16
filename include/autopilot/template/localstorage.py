"""Which instance types have disks of their own: they encrypt them themselves, and SageMaker refuses a volume key."""

from __future__ import annotations

import re

# A "d" behind the generation says it: m5d, r6id, g4dn, p4de. These have disks and do not say so.
_LETTER = re.compile(r"^ml\.(dl1|[a-z]+[0-9]+[a-z]*d[a-z]*)[.-]")
_FAMILIES = re.compile(r"^ml\.(g5|g6|g6e|g6f|gr6|gr6f|g7e|p5|p5en?|p6e?|trn1|trn1n|trn2|trn2n|trn2u|[di][0-9]\w*)[.-]")


def has_local_storage(instance_type: str) -> bool:
    """Whether SageMaker takes no ``VolumeKmsKeyId`` for an instance type such as ``ml.m5d.large``."""
    return bool(_LETTER.match(instance_type) or _FAMILIES.match(instance_type))
