"""A structure in SMILES as a picture that stands inside a page.

RDKit draws it where it is installed; it is optional, and nothing else needs it. What it cannot read is no picture, and
the text stands for itself. The picture is made anew from the strokes alone, in the colour of the text around it: no
word of the SMILES, and no style that a page's Content-Security-Policy would have to allow, gets into it.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from typing import Any

# All that SMILES is written with, so that no other text reaches RDKit; and nothing that takes long to lay out.
_SMILES = re.compile(r"[A-Za-z0-9@+\-\[\]()=#$:.%/\\*~]{1,600}")
_MOST_ATOMS = 150
# A picture is for the eye; one with more strokes than this is none.
_MOST_BYTES = 40_000
_WIDTH, _HEIGHT = 260, 180
_PATH = re.compile(r"<path (?P<attributes>[^>]*?)/>")
_LINE = re.compile(r"[MLQCZ0-9.,\s\-]+")


def drawn(smiles: str, label: str) -> str | None:
    """Return the structure as an SVG element, or None: it cannot be read or drawn, or RDKit is not installed.

    :param label: letters, digits and blanks that a screen reader says in place of the picture.
    """
    if not can_draw() or not _SMILES.fullmatch(smiles):
        return None
    paths = _paths(smiles)
    if paths is None:
        return None
    named = f'role="img" aria-label="{re.sub(r"[^A-Za-z0-9 ]", "", label)}"'
    svg = f'<svg class="structure" viewBox="0 0 {_WIDTH} {_HEIGHT}" {named}>{paths}</svg>'
    return svg if len(svg) <= _MOST_BYTES else None


def can_draw() -> bool:
    """Whether RDKit is installed."""
    try:
        importlib.import_module("rdkit.Chem.Draw.rdMolDraw2D")
    except ImportError:
        return False
    return True


def _paths(smiles: str) -> str | None:
    """Return the strokes; None where RDKit refuses the text."""
    from rdkit import Chem, rdBase
    from rdkit.Chem.Draw import rdMolDraw2D

    reading: Any = Chem.SmilesParserParams()
    # A name or an extension behind the structure is text of somebody, and no structure.
    reading.parseName = False
    reading.allowCXSMILES = False
    # RDKit writes to the standard error by itself, past Python.
    with rdBase.BlockLogs():
        try:
            molecule = Chem.MolFromSmiles(smiles, reading)
            if molecule is None or not 0 < molecule.GetNumAtoms() <= _MOST_ATOMS:
                return None
            drawer = rdMolDraw2D.MolDraw2DSVG(_WIDTH, _HEIGHT)
            # RDKit's type information does not know that these can be set.
            options: Any = drawer.drawOptions()
            options.useBWAtomPalette()
            options.clearBackground = False
            rdMolDraw2D.PrepareAndDrawMolecule(drawer, molecule)
            drawer.FinishDrawing()
            return "".join(_merged(drawer.GetDrawingText()))
        except (RuntimeError, ValueError):  # what can be read need not be what can be laid out
            return None


def _merged(svg: str) -> Iterator[str]:
    """Yield one path for the strokes of each width, and one for what is filled: letters and wedges."""
    filled: list[str] = []
    strokes: dict[str, list[str]] = {}
    for found in _PATH.finditer(svg):
        attributes = found["attributes"]
        line = re.search(r"\bd='([^']*)'", attributes)
        if line is None or not _LINE.fullmatch(line[1]):
            raise ValueError(f"RDKit draws with a path of another form: {attributes[:200]}")
        width = re.search(r"stroke-width:([0-9.]+)px", attributes)
        if "fill:none" in attributes and width is not None:
            strokes.setdefault(width[1], []).append(" ".join(line[1].split()))
        else:
            filled.append(" ".join(line[1].split()))
    for thickness, lines in strokes.items():
        yield f'<path fill="none" stroke="currentColor" stroke-width="{thickness}" d="{" ".join(lines)}"/>'
    if filled:
        yield f'<path fill="currentColor" d="{" ".join(filled)}"/>'
