"""What S3 holds now against what was recorded."""

from __future__ import annotations

import hashlib
from typing import Any

from include.autopilot.base.digest import of_bytes, of_json
from include.autopilot.scoring.stillthere import state_of_drop, state_of_file

FILES = ("s3://toy-models/a.csv", "s3://toy-models/b.csv")


def put(s3: Any, *bodies: bytes) -> None:
    for uri, body in zip(FILES, bodies, strict=True):
        s3.put_object(Bucket="toy-models", Key=uri.removeprefix("s3://toy-models/"), Body=body)


def test_a_file_with_either_digest(s3: Any) -> None:
    put(s3, b"x" * 100_000, b"y")
    for digest in (hashlib.sha256(b"x" * 100_000).hexdigest(), of_bytes(b"x" * 100_000)):
        assert state_of_file(s3, FILES[0], digest) == "same"
        assert state_of_file(s3, FILES[1], digest) == "changed"
        assert state_of_file(s3, "s3://toy-models/none.csv", digest) == "gone"


def test_a_drop_is_all_its_files_in_order(s3: Any) -> None:
    put(s3, b"x", b"y")
    digest = of_json([of_bytes(b"x"), of_bytes(b"y")])
    assert state_of_drop(s3, FILES, digest) == "same"
    assert state_of_drop(s3, FILES[::-1], digest) == "changed"
    assert state_of_drop(s3, (*FILES, "s3://toy-models/c.csv"), digest) == "gone"
