"""The notebooks Autopilot leaves, which run: what the data are like, and the search again, step by step.

What the search knows stands in them as literals; the cells that work with it are the same for every search and lie
beside this file as text.
"""

from include.local_aws.search.notebooks.definition import DEFINITION, definition
from include.local_aws.search.notebooks.exploration import EXPLORATION, exploration

__all__ = ["DEFINITION", "EXPLORATION", "definition", "exploration"]
