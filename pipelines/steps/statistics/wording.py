"""Numbers and findings as sentences say them."""

from __future__ import annotations

import math

from pipelines.messages import Message, _


def number(value: float) -> str:
    """Four telling digits: ``12,500``, ``3.142``, ``0.0012``."""
    if not math.isfinite(value):
        return "∞" if value > 0 else "-∞" if value < 0 else "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def chance(p: float) -> str:
    """A p-value: ``p = 0.032``, ``p < 0.001``."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}" if p < 0.9995 else "p > 0.999"


def percent(share: float) -> str:
    """``95 %``, ``99.9 %``."""
    return f"{100 * share:.4g} %"


def rarity(p: float, alpha: float) -> Message:
    """What a p-value says, for somebody who never met one."""
    if p < alpha:
        return _("A difference this large would be rare if there were none.")
    return _("A difference like this is common by chance alone; that does not prove that there is none.")


def size(value: float, small: float, medium: float, large: float) -> Message:
    """How large an effect is, by the usual bounds."""
    value = abs(value)
    if value < small:
        return _("very small")
    return _("small") if value < medium else _("medium") if value < large else _("large")


def interval(what: str, low: float, high: float, confidence: float) -> Message:
    """``what`` is a message in lower case, such as "the difference of the means"."""
    return _(
        "With {confidence} confidence, {what} lies between {low} and {high}.",
        confidence=percent(confidence),
        what=what,
        low=number(low),
        high=number(high),
    )


def effect(name: str, value: float, how_large: Message) -> Message:
    """``Cohen's d is 0.61: a medium effect.``"""
    return _("{name} is {value}: a {size} effect.", name=name, value=number(value), size=how_large)
