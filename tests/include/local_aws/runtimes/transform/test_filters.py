from __future__ import annotations

from typing import Any

import pytest

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.transform.filters import Filter

_ROW = ["a", "b", "c", "d"]
_OBJECT = {"id": 7, "features": [1, 2, 3], "deep": {"x": 1, "y.z": 2}}


@pytest.mark.parametrize(
    ("path", "record", "selected"),
    [
        (None, _ROW, _ROW),
        ("$", _ROW, _ROW),
        ("$[0]", _ROW, "a"),
        ("$[-1]", _ROW, "d"),
        ("$[1:]", _ROW, ["b", "c", "d"]),
        ("$[:3]", _ROW, ["a", "b", "c"]),
        ("$[1:3]", _ROW, ["b", "c"]),
        ("$[-2:]", _ROW, ["c", "d"]),
        ("$[:-1]", _ROW, ["a", "b", "c"]),
        ("$[0,2,-1]", _ROW, ["a", "c", "d"]),
        ("$[0, 2:]", _ROW, ["a", "c", "d"]),
        ("$[0,-1]", _ROW, ["a", "d"]),
        ("$[*]", _ROW, _ROW),
        ("$.*", _OBJECT, [7, [1, 2, 3], {"x": 1, "y.z": 2}]),
        ("$.id", _OBJECT, 7),
        ("$['id']", _OBJECT, 7),
        ('$["id"]', _OBJECT, 7),
        ("$.features", _OBJECT, [1, 2, 3]),
        ("$.features[1:]", _OBJECT, [2, 3]),
        ("$['features'][0]", _OBJECT, 1),
        ("$.deep.x", _OBJECT, 1),
        ("$.deep['y.z']", _OBJECT, 2),
        ("$['id','features']", _OBJECT, {"id": 7, "features": [1, 2, 3]}),
        ("$.deep.['x','y.z']", _OBJECT, {"x": 1, "y.z": 2}),
    ],
)
def test_selects(path: str | None, record: Any, selected: Any) -> None:
    assert Filter.parse("InputFilter", path).apply(record, "line 1") == selected


@pytest.mark.parametrize(
    "path",
    [
        "", "a", "[0]", "$[", "$[]", "$[a]", "$[0", "$..a", "$.", "$[?(@.a>1)]", "$[0:2:1]", "$[1,]", "$[,1]",
        "$['a'", "$[']", "$ [0]", "$[0]x", "$[1.5]", "$[--1]", "$.a b", "$['a',1]",
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["InputFilter", "OutputFilter"])
def test_other_expressions_are_refused_naming_the_filter(name: str, path: str) -> None:
    with pytest.raises(ClientError) as caught:
        Filter.parse(name, path)
    assert str(caught.value).startswith(f"{name} {path!r} is not a supported JSONPath expression: use $, .name, ")


@pytest.mark.parametrize(
    ("path", "record", "problem"),
    [
        ("$[4]", _ROW, "there is no index 4 among 4 columns"),
        ("$[0,-5]", _ROW, "there is no index -5 among 4 columns"),
        ("$[4:]", _ROW, "[4:] selects none of 4 columns"),
        ("$[2:1]", _ROW, "[2:1] selects none of 4 columns"),
        ("$.id", _ROW, "there is no field 'id': it is not an object (CSV columns go by position, as in $[0])"),
        ("$.name", _OBJECT, "there is no field 'name' among id, features, deep"),
        ("$['id','name']", _OBJECT, "there is no field 'name' among id, features, deep"),
        ("$.a", {}, "there is no field 'a' among no fields"),
        ("$[0]", _OBJECT, "it is not an array"),
        ("$.id.*", _OBJECT, "it is neither an array nor an object"),
    ],
)
def test_a_record_without_the_place_is_refused(path: str, record: Any, problem: str) -> None:
    with pytest.raises(ClientError) as caught:
        Filter.parse("OutputFilter", path).apply(record, "line 3 of a.csv")
    assert str(caught.value) == f"OutputFilter {path!r} does not fit line 3 of a.csv: {problem}"


def test_only_the_root_is_everything() -> None:
    assert Filter.parse("InputFilter", "$").is_everything
    assert not Filter.parse("InputFilter", "$[0:]").is_everything
