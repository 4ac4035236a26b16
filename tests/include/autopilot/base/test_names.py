from __future__ import annotations

import re
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from include.autopilot.base.names import automl_name, job_name
from include.autopilot.template.projection import create_shape

DAYS = st.dates(date(1970, 1, 1), date(2999, 12, 31))
TEXT = st.text(max_size=80)


def pattern(kind: str, member: str) -> re.Pattern[str]:
    return re.compile(create_shape(kind).members[member].metadata["pattern"])


@given(model=TEXT, step=st.text(max_size=12), day=DAYS, identity=st.lists(TEXT))
def test_job_names_are_names_to_sagemaker(model: str, step: str, day: date, identity: list[str]) -> None:
    name = job_name(model, step, day, *identity)
    assert len(name) <= 50
    for kind, member in (
        ("TrainingJob", "TrainingJobName"),
        ("TransformJob", "TransformJobName"),
        ("Model", "ModelName"),
    ):
        assert pattern(kind, member).fullmatch(f"{name}-g12-r3")


@given(model=TEXT, day=DAYS, identity=st.lists(TEXT))
def test_automl_names_leave_room_for_a_generation_and_an_attempt(model: str, day: date, identity: list[str]) -> None:
    name = automl_name(model, day, *identity)
    assert len(f"{name}-g12-r3") <= 32
    assert name == name.lower()
    assert pattern("AutoMLJob", "AutoMLJobName").fullmatch(f"{name}-g12-r3")


@given(st.lists(st.lists(TEXT, max_size=3), min_size=2, max_size=2, unique_by=tuple))
def test_another_identity_is_another_name(identities: list[list[str]]) -> None:
    first, second = identities
    assert job_name("m", "train", date(2024, 1, 1), *first) != job_name("m", "train", date(2024, 1, 1), *second)


def test_long_models_that_are_cut_alike_still_differ() -> None:
    assert job_name("m" * 60 + "a", "train", date(2024, 1, 1)) != job_name("m" * 60 + "b", "train", date(2024, 1, 1))


def test_a_name_can_be_read() -> None:
    name = job_name("bace", "train", date(2024, 2, 1), "run", "template")
    assert re.fullmatch(r"bace-train-20240201-[0-9a-f]{8}", name)
    assert re.fullmatch(r"bace-20240201-[0-9a-f]{8}", automl_name("bace", date(2024, 2, 1), "run"))
