"""Output lines made from annotated articles, as a perfect analyzer would write them."""

from __future__ import annotations

from typing import Any

from training.schema import SECTIONS, STANCES, Article, Quote


def analysed(article: Article) -> dict[str, Any]:
    """Gold as output; every third quote is abstained."""
    quotes = [_quote(quote, abstained=number % 3 == 2) for number, quote in enumerate(article.quotes)]
    by_actor: dict[str, list[dict[str, Any]]] = {}
    for quote in quotes:
        if quote["actor"] and quote["stances"]:
            by_actor.setdefault(quote["actor"], []).append(quote)
    return {
        "id": article.id,
        "date": article.date,
        "sections": [
            {
                "label": label,
                "probability": 0.9 if label in article.sections else 0.05,
                "assigned": label in article.sections,
            }
            for label in SECTIONS
        ],
        "quotes": quotes,
        "actors": [
            {
                "actor": actor,
                "actor_type": found[0]["actor_type"],
                **found[0]["stances"][0],
                "quotes": [quote["id"] for quote in found],
            }
            for actor, found in by_actor.items()
        ],
        "warnings": ["long_text: the section model read 83% of the tokens"],
        "model": {"name": "mawaqif-analyzer", "version": "3", "content_sha256": "0123456789abcdef" * 4},
    }


def _quote(quote: Quote, *, abstained: bool) -> dict[str, Any]:
    stances = [
        {
            "target": stance.target,
            "label": stance.label,
            "probability": 0.8,
            "probabilities": {label: 0.8 if label == stance.label else 0.1 for label in STANCES},
            "abstained": abstained,
        }
        for stance in quote.stances
    ]
    return {**quote.model_dump(mode="json"), "confidence": 0.9, "stances": stances}
