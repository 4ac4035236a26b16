"""docs/new-model.md tells every variable of make new-model, and no other."""

from __future__ import annotations

import re

from tests.support.pages import rows, shell, spans
from tests.support.repository import ROOT

PAGE = (ROOT / "docs" / "new-model.md").read_text()
RECIPE = (ROOT / "Makefile").read_text().partition("\nnew-model:")[2].partition("\n\n")[0]
VARIABLES = set(re.findall(r'"\$\((?:or \$\()?([A-Z_]+)\)', RECIPE))


def test_every_variable_is_told() -> None:
    assert {span for name, _ in rows(PAGE)[1:] for span in spans(name)} == VARIABLES
    assert {"NAME", "CSV", "DATE", "ROOT"} < VARIABLES


def test_the_examples_give_no_other_variable() -> None:
    examples = shell(PAGE)
    assert len(examples) == 2
    for example in examples:
        make, target, *given = example.split()
        assert (make, target) == ("make", "new-model")
        assert {variable.partition("=")[0] for variable in given} <= VARIABLES
