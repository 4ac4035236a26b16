from __future__ import annotations

from include.local_aws.runtimes.chain import Chain, Link


class _Says:
    """A servant that adds its letter and tells what type it was asked for."""

    def __init__(self, letter: bytes) -> None:
        self._letter = letter

    def execution_parameters(self) -> dict[str, object]:
        return {}

    def invoke(self, body: bytes, content_type: str, accept: str | None) -> tuple[bytes, str]:
        return body + self._letter, f"{content_type}>{accept}"


def _chain(*accepts: str | None) -> Chain:
    letters = (b"a", b"b", b"c")
    return Chain(tuple(Link(f"container-{n}", _Says(letters[n]), accept) for n, accept in enumerate(accepts)))


def test_each_container_gets_what_the_one_before_answered() -> None:
    assert _chain("x", "y", "z").invoke(b"-", "t", None) == (b"-abc", "t>x>y>z")


def test_the_callers_wish_goes_to_the_last_container() -> None:
    assert _chain("x", "y").invoke(b"", "t", "wish") == (b"ab", "t>x>wish")
    assert _chain("x").invoke(b"", "t", "wish") == (b"a", "t>wish")
    assert _chain(None, None).invoke(b"", "t", None) == (b"ab", "t>None>None")
