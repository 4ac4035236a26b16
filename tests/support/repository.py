"""Where the repository is, and what its files import."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def imports(tree: ast.AST) -> list[str]:
    """Full dotted names that a file imports, wherever in it."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found
