from __future__ import annotations

from typing import Any

import pytest

from include.local_aws.runner.models import name_of


@pytest.mark.parametrize(
    ("containers", "names"),
    [
        ([{}], ["primary"]),
        ([{"ContainerHostname": "only"}], ["primary"]),  # AWS ignores the host name of a single one
        ([{}, {}, {}], ["container-1", "container-2", "container-3"]),
        ([{"ContainerHostname": "first"}, {"ContainerHostname": "second"}], ["first", "second"]),
    ],
)
def test_containers_have_awss_names(containers: list[dict[str, Any]], names: list[str]) -> None:
    assert [name_of(containers, index) for index in range(len(containers))] == names
