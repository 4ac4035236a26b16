from __future__ import annotations

import pytest

from include.autopilot.template.localstorage import has_local_storage

WITH = "m5d c5d r5d m5dn m6id m6gd r7gd c6id x2idn z1d g4dn g4ad g5 g6 g6e gr6 p3dn p4d p4de p5 p5en trn1 trn2 i3en dl1"
WITHOUT = "m4 m5 m5n m6i m6g m7i c4 c5 c5n c6i c7g r5 r7i t2 t3 p2 p3 g5g inf1 inf2"


@pytest.mark.parametrize("family", WITH.split())
def test_families_with_disks_of_their_own(family: str) -> None:
    assert has_local_storage(f"ml.{family}.12xlarge")


@pytest.mark.parametrize("family", WITHOUT.split())
def test_families_without(family: str) -> None:
    assert not has_local_storage(f"ml.{family}.12xlarge")
