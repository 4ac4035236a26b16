"""The model's KMS key in the requests of its jobs: for what they write to S3, and for their volumes."""

from __future__ import annotations

import copy

from include.autopilot.base.lenient import items_at, text_at
from include.autopilot.template.localstorage import has_local_storage
from include.autopilot.template.projection import Request

# Where a request says with which key its output is encrypted, and where the volumes of its instances.
OUTPUT = {
    "TrainingJob": "OutputDataConfig",
    "TransformJob": "TransformOutput",
    "AutoMLJob": "OutputDataConfig",
    "AutoMLJobV2": "OutputDataConfig",
}
_VOLUMES = {
    "TrainingJob": ("ResourceConfig", "VolumeKmsKeyId"),
    "TransformJob": ("TransformResources", "VolumeKmsKeyId"),
    "AutoMLJob": ("AutoMLJobConfig", "SecurityConfig", "VolumeKmsKeyId"),
    "AutoMLJobV2": ("SecurityConfig", "VolumeKmsKeyId"),
    "EndpointConfig": ("KmsKeyId",),
}


def encrypted(kind: str, request: Request, kms_key: str | None) -> Request:
    """Return the request with the model's key wherever it names none of its own.

    SageMaker always encrypts what it writes with KMS, without a key with the account's own one for S3: so there is
    nothing to say for ``sse: AES256`` or for KMS without a key. Instances with local storage encrypt it themselves, and
    SageMaker refuses a key for them; a search chooses its instances itself.

    :param kind: as in ``Create<kind>``; a model writes nothing and stays as it is.
    """
    if kms_key is None or kind not in (*OUTPUT, *_VOLUMES):
        return request
    request = copy.deepcopy(request)
    if kind in OUTPUT:
        request.setdefault(OUTPUT[kind], {}).setdefault("KmsKeyId", kms_key)
    if kind in _VOLUMES:
        *path, member = _VOLUMES[kind]
        holder = request
        for name in path:
            holder = holder.setdefault(name, {})
        if not any(has_local_storage(instance) for instance in _instances(holder)):
            holder.setdefault(member, kms_key)
    return request


def _instances(holder: Request) -> list[str]:
    listed = [*items_at(holder, "InstanceGroups"), *items_at(holder, "ProductionVariants"), holder]
    return [instance for one in listed if (instance := text_at(one, "InstanceType"))]
