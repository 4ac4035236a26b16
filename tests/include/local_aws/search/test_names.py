from __future__ import annotations

import re

import pytest

from include.local_aws.search.names import Names

LONGEST = "a" * 32


@pytest.mark.parametrize("job", ["s", "bace-search", LONGEST])
def test_names_are_names_of_sagemaker(job: str) -> None:
    names = Names(job, f"s3://b/{job}")
    tuned = [names.tuner, *(names.child(number) for number in (1, 750))]
    made = [names.data_builder, names.generator, names.reports]
    made += [make(number) for number in range(3) for make in (names.fit, names.model)]
    made += [names.featurize(0, "rpb"), names.featurize(0, "csv")]
    assert len({*made, *tuned}) == len(made) + len(tuned)
    for name in (*made, *tuned):
        assert re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", name)
        assert name.startswith(job[:28] if name in tuned else job)
    assert len(names.tuner) <= 32
    assert all(name.startswith(f"{names.tuner}-") for name in tuned[1:])


def test_names_follow_autopilots_patterns() -> None:
    names = Names("bace-search", "s3://b/out/bace-search")
    assert re.fullmatch(r"bace-search-dpp1-rpb-1-[0-9a-f]{32}", names.featurize(1, "rpb"))
    assert re.fullmatch(r"bace-search[0-9a-f]{4}-008-[0-9a-f]{8}", names.child(8))
    assert names.tuning(1, "xgb") == "s3://b/out/bace-search/tuning/bace-searc-dpp1-xgb"
    assert (
        names.generated_module
        == f"s3://b/out/bace-search/sagemaker-automl-candidates/{names.generator}/generated_module"
    )


def test_names_depend_on_the_job_alone() -> None:
    assert Names("a", "s3://b/a").child(1) == Names("a", "s3://c/a").child(1)
    assert Names("a", "s3://b/a").child(1) != Names("b", "s3://b/a").child(1)
