"""docs/models.md tells every key of a model's YAML with its default, and its examples are models."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import Any

import pytest
from pydantic.fields import FieldInfo

from include.autopilot.base.errors import ConfigError
from include.autopilot.settings.config import parse_model
from include.local_aws.account import ACCOUNT, ROLE
from tests.support.modelkeys import sections
from tests.support.repository import ROOT

PAGE = (ROOT / "docs" / "models.md").read_text()
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


KINDS = {f"The keys of `{name}`" if name else "The keys": kind for name, kind in sections()}


def default(field: Any) -> str:
    """A field's default as the page writes it."""
    if field.default_factory is not dataclasses.MISSING or dataclasses.is_dataclass(field.default):
        return "see below"
    if field.default is dataclasses.MISSING:
        return "required"
    # An empty table, which pydantic makes anew for each model, is none too.
    if field.default is None or isinstance(field.default, FieldInfo):
        return "none"
    return f"`{field.default if isinstance(field.default, str) else json.dumps(field.default)}`"


@pytest.mark.parametrize("section", KINDS)
def test_every_key_is_told_with_its_default(section: str) -> None:
    rows = [line for line in SECTIONS[section].splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in rows]
    told = {name.strip("`"): said for name, said, _ in cells}
    assert told == {field.name: default(field) for field in dataclasses.fields(KINDS[section])}
    assert all(len(meaning) > 10 for *_, meaning in cells)


def test_no_section_tells_keys_that_are_not_there() -> None:
    assert {section for section in SECTIONS if section.startswith("The keys")} == set(KINDS)


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_the_examples_are_models(example: str) -> None:
    assert parse_model(example, "churn.yaml").name == "churn"


def test_the_examples_have_every_key_but_other_ways_to_say_the_same() -> None:
    shown = set(re.findall(r"(?:^\s*(?:- )?|[{,]\s*)(\w+):", "\n".join(EXAMPLES), re.MULTILINE))
    keys = {field.name for kind in KINDS.values() for field in dataclasses.fields(kind)}
    # The other way to say a window, and other ways to name a candidate.
    others = {"days", "candidate", "transform_job", "training_job", "template", "columns", "labels", "searched_until"}
    assert keys - shown <= others


def test_the_examples_name_the_role_that_the_embedded_aws_has() -> None:
    assert set(re.findall(r"role_arn: (\S+)", PAGE)) == {f"arn:aws:iam::{ACCOUNT}:role/{ROLE}"}


@pytest.mark.parametrize("change", [("name: churn", "naem: churn"), ("target: churned\n", "")])
def test_messages_name_the_page(change: tuple[str, str]) -> None:
    with pytest.raises(ConfigError, match=r"docs/models\.md explains every key"):
        parse_model(EXAMPLES[0].replace(*change), "churn.yaml")


def test_every_key_of_the_example_model_is_one_of_them() -> None:
    text = (ROOT / "include" / "models" / "bace.yaml").read_text()
    there = set(re.findall(r"^\s*(?:# )?(\w+): ", text, re.MULTILINE))
    assert there <= {field.name for kind in KINDS.values() for field in dataclasses.fields(kind)} | {"Regression"}
