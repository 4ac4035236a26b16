"""Tables to search on, and requests to search them."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.include.local_aws.jobs import ROLE, unique


def regression(rows: int = 520, seed: int = 0) -> bytes:
    """A table whose target follows its columns; with an identifier, blanks, words, and one cell of 3.9e17."""
    generator = np.random.default_rng(seed)
    lines = ['name,"a (b, c)",huge,colour,y']
    for row in range(rows):
        a, huge = generator.normal(size=2)
        colour = ("red", "green", "blue")[row % 3]
        y = 3 * a + 2 * (colour == "red") + 0.1 * generator.normal()
        shown = "" if row % 50 == 1 else f"{a:.5f}"
        lines.append(f"id{row},{shown},{3.9e17 if row == 20 else huge:.5g},{colour},{y:.5f}")
    return ("\n".join(lines) + "\n").encode()


def classes(labels: tuple[str, ...], rows: int = 520, seed: int = 0) -> bytes:
    """A table of classes, the first of which has half of the rows."""
    generator = np.random.default_rng(seed)
    lines = ["u,v,y"]
    for _ in range(rows):
        u, v = generator.normal(size=2)
        place = 0 if u < 0 else 1 + int(v > 0.3) % (len(labels) - 1)
        lines.append(f'{u:.5f},{v:.5f},"{labels[place]}"')
    return ("\n".join(lines) + "\n").encode()


def job(bucket: str, prefix: str = "in/", target: str = "y", candidates: int = 2, **config: Any) -> dict[str, Any]:
    """Make a CreateAutoMLJob request; `config` are members of AutoMLJobConfig."""
    source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/{prefix}"}
    return {
        "AutoMLJobName": unique("search"),
        "InputDataConfig": [{"DataSource": {"S3DataSource": source}, "TargetAttributeName": target}],
        "OutputDataConfig": {"S3OutputPath": f"s3://{bucket}/out/"},
        "AutoMLJobConfig": {
            "Mode": "HYPERPARAMETER_TUNING",
            "CompletionCriteria": {"MaxCandidates": candidates},
            **config,
        },
        "RoleArn": ROLE,
    }
