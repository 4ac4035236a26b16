"""CreateModelPackageGroup, DescribeModelPackageGroup, DeleteModelPackageGroup."""

from __future__ import annotations

from include.local_aws.control import checks, kinds
from include.local_aws.control.call import Call, Json, Services
from include.local_aws.control.kinds import GROUP, PACKAGE
from include.local_aws.errors import ConflictException
from include.local_aws.store import Query

# The member in which a group keeps the number of its newest version, so that the number of a deleted one is not reused.
NEWEST = "_NewestVersion"


def create(services: Services, call: Call) -> Json:
    """CreateModelPackageGroup."""
    checks.not_done(call.request, "", "ManagedConfiguration")
    # Nobody is logged in here; the member is required.
    group = kinds.create(services, GROUP, call, {"CreatedBy": {}})
    return {"ModelPackageGroupArn": group.arn}


def delete(services: Services, call: Call) -> Json:
    """DeleteModelPackageGroup, once the group is empty; one of the same name made later starts again at version 1."""
    with services.store.atomically():
        group = kinds.find(services, GROUP, call)
        members = {GROUP.name_member: group.name}
        if services.store.find(Query(call.region, PACKAGE.members, members=members, limit=1)):
            # The sentence is AWS's; the code is the only one that the operation documents.
            raise ConflictException(
                f"Model Package Group {group.arn} cannot be deleted because it still contains Model Packages"
            )
        services.store.delete(group)
    return {}
