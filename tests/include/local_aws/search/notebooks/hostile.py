"""Names and values that would break out of Markdown, HTML, a formula, a Python literal or a cell."""

HOSTILE = (
    "<script>alert(1)</script>",
    "a | b\n| c",
    "$\\frac{1}{",
    'it\'s "quoted" \'\'\'three\'\'\' """more"""',
    "back\\slash\\",
    "{x} {{y}} %s",
    "# %% [markdown]",
    "`code` *bold* [link](javascript:alert(1)) ![](http://x)",
    "\u202egnp.exe",
    "line\u2028separator",
    "\n\nimport os\nos.abort()",
    "ä" * 80,
)
