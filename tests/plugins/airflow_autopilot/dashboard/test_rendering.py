"""What pages say of a verdict: what is true, and all of its reason."""

from __future__ import annotations

from tests.support.observed import Observed, Site


def test_a_first_model_that_was_not_promoted_is_said_to_be_that_and_wants_a_person(
    site: Site, observed: dict[str, Observed]
) -> None:
    key = observed["first"].key(1)
    wants = "There is no champion, so that nothing can be scored: version 1 was not promoted (no better than baseline)."
    for path in ("/", "/models/first", "/models/first/rollback", f"/models/first/runs/{key}"):
        page = site.get(path).text
        card = page[page.index("A first model") :].partition("</article>")[0]
        assert ">not promoted</span>" in card, path
        assert ">kept<" not in card, path
        assert "It says why. The end.</bdi>" in card, "the reason is whole"
        assert (wants in card) == (path in ("/", "/models/first")), path
