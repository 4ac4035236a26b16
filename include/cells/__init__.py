"""What the texts in a table's cells say: dates, amounts, yes or no, nothing. Decided for a column, then read by cell.

Which kind a column is stands in kind.py; featurizers ask how its values are written and then hold to that.
"""

from __future__ import annotations

from include.cells.decision import FITTING, Decision
from include.cells.missing import is_missing, says_nothing

__all__ = ["FITTING", "Decision", "is_missing", "says_nothing"]
