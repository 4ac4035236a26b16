"""What the pictures of the documentation show, in words: where a page gets other words, its picture is out of date."""

from __future__ import annotations

import ast
import hashlib
import json
import re
from pathlib import Path

from scripts.airflow_env import ROOT

PICTURES = ROOT / "docs" / "pictures"
SHOWN = PICTURES / "shown.json"
_PAGES = "plugins/airflow_autopilot/dashboard/pages"
_REPORT = "include/autopilot/report/pages"
# picture -> the files that its words come from.
SOURCES = {
    "grid": ("dags/retrain.py",),
    "graph": ("dags/retrain.py",),
    "form": ("include/autopilot/settings/options.py",),
    "models": (f"{_PAGES}/base.html.j2", f"{_PAGES}/models.html.j2"),
    "model": (f"{_PAGES}/base.html.j2", f"{_PAGES}/model.html.j2"),
    "report": tuple(str(path.relative_to(ROOT)) for path in sorted((ROOT / _REPORT).rglob("*.html.j2"))),
}
_NO_WORDS = re.compile(r"<style.*?</style>|<script.*?</script>|\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", re.DOTALL)


def shown(picture: str) -> str:
    """Return the digest of a picture's words."""
    words = "\n".join(words_of(ROOT / path) for path in SOURCES[picture])
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def words_of(path: Path) -> str:
    """Return the words that a file brings to a page: of Python its texts, of a page what is no markup."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return "\n".join(texts_of(text))
    return " ".join(_NO_WORDS.sub(" ", text).split())


def texts_of(code: str) -> list[str]:
    """Return the texts in a module, in order, without those that stand alone: docstrings."""
    tree = ast.parse(code)
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    constants = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in alone)
    found = [node for node in constants if isinstance(node.value, str)]
    return [str(node.value) for node in sorted(found, key=lambda node: (node.lineno, node.col_offset))]


def recorded() -> dict[str, str]:
    """Return the digest of each picture's words when it was taken."""
    found: dict[str, str] = json.loads(SHOWN.read_text(encoding="utf-8"))
    return found


def record() -> None:
    """Keep the digests of today: the pictures have just been taken."""
    SHOWN.write_text(f"{json.dumps({name: shown(name) for name in SOURCES}, indent=2)}\n", encoding="utf-8")
