from __future__ import annotations

from pathlib import Path

import numpy
import pytest

from include.local_aws.runtimes import ClientError
from include.local_aws.runtimes.script_mode.requirements import check


def test_what_is_there_is_enough(tmp_path: Path) -> None:
    check(tmp_path)  # no file, no wish
    lines = [
        "# of mine",
        "",
        "numpy",
        f"numpy=={numpy.__version__}  # pinned",
        "scikit-learn>=1",
        "x; python_version<'3'",
    ]
    (tmp_path / "requirements.txt").write_text("\n".join(lines))
    check(tmp_path)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("numpy<1", f"asks for numpy<1, and the Python of the embedded AWS has numpy {numpy.__version__}. Nothing is"),
        ("nothing-of-this-name", "has no nothing-of-this-name"),
        ("-r other.txt", "is no requirement that can be looked up here"),
        ("numpy @ https://a.com/numpy.whl", "Nothing is installed for a job here"),
    ],
)
def test_the_first_that_is_not_met_is_named(tmp_path: Path, line: str, told: str) -> None:
    (tmp_path / "requirements.txt").write_text(f"numpy\n{line}\n")
    with pytest.raises(ClientError) as error:
        check(tmp_path)
    assert str(error.value).startswith("line 2 of requirements.txt")
    assert told in str(error.value)
