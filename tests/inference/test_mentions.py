"""Where a dropped subject is named. «The minister said …, adding …» with the minister named twice before."""

from __future__ import annotations

from typing import Any

import pytest

from training.inference.mentions import Mention, find_mentions

# «Salem al-Badi arrived. The minister Salem al-Badi said: yes. Al-Badi said: no, adding: perhaps.»
TEXT = "وصل سالم البادي. قال الوزير سالم البادي: نعم. وقال البادي: لا، مضيفا: ربما."
ACTOR = "سالم البادي"


def span(surface: str, after: int = 0) -> dict[str, Any]:
    start = TEXT.index(surface, after)
    return {"start": start, "end": start + len(surface), "text": surface}


def quote(content: str, cue: str, speaker: dict[str, Any] | None, **fields: Any) -> dict[str, Any]:
    attribution = "explicit" if speaker else "inherited"
    return {
        "content": [span(content)],
        "cue": span(cue),
        "speaker": speaker,
        "actor": ACTOR,
        "attribution": attribution,
    } | fields


FIRST = quote("نعم", "قال", span("الوزير سالم البادي"))
SECOND = quote("لا", "وقال", span("البادي", TEXT.index("وقال")))
ADDED = quote("ربما", "مضيفا", None)


def words(mention: Mention | None) -> str | None:
    return None if mention is None else TEXT[mention.start : mention.end]


def test_it_is_the_nearest_speaker_before_the_cue() -> None:
    found = find_mentions(TEXT, [FIRST, SECOND, ADDED])
    assert [words(mention) for mention in found] == [None, None, "البادي"]
    assert found[2] == Mention(SECOND["speaker"]["start"], SECOND["speaker"]["end"])


def test_a_speaker_named_after_the_cue_does_not_count() -> None:
    early = {**ADDED, "cue": span("قال"), "content": [span("نعم")]}
    assert find_mentions(TEXT, [SECOND, early])[1] == Mention(TEXT.index(ACTOR), TEXT.index(ACTOR) + len(ACTOR))


def test_without_a_speaker_it_is_the_last_place_with_the_name() -> None:
    (mention,) = find_mentions(TEXT, [ADDED])
    assert mention is not None
    assert mention.start == TEXT.rindex(ACTOR)


@pytest.mark.parametrize("fields", [{"actor": "غيره"}, {"actor": None, "attribution": "none"}, {"cue": None}])
def test_a_quote_without_cue_or_name_is_no_trouble(fields: dict[str, Any]) -> None:
    (mention,) = find_mentions(TEXT, [{**ADDED, **fields}])
    assert words(mention) == (ACTOR if "cue" in fields else None)
