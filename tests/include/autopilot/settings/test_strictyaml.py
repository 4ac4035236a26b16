from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
import yaml

from include.autopilot.base.errors import ConfigError
from include.autopilot.settings import strictyaml
from include.autopilot.settings.strictyaml import MOST_CHARACTERS

Read = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module", params=["with libyaml", "without libyaml"])
def read_yaml(request: pytest.FixtureRequest) -> Read:
    """The function with the PyYAML that is installed, and with one that was built without libyaml."""
    if request.param == "with libyaml":
        return strictyaml.read_yaml
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(yaml, "CSafeLoader")
        return loaded_anew().read_yaml  # type: ignore[no-any-return]


def loaded_anew() -> ModuleType:
    spec = importlib.util.spec_from_file_location("strictyaml_anew", strictyaml.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_without_libyaml_its_loader_is_not_used() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.delattr(yaml, "CSafeLoader")
        assert issubclass(loaded_anew()._Loader, yaml.SafeLoader)
    assert not issubclass(strictyaml._Loader, yaml.SafeLoader)


def bomb(levels: int) -> str:
    """Ten aliases of ten aliases of …"""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, levels)]
    return "\n".join(lines)


def merges(levels: int) -> str:
    lines = ["m0: &m0 {x: 1}"]
    lines += [f"m{n}: &m{n} {{<<: [*m{n - 1}, *m{n - 1}]}}" for n in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (bomb(9), "it holds more than 20,000 values, aliases written out"),
        (merges(60), "it holds more than 20,000 values, aliases written out"),
        ("a: &a [*a]", "it holds more than 20,000 values, aliases written out"),
        ("[" * 100_000, "it has more than 20 levels"),
        ("a: {" * 5000, "it has more than 20 levels"),
        ("- x\n" * 100_000, f"it has 400,000 characters, and no model needs more than {MOST_CHARACTERS:,}"),
    ],
)
def test_what_would_cost_time_is_refused_at_once(read_yaml: Read, text: str, message: str) -> None:
    started = time.process_time()
    with pytest.raises(ConfigError, match=message):
        read_yaml(text)
    assert time.process_time() - started < 2


def test_an_alias_that_saves_writing_is_taken(read_yaml: Read) -> None:
    assert read_yaml("training: &p {ml.m5.large: 1}\ntransform: *p") == {
        "training": {"ml.m5.large": 1},
        "transform": {"ml.m5.large": 1},
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2", "key 'a' is given twice. Keep one of them."),
        ("a: 1\n'a': 2", "key 'a' is given twice. Keep one of them."),
        ("a: {b: 1, b: 2}", "key 'b' is given twice"),
        ("? [a]\n: 1", "a key in line 1 is no text"),
        ("x: y\n5: 1", "key 5 is no text. Put it in quotes if it is meant."),
        ("null: 1", "key None is no text"),
        ("a: 1\n---\nb: 2", "it is not YAML: expected a single document"),
        ("a:\n\tb: 1", "Line 2 begins with a tab: write blanks."),
        ("a: 2024-13-01", "it is not YAML: month must be in 1..12"),
        ("a: !!float x", "it is not YAML: could not convert string to float"),
        ("a: !!python/object/apply:os.system [ls]", "it is not YAML: could not determine a constructor"),
        ("a: *nobody", "it is not YAML: found undefined alias"),
        ("a: " + "9" * 5000, "it is not YAML: Exceeds the limit"),
        ("a: \x00", "it is not YAML: unacceptable character"),
    ],
)
def test_what_is_refused(read_yaml: Read, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message.replace(".", r"\.")):
        read_yaml(text)


@pytest.mark.parametrize("text", ["012", "0x10", "0b1", "1_000", "1:30", "1:30.5", "+.5_0"])
def test_what_only_yaml_takes_for_a_number_is_a_text(read_yaml: Read, text: str) -> None:
    assert read_yaml(f"a: {text}") == {"a": text}


@pytest.mark.parametrize(
    ("text", "number"), [("12", 12), ("-3", -3), ("0", 0), ("0.5", 0.5), (".5", 0.5), ("1e3", 1000.0), ("2.5E-1", 0.25)]
)
def test_what_everybody_takes_for_a_number_is_one(read_yaml: Read, text: str, number: float) -> None:
    assert read_yaml(f"a: {text}") == {"a": number}


def test_yes_is_a_text(read_yaml: Read) -> None:
    assert read_yaml("a: yes\nb: true\nc: null\nd: 'true'") == {"a": "yes", "b": True, "c": None, "d": "true"}
