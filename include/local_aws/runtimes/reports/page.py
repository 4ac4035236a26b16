"""A report as one HTML file that needs nothing beside it. Every text in it is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

_STYLE = """
:root { --paper: #fff; --ink: #1c2733; --muted: #5b6773; --accent: #0b6e99; color-scheme: light dark }
@media (prefers-color-scheme: dark) {
  :root { --paper: #12171d; --ink: #e6ebf0; --muted: #93a1af; --accent: #5cb8e0 }
}
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif }
p { color: var(--muted) }
table { border-collapse: collapse; margin: 1rem 0; width: 100% }
caption { text-align: left; font-weight: 600; padding: .5rem 0 }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--muted);
  overflow-wrap: anywhere }
td.bar { width: 40% }
td.bar > span { display: block; height: .8rem; background: var(--accent) }
"""


def page(title: str, paragraphs: Iterable[str], tables: Iterable[str]) -> str:
    """Return the file.

    :param paragraphs: plain text.
    :param tables: what :func:`table` returned.
    """
    words = "\n".join(f"<p>{escape(text)}</p>" for text in paragraphs)
    rest = "\n".join(tables)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>{escape(title)}</h1>
{words}
{rest}
</body>
</html>
"""


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[object]], bars: Sequence[float] = ()) -> str:
    """Return a table of plain values.

    :param bars: per row the length of a bar behind it, of at most 1; none: no bars.
    """
    top = "".join(f'<th scope="col">{escape(name)}</th>' for name in head) + ("<td></td>" if bars else "")
    lines = [
        f'<tr><th scope="row">{escape(shown(first))}</th>{"".join(f"<td>{escape(shown(one))}</td>" for one in others)}'
        + (f'<td class="bar"><span style="width: {bars[number]:.1%}"></span></td>' if bars else "")
        + "</tr>"
        for number, (first, *others) in enumerate(rows)
    ]
    return f"<table><caption>{escape(caption)}</caption>\n<tr>{top}</tr>\n" + "\n".join(lines) + "\n</table>"


def shown(value: object) -> str:
    """Return a value as a reader wants it: numbers with four digits."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)
