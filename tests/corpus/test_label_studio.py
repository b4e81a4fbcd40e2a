"""Articles go to Label Studio and come back; what people change there comes back as they changed it."""

import copy
import json
import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from tests.conftest import ROOT
from training.corpus.label_studio import MAX_TARGETS, from_tasks, to_tasks
from training.corpus.label_studio_regions import Role
from training.corpus.read import ReadResult
from training.errors import RecordError
from training.schema import SECTIONS, STANCES, ActorType, Article, Attribution, QuoteKind, Span, StanceLabel

CONFIGURATION = ROOT / "training" / "corpus" / "label_studio.xml"


@pytest.fixture
def task(article: Article) -> dict[str, Any]:
    """The demo article's task, free to be changed as the tool does."""
    return through_json(to_tasks([article]))[0]


def through_json(tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return json.loads(json.dumps(tasks, ensure_ascii=False))


def results(task: dict[str, Any]) -> list[dict[str, Any]]:
    return task["annotations"][0]["result"]


def answer(task: dict[str, Any], region: str, name: str) -> dict[str, Any]:
    return next(item for item in results(task) if item.get("id") == region and item["from_name"] == name)["value"]


def delete_region(task: dict[str, Any], region: str) -> None:
    """As the tool does it: the region, its answers and its relations go."""
    kept = [item for item in results(task) if region not in (item.get("id"), item.get("from_id"), item.get("to_id"))]
    task["annotations"][0]["result"] = kept


def add_region(task: dict[str, Any], region: str, words: str, label: str, **answers: str) -> None:
    """Mark `words` as a person would; `answers` are choices, but for `actor`."""
    start = task["data"]["text"].index(words)
    place = {"start": start, "end": start + len(words), "text": words}
    base = {"id": region, "to_name": "text", "origin": "manual"}
    results(task).append({**base, "from_name": "role", "type": "labels", "value": {**place, "labels": [label]}})
    for name, value in answers.items():
        kind, field = ("textarea", "text") if name == "actor" else ("choices", "choices")
        results(task).append({**base, "from_name": name, "type": kind, "value": {**place, field: [value]}})


def relate(task: dict[str, Any], source: str, to: str, direction: str = "right") -> None:
    results(task).append(
        {"type": "relation", "from_id": source, "to_id": to, "direction": direction, "labels": ["part of"]}
    )


def imported(task: dict[str, Any]) -> Article:
    result = from_tasks([task], "export.json")
    assert [str(error) for error in result.rejected] == []
    return result.articles[0]


def test_every_article_of_the_corpus_round_trips(corpus_articles: list[Article]) -> None:
    assert from_tasks(through_json(to_tasks(corpus_articles)), "x") == ReadResult(corpus_articles, [])


def test_an_article_without_quotes_or_optional_fields_round_trips(article: Article) -> None:
    update = {"quotes": (), "target": None, "date": None, "outlet": None, "traps": ("sarcasm",), "style": "brief"}
    plain = article.model_copy(update=update)
    assert from_tasks(through_json(to_tasks([plain])), "x").articles == [plain]


def test_an_unnamed_speaker_and_a_missing_cue_round_trip(article: Article) -> None:
    update = {"actor": None, "actor_type": None, "attribution": Attribution.NONE, "cue": None, "speaker": None}
    bare = article.model_copy(update={"quotes": (article.quotes[0].model_copy(update=update),)})
    assert from_tasks(through_json(to_tasks([bare])), "x").articles == [bare]


def test_quote_order_and_stance_order_survive(article: Article) -> None:
    first, *others = article.quotes
    turned = first.model_copy(update={"stances": first.stances[::-1]})
    shuffled = article.model_copy(update={"quotes": (*others[::-1], turned)})
    assert from_tasks(through_json(to_tasks([shuffled])), "x").articles == [shuffled]


def test_offsets_are_utf16_units_in_the_tool_and_code_points_here(article: Article) -> None:
    text = "\N{GRINNING FACE}𐤀 قال: نعم"
    span = Span.of(text, text.index("نعم"), len(text))
    quote = article.quotes[1].model_copy(update={"content": (span,), "cue": None})
    emoji = article.model_copy(update={"text": text, "quotes": (quote,)})
    tasks = through_json(to_tasks([emoji]))
    place = answer(tasks[0], "q2/content/1", "role")
    assert (place["start"], place["end"]) == (span.start + 2, span.end + 2)
    units = text.encode("utf-16-le")
    assert units[2 * place["start"] : 2 * place["end"]].decode("utf-16-le") == "نعم"
    assert from_tasks(tasks, "x").articles == [emoji]


def test_the_task_is_what_the_tool_imports(task: dict[str, Any]) -> None:
    assert set(task) == {"data", "annotations"}
    assert task["data"]["quote_ids"] == ["q1", "q2", "q3"]
    assert results(task)[:2] == [
        {
            "id": "sections",
            "from_name": "sections",
            "to_name": "text",
            "type": "choices",
            "value": {"choices": ["society", "politics"]},
        },
        {
            "id": "target_1",
            "from_name": "target_1",
            "to_name": "text",
            "type": "textarea",
            "value": {"text": ["دمج المدارس الريفية"]},
        },
    ]
    assert results(task)[-1] == {
        "type": "relation",
        "from_id": "q3/content/1",
        "to_id": "q3/speaker/4",
        "direction": "right",
    }


def test_a_corrected_label_target_and_actor_come_back(task: dict[str, Any], article: Article) -> None:
    answer(task, "q1/content/1", "stance_1")["choices"] = ["neutral"]
    answer(task, "q1/content/1", "actor")["text"] = ["رحمة"]
    answer(task, "sections", "sections")["choices"] = ["society"]
    answer(task, "target_2", "target_2")["text"] = ["زيادة المنح"]
    changed = imported(task)
    assert changed.sections == ("society",)
    assert changed.targets == (article.target, "زيادة المنح")
    assert changed.quotes[0].actor == "رحمة"
    assert changed.quotes[0].stances[0] == StanceLabel(target=article.target, label="neutral")
    assert changed.quotes[1] == article.quotes[1]


def test_a_new_region_becomes_a_quote_where_it_stands(task: dict[str, Any], article: Article) -> None:
    words = "ليلة من المفاوضات"
    answers = {"kind": "indirect", "attribution": "explicit", "actor_type": "organization", "stance_1": "neutral"}
    add_region(task, "xK3_p", words, "content", actor="نقابة المعلمين", **answers)
    add_region(task, "a-b2", "نقابة المعلمين", "speaker")
    relate(task, "a-b2", "xK3_p")
    changed = imported(task)
    assert [quote.id for quote in changed.quotes] == ["q4", "q1", "q2", "q3"]
    new = changed.quotes[0]
    assert (new.words, new.speaker.text, new.cue, new.actor_type) == (words, "نقابة المعلمين", None, "organization")
    assert changed.quotes[1:] == article.quotes


def test_a_second_content_region_is_a_continuation(task: dict[str, Any], article: Article) -> None:
    add_region(task, "n1", "موسم", "content")
    relate(task, "n1", "q1/content/1", direction="left")
    assert [span.text for span in imported(task).quotes[0].content] == [article.quotes[0].words, "موسم"]


def test_a_deleted_region_is_gone_and_the_rest_stays(task: dict[str, Any], article: Article) -> None:
    delete_region(task, "q2/cue/2")
    delete_region(task, "q3/content/2")
    changed = imported(task)
    assert changed.quotes[1] == article.quotes[1].model_copy(update={"cue": None})
    assert changed.quotes[2].content == article.quotes[2].content[:1]


def test_a_deleted_quote_is_gone(task: dict[str, Any], article: Article) -> None:
    for region in ("q2/content/1", "q2/cue/2"):
        delete_region(task, region)
    assert imported(task).quotes == (article.quotes[0], article.quotes[2])


def test_the_last_annotation_that_is_not_cancelled_counts(task: dict[str, Any], article: Article) -> None:
    edited = copy.deepcopy(task["annotations"][0])
    task["annotations"].append(edited)
    task["annotations"].append({"result": [], "was_cancelled": True})
    edited["result"][0]["value"]["choices"] = ["sports"]
    assert imported(task).sections == ("sports",)
    task["predictions"] = [{"result": task.pop("annotations")[0]["result"], "model_version": "v1"}]
    assert imported(task) == article


FAULTS = {
    "an unknown label": (
        lambda task: answer(task, "q1/cue/2", "role").update(labels=["que"]),
        "region q1/cue/2: label 'que', did you mean 'cue'?; expected one of content, cue, speaker; relabel the region",
    ),
    "an unknown choice": (
        lambda task: answer(task, "q1/content/1", "kind").update(choices=["spoken"]),
        "quotes.0.kind 'spoken' is not a label of the guide; expected one of 'direct', 'indirect' or 'mixed'",
    ),
    "a region without quote": (
        lambda task: add_region(task, "n1", "الخميس", "cue"),
        "region n1: cue 'الخميس' belongs to no quote; expected a relation to a content region; relate it",
    ),
    "a quote without kind": (
        lambda task: add_region(task, "n1", "الخميس", "content"),
        "region n1: no kind for 'الخميس'; expected one choice; choose one in the tool",
    ),
    "two speakers": (
        lambda task: (add_region(task, "n1", "الخميس", "speaker"), relate(task, "q1/content/1", "n1")),
        "region q1/content/1: 2 speaker regions, 'الكاتبة العامة للنقابة رحمة بن صالح' and 'الخميس'; expected one",
    ),
    "a dangling relation": (
        lambda task: relate(task, "q1/content/1", "gone"),
        "a relation with region 'gone', which is not there; expected two regions; delete the relation",
    ),
    "offsets outside the text": (
        lambda task: answer(task, "q1/cue/2", "role").update(end=9999),
        "region q1/cue/2: offsets [",
    ),
    "offsets of another text": (
        lambda task: answer(task, "q1/cue/2", "role").update(start=0, end=5),
        "region q1/cue/2: offsets hold 'أرجأت'; expected the stored text 'وقالت'; import the tasks with the same text",
    ),
    "an answer without label": (
        lambda task: results(task).remove(next(r for r in results(task) if r.get("id") == "q2/content/1")),
        "region q2/content/1: an answer for 'kind' but no label; expected one of content, cue, speaker",
    ),
    "a stance toward nothing": (
        lambda task: results(task).remove(next(r for r in results(task) if r.get("id") == "target_2")),
        "region q1/content/1: stance_2 is 'neutral'; expected a target_2; name the target or clear the stance",
    ),
    "two actors": (
        lambda task: answer(task, "q1/content/1", "actor")["text"].append("أخرى"),
        "2 answers for actor: رحمة بن صالح, أخرى; expected one; delete the others",
    ),
    "no section": (lambda task: answer(task, "sections", "sections").update(choices=[]), "sections is []"),
    "no annotation": (lambda task: task.update(annotations=[]), "no annotation; expected at least one that is not"),
    "no text": (lambda task: task["data"].pop("text"), "data.text is None; expected the article's text"),
    "no result": (
        lambda task: task["annotations"][0].pop("result"),
        "annotations.0.result is {}; expected Field required; export again in the format JSON (not JSON-MIN)",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_and_the_other_tasks_go_on(name: str, task: dict[str, Any], article: Article) -> None:
    spoil, message = FAULTS[name]
    bad = copy.deepcopy(task)
    spoil(bad)
    result = from_tasks([bad, task], "export.json")
    assert result.articles == [article]
    (error,) = result.rejected
    assert re.match(r"export\.json: task 1\b", str(error))
    assert message in str(error)


def test_what_is_no_task_and_a_second_task_of_one_article_are_rejected(task: dict[str, Any]) -> None:
    result = from_tasks(["text", task, task], "export.json")
    assert [str(error).split(";")[0] for error in result.rejected] == [
        "export.json: task 1: task is 'text'",
        "export.json: task 3: id 'demo-1' is already taken",
    ]


def test_more_targets_than_controls_are_refused(article: Article) -> None:
    stances = tuple(StanceLabel(target=f"هدف {n}", label="neutral") for n in range(MAX_TARGETS))
    quote = article.quotes[0].model_copy(update={"stances": stances})
    with pytest.raises(RecordError, match=r"demo-1: 5 targets; expected at most 3; add controls to label_studio\.xml"):
        to_tasks([article.model_copy(update={"quotes": (quote, *article.quotes[1:])})])


def test_the_configuration_asks_for_what_the_tasks_answer(corpus_articles: list[Article]) -> None:
    tree = ET.parse(CONFIGURATION).getroot()
    offered = {
        control.get("name"): [option.get("value") for option in control]
        for control in tree.iter()
        if control.tag in ("Choices", "Labels")
    }
    stances = {f"stance_{number}": [*STANCES] for number in range(1, MAX_TARGETS + 1)}
    assert offered == {
        "sections": [*SECTIONS],
        "role": [*Role],
        "kind": [*QuoteKind],
        "attribution": [*Attribution],
        "actor_type": [*ActorType],
        **stances,
    }
    asked = {control.get("name") for control in tree.iter() if control.get("toName") == "text"}
    used = {item["from_name"] for task in to_tasks(corpus_articles) for item in results(task) if "from_name" in item}
    assert used == asked
    assert "direction: rtl" in (tree.get("style") or "")
