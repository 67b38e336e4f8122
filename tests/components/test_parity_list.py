"""The certificate of a model, in the visitor's language."""

from __future__ import annotations

import html

from streamlit.testing.v1 import AppTest

from pipelines.messages import _, stored


def test_why_a_way_was_left_out_is_said_in_the_visitors_language() -> None:
    def page(why: object) -> None:
        from components import language, parity_list
        from pipelines.messages import restored

        language.follow()
        parity_list.show({"rows": 3, "left_out": restored({"batch, Spark": why})}, key="parity")

    why = stored(_("Nothing answers at {master!r}.", master="spark://far"))
    for given, told in ((why, "'spark://far' は応答がありません。"), ("Spark is away.", "Spark is away.")):
        at = AppTest.from_function(page, kwargs={"why": given})
        at.query_params["language"] = "ja"
        assert not at.run().exception
        (facts,) = at.get("html")
        assert told in html.unescape(facts.proto.body)
