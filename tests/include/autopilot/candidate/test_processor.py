from __future__ import annotations

import pytest

from include.autopilot.base.errors import CandidateError
from include.autopilot.candidate.processor import parse_processor
from tests.support.toy import PROCESSOR


def test_what_autopilot_generates() -> None:
    found = parse_processor(PROCESSOR, "dpp1.py")
    assert found.header == ("y", "a (b, c)", "d[1]", "colour")
    assert found.target == "y"
    assert found.kinds == {"numeric": ("a (b, c)", "d[1]"), "categorical": ("colour",)}


def test_other_calls_are_passed_over() -> None:
    found = parse_processor(PROCESSOR + "HEADER.note = HEADER.as_feature_indices(['a'])\nx = y()()\n", "dpp1.py")
    assert set(found.kinds) == {"numeric", "categorical"}


def test_arguments_by_position() -> None:
    found = parse_processor("import x\nHEADER = x.Header(['a', 'y'], 'y')\n", "dpp1.py")
    assert (found.header, found.target, found.kinds) == (("a", "y"), "y", {})


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("HEADER = (", "dpp1.py is not Python: '(' was never closed in line 1"),
        ("header = Header(['a'], 'a')", "dpp1.py has no HEADER = Header(...)"),
        ("HEADER = make()()", "dpp1.py has no HEADER"),
        ("HEADER = Header(['a'])", "HEADER names no column_names or no target_column_name"),
        ("HEADER = Header(['a'], 'y')", "HEADER's target 'y' is not exactly one of its columns"),
        ("HEADER = Header(['y', 'y'], 'y')", "HEADER's target 'y' is not exactly one of its columns"),
        ("HEADER = Header(['y', 'a', 'a'], 'y')", "HEADER names a column twice"),
        ("HEADER = Header(['y', 1], 'y')", "a list of column names was expected in line 1"),
        ("HEADER = Header(open('/etc/passwd').read(), 'y')", "line 1 is not a literal, so it cannot be read safely"),
        ("HEADER = Header(['y'], y)", "line 1 is not a literal"),
    ],
)
def test_what_cannot_be_read(source: str, message: str) -> None:
    with pytest.raises(CandidateError) as caught:
        parse_processor(source, "dpp1.py")
    assert message in str(caught.value)
