"""Invented reports and predictions; each gloss stands above its Arabic."""

import base64
import hashlib
import html
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from training.evaluation.errors import MAX_ERRORS, instructive_errors
from training.evaluation.page import EvaluationParts, PlotImage, dataset_card, model_card, read_plots, render_index
from training.evaluation.slices import Slice
from training.schema import SECTIONS, STANCES

HOSTILE = """<script>alert(1)</script>"'><img src=x onerror=alert(1)>"""
PNG = b"\x89PNG\r\n\x1a\n"


def estimate(value: float, low: float | None = None, high: float | None = None) -> dict[str, float | None]:
    return {"value": value, "low": low, "high": high}


STANCE_REPORT: dict[str, Any] = {
    "n": 30,
    "n_articles": 6,
    "macro_f1": estimate(0.7512, 0.6, 0.81),
    "accuracy": estimate(0.8, 0.7, 0.9),
    "per_label": {
        label: {"precision": 0.5, "recall": 0.25, "f1": 0.3333, "support": 10 + i} for i, label in enumerate(STANCES)
    },
    "ece": estimate(0.05, 0.02, 0.11),
    "abstained_rate": 0.1,
    "selective": {"n_answered": 27, "coverage": estimate(0.9), "accuracy": estimate(0.85, 0.8, 0.9), "aurc": 0.1234},
    "baselines": {
        "majority": {"macro_f1": estimate(0.2, 0.15, 0.25), "accuracy": estimate(0.45)},
        "cue_lexicon": {"macro_f1": estimate(0.65, 0.5, 0.7), "accuracy": estimate(0.85, 0.75, 0.9)},
    },
}
SECTION_REPORT: dict[str, Any] = {
    "n": 6,
    "n_articles": 6,
    "macro_f1": estimate(0.9),
    "micro_f1": estimate(0.95),
    "per_label": {label: {"precision": 1.0, "recall": 1.0, "f1": 1.0, "support": 1} for label in SECTIONS},
    "ece": estimate(0.05),
    "baselines": {"majority": {"macro_f1": estimate(0.1), "micro_f1": estimate(0.3)}},
}
_QUOTE_SCORES = {
    "n_articles": 6,
    "n_gold": 30,
    "n_predicted": 28,
    "precision": estimate(0.9),
    "recall": estimate(0.8),
    "f1": estimate(0.85, 0.8, 0.9),
    "exact_f1": estimate(0.6),
    "recall_by_kind": {"direct": estimate(0.9, 0.8, 1.0)},
    "support_by_kind": {"direct": 12},
    "attribution_accuracy": estimate(0.9),
    "actor_accuracy": estimate(0.7),
    "n_matched": 25,
}
QUOTES_REPORT: dict[str, Any] = {
    **_QUOTE_SCORES,
    "baselines": {"marks_only": {**_QUOTE_SCORES, "f1": estimate(0.4, 0.3, 0.5), "n_matched": 11}},
}
END_TO_END_REPORT: dict[str, Any] = {
    "n_articles": 6,
    "n_gold_actors": 14,
    "n_predicted_actors": 13,
    "actor_stance_f1": estimate(0.5, 0.3, 0.6),
    "actor_f1": estimate(0.8),
    "baselines": {"all_neutral": {"actor_stance_f1": estimate(0.55, 0.4, 0.7)}},
}
REPORTS = {
    "section": SECTION_REPORT,
    "quotes": QUOTES_REPORT,
    "stance": STANCE_REPORT,
    "end_to_end": END_TO_END_REPORT,
}
CORPUS = {
    "n_articles": 40,
    "n_rejected": 1,
    "rejected": ["a.jsonl:3: broken"],
    "n_quotes": 99,
    "sections": {"economy": 7},
}
SPLIT = {
    "n_articles": {"train": 28, "dev": 6, "test": 6},
    "n_stories": 39,
    "stories_in_two_parts": 0,
    "exact_duplicates_across_parts": 0,
    "near_duplicates_across_parts": 0,
    "near_duplicates_inside_parts": 1,
    "labels": {part: {"economy": 4, "support": 11} for part in ("train", "dev", "test")},
}
LABELS = {
    "stance": {
        "n": 120,
        "n_suspicious": 9,
        "permutation": {"macro_f1": 0.5, "shuffled_macro_f1": 0.412, "chance_macro_f1": 0.3, "at_chance": False},
    }
}
BEHAVIOUR = {
    "tests": {
        "actor swap": {
            "n": 50,
            "failures": 2,
            "failure_rate": {"value": 0.04, "low": 0.011, "high": 0.135},
            "limit": 0.02,
            "passed": False,
        }
    },
    "groups": {"side": {"limit": 0.03, "passed": True, "gap": {"union": -0.012, "armed_group": 0.012}}},
}
CURVE = [
    {"epoch": 1.0, "train_loss": float("nan"), "dev_loss": 0.9, "dev_macro_f1": 0.25},
    {"epoch": 2.0, "train_loss": 0.5, "dev_loss": 0.4, "dev_macro_f1": 0.75},
]


SLICES = [
    Slice("length", "under 150 words", "macro F1", 0.6, 0.5, 0.7, 12, 3),
    Slice("actor type", "person", "macro F1", 0.7, None, None, 9, 2),
]
REAL_SLICES = [Slice("length", "200 words and more", "macro F1", 0.4, 0.3, 0.5, 5, 2)]


def index(errors: dict[str, list[dict[str, Any]]] | None = None, corpus: dict[str, Any] = CORPUS) -> str:
    parts = {name: EvaluationParts(report, errors=(errors or {}).get(name, ())) for name, report in REPORTS.items()}
    parts["stance"] = replace(
        parts["stance"],
        curve=CURVE,
        plots=[PlotImage("precision_recall", PNG), PlotImage("confusion", PNG, real=True)],
        slices=SLICES,
        real_slices=REAL_SLICES,
    )
    return render_index(parts, corpus, SPLIT, labels=LABELS, behaviour=BEHAVIOUR)


def test_the_page_is_self_contained_and_allows_its_own_style_only():
    page = index()
    css = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert css
    digest = base64.b64encode(hashlib.sha256(css.group(1).encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    assert f'http-equiv="Content-Security-Policy" content="{policy}"' in html.unescape(page)
    assert not re.search(r"https?:|<script|<link|style=|\son\w+=|url\(|@import", page)
    assert re.findall(r'src="([^"]*)"', page) == [f"data:image/png;base64,{base64.b64encode(PNG).decode()}"] * 2


def test_links_lead_to_sections_of_the_page_and_to_files_that_the_pipeline_leaves_beside_it():
    links = set(re.findall(r'href="([^"]*)"', index()))
    ids = set(re.findall(r'id="([^"]*)"', index()))
    assert {link.removeprefix("#") for link in links if link.startswith("#")} <= ids
    files = {f"{name}/{file}" for name in REPORTS for file in ("errors.html", "metrics.json", "predictions.jsonl")}
    cards = {f"cards/{name}.md" for name in ("section", "stance", "dataset")}
    reviewed = {"behaviour/failures.html", "labels/suspicious.html"}
    assert {link for link in links if not link.startswith("#")} == files | cards | reviewed


def test_the_headlines_come_first_with_interval_baseline_and_real_articles():
    row = re.search(r'<tr><th scope="row"><a href="#stance">.*?</tr>', index())
    assert row
    cells = re.findall(r"<td[^>]*>(.*?)</td>", row.group(0))
    assert cells == [
        "0.751",
        "0.600–0.810",
        "0.650 cue lexicon",
        "+0.101, intervals overlap",
        "30",
        "not at hand",
    ]


def test_slices_of_both_sets_share_a_table():
    page = index()
    for expected in (
        '<th scope="row">length: under 150 words</th><td>macro F1</td><td>0.600 <span class="interval">0.500–0.700'
        "</span></td><td>12</td><td>–</td><td></td>",
        '<tr><th scope="row">length: 200 words and more</th><td>macro F1</td><td>–</td><td></td><td>0.400 '
        '<span class="interval">0.300–0.500</span></td><td>5</td>',
        '<tr class="dimension"><th scope="row">actor type: person</th>',
    ):
        assert expected in page


def test_plots_on_real_articles_come_last(tmp_path: Path):
    for name in ("real/confusion.png", "slices.png", "slices.csv", "confusion.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(PNG)
    assert [(plot.name, plot.real) for plot in read_plots(tmp_path)] == [
        ("confusion", False),
        ("slices", False),
        ("confusion", True),
    ]


def test_a_dataset_card_tells_counts_split_and_limits():
    text = dataset_card(CORPUS, SPLIT)
    for expected in (
        "* articles: 40\n",
        "* independent stories: 39, of which 0 in two parts of the split\n",
        "| | train | dev | test |\n|---|---:|---:|---:|\n| articles | 28 | 6 | 6 |\n| economy | 4 | 4 | 4 |\n",
        "* sections: economy 7\n",
        "They are invented",
        "CC BY 4.0",
    ):
        assert expected in text


def test_the_page_shows_behaviour_beside_its_limits_and_the_review_of_the_labels():
    page = " ".join(index().split())
    assert (
        '<tr><th scope="row">actor swap</th><td>2 of 50</td><td>0.040</td><td>0.011–0.135</td><td>0.020</td>'
        "<td>missed</td></tr>"
    ) in page
    assert "<dt>side, limit ±0.030 kept</dt> <dd>union -0.012, armed group +0.012</dd>" in page
    assert (
        '<tr><th scope="row">stance</th><td>120</td><td>9</td><td>0.500</td><td>0.412 above chance</td>'
        "<td>0.300</td></tr>"
    ) in page
    assert "exact duplicates 0 across parts" in page


def test_the_page_says_whether_ours_is_really_better():
    page = index()
    assert "n 30 in 6 articles; against the best baseline +0.101, intervals overlap" in page
    assert "n 30 in 6 articles; against the best baseline +0.450, intervals apart" in page  # quotes F1
    assert "n 14 in 6 articles; against the best baseline -0.050, intervals overlap" in page


def test_a_bar_is_as_long_as_its_score_and_carries_its_interval():
    page = index()
    assert '<rect class="bar" y="2" width="75.12" height="6"/><line x1="60.00" x2="81.00" y1="5" y2="5"/>' in page


def test_the_page_shows_labels_curve_corpus_and_split():
    page = index()
    for expected in (
        '<tr><th scope="row">neutral</th><td>0.500</td><td>0.250</td><td>0.333</td><td>12</td></tr>',
        '<tr><th scope="row">direct</th><td>0.900 (0.800–1.000)</td><td>12</td></tr>',
        '<polyline points="0.0,75.0 100.0,25.0"/>',
        "<tr><td>1</td><td>–</td><td>0.900</td><td>0.250</td></tr>",
        '<tr><th scope="row">articles</th><td>28</td><td>6</td><td>6</td></tr>',
        '<tr><th scope="row">economy</th><td>4</td><td>4</td><td>4</td></tr>',
        '<tr><th scope="row">economy</th><td>7</td></tr>',
        "a.jsonl:3: broken",
    ):
        assert expected in page


def test_errors_are_shown_right_to_left():
    row = stance_row("نرحب بالقرار", "support", "oppose", 0.9)  # «We welcome the decision»
    page = index({"stance": instructive_errors("stance", [row])})
    assert '<p class="arabic" lang="ar" dir="rtl">نرحب بالقرار</p>' in page
    assert "support read as oppose, the other side" in page
    assert "Instructive errors (1)" in page


def test_nothing_from_the_data_becomes_markup():
    row = {**stance_row(HOSTILE, "support", "oppose", 0.9), "actor": HOSTILE, "id": HOSTILE}
    corpus = {**CORPUS, "rejected": [HOSTILE], "style": {HOSTILE: 3}}
    page = index({"stance": instructive_errors("stance", [row])}, corpus)
    assert "<script" not in page
    assert "<img src=x" not in page
    assert html.unescape(page).count(HOSTILE) == 5


def stance_row(words: str, gold: str, predicted: str, probability: float) -> dict[str, Any]:
    rest = dict.fromkeys(STANCES, (1 - probability) / 2)
    return {
        "id": "a1",
        "quote": "q1",
        "actor": "الوزير",
        "cue": None,
        "words": words,
        "target": "القرار",
        "gold": gold,
        "predicted": predicted,
        "probabilities": {**rest, predicted: probability},
    }


def test_stance_mistakes_come_most_confident_first_and_right_answers_not_at_all():
    rows = [
        stance_row("أ", "support", "neutral", 0.6),
        stance_row("ب", "support", "support", 0.99),
        stance_row("ج", "oppose", "support", 0.9),
    ]
    assert instructive_errors("stance", rows) == [
        {
            "article": "a1",
            "fault": "oppose read as support, the other side",
            "text": "ج",
            "facts": {"target": "القرار", "actor": "الوزير"},
            "confidence": 0.9,
        },
        {
            "article": "a1",
            "fault": "support read as neutral",
            "text": "أ",
            "facts": {"target": "القرار", "actor": "الوزير"},
            "confidence": 0.6,
        },
    ]


def test_mistakes_are_spread_over_their_kinds_the_largest_first():
    rows = [
        stance_row("أ", "support", "neutral", 0.99),
        stance_row("ب", "support", "neutral", 0.98),
        stance_row("ج", "support", "neutral", 0.97),
        stance_row("د", "oppose", "support", 0.5),
        stance_row("هـ", "neutral", "oppose", 0.6),
        stance_row("و", "neutral", "oppose", 0.7),
    ]
    found = [error["text"] for error in instructive_errors("stance", rows)]
    assert found == ["أ", "و", "د", "ب", "هـ", "ج"]


def test_section_mistakes_carry_the_probability_of_the_surest_wrong_desk():
    def row(identifier: str, gold: list[str], predicted: list[str], **probabilities: float) -> dict[str, Any]:
        by_label = {label: probabilities.get(label, 0.0) for label in SECTIONS}
        return {"id": identifier, "title": "عنوان", "gold": gold, "predicted": predicted, "probabilities": by_label}

    rows = [
        row("one", ["sports", "society"], ["sports"], sports=0.9, society=0.4),
        row("right", ["sports", "society"], ["society", "sports"], sports=0.9, society=0.9),
        row("surer", ["sports", "society"], ["sports"], sports=0.9, society=0.1),
        row("two", ["economy"], ["science"], economy=0.3, science=0.8),
        row("added", ["economy"], ["economy", "politics"], economy=0.9, politics=0.6),
    ]
    found = instructive_errors("section", rows)
    assert [(error["article"], error["fault"], error["confidence"]) for error in found] == [
        ("surer", "missed society", 0.9),
        ("two", "no label right", 0.8),
        ("added", "added politics", 0.6),
        ("one", "missed society", 0.6),
    ]
    assert found[1]["facts"] == {"gold": "economy", "predicted": "science"}


def quote(words: str, actor: str | None) -> dict[str, Any]:
    return {
        "kind": "direct",
        "content": [{"start": 0, "end": len(words), "text": words}],
        "cue": {"start": 0, "end": 3, "text": "قال"},
        "actor": actor,
        "attribution": "explicit",
    }


def match(gold: int | None, predicted: int | None) -> dict[str, Any]:
    return {"gold": gold, "predicted": predicted, "iou": 1.0}


def test_quote_mistakes_take_turns_by_kind():
    row = {
        "id": "a1",
        "gold": [quote("أ", "س"), quote("ب", "س"), quote("ج", "س ص"), quote("د", "س")],
        "predicted": [quote("ج", "س  ص"), quote("د", None), quote("هـ", None)],
        "matches": [match(0, None), match(1, None), match(2, 0), match(3, 1), match(None, 2)],
    }
    found = instructive_errors("quotes", [row])
    assert [(error["fault"], error["text"]) for error in found] == [
        ("missed", "أ"),
        ("wrong actor", "د"),
        ("false alarm", "هـ"),
        ("missed", "ب"),
    ]
    assert found[1]["facts"] == {
        "actor": "س",
        "cue": "قال",
        "kind": "direct",
        "attribution": "explicit",
        "predicted actor": "none",
    }


def test_quote_mistakes_of_all_articles_come_before_the_second_of_one():
    def row(identifier: str) -> dict[str, Any]:
        quotes = [quote("أ", "س"), quote("ب", "س")]
        return {"id": identifier, "gold": quotes, "predicted": [], "matches": [match(0, None), match(1, None)]}

    found = instructive_errors("quotes", [row("a1"), row("a2")])
    assert [(error["article"], error["text"]) for error in found] == [
        ("a1", "أ"),
        ("a2", "أ"),
        ("a1", "ب"),
        ("a2", "ب"),
    ]


def test_end_to_end_mistakes_name_the_actor():
    row = {
        "id": "a1",
        "gold": {"سلمى": "support", "بدر": "oppose", "ليلى": "neutral"},
        "predicted": {"سلمى": "oppose", "ليلى": "neutral", "البيان": "support"},
        "probabilities": {"سلمى": 0.8, "ليلى": 0.9, "البيان": 0.7},
    }
    found = instructive_errors("end_to_end", [row])
    assert [(error["fault"], error["text"], error["facts"], error["confidence"]) for error in found] == [
        ("support read as oppose", "سلمى", {}, 0.8),
        ("actor invented", "البيان", {"predicted": "support"}, 0.7),
        ("actor missed", "بدر", {"gold": "oppose"}, None),
    ]


def test_the_page_counts_the_other_sources_that_gave_something():
    public = {"section": {}, "stance": {"ans/train": 1999, "ans/dev": 199}}
    corpus = {**CORPUS, "briefs": {"n_articles": 153, "n_quotes": 1237, "sections": {"politics": 9}}, "public": public}
    page = index(corpus=corpus)
    for expected in ("briefs, which only train", ">1237<", "public rows for stance", ">1999<"):
        assert expected in page
    assert "public rows for section" not in page
    assert "n_articles" not in page


@pytest.mark.parametrize("task", ["section", "stance", "quotes", "end_to_end"])
def test_no_predictions_give_no_errors(task: str):
    assert instructive_errors(task, []) == []


def test_at_most_twenty_errors_are_shown():
    rows = [stance_row("أ", "support", "oppose", 0.9)] * 30
    assert len(instructive_errors("stance", rows)) == MAX_ERRORS == 20


CARD = {
    "task": "stance",
    "labels": list(STANCES),
    "max_tokens": 160,
    "tail_tokens": 0,
    "pad_id": 1,
    "public_sources": {},
    "best_epoch": 4.0,
    "dev_macro_f1": 0.7,
    "n_train": 200,
    "n_dev": 40,
    "dropped_token_rate": 0.0123,
}


def test_a_model_card_names_the_public_corpora_that_trained_it():
    score = {"n_train": 2000, "n_dev": 200, "dev_macro_f1": 0.8125}
    assert "| ans | 2000 | 0.812 | 200 |" in model_card(
        "stance", CARD | {"public_sources": {"ans": score}}, STANCE_REPORT
    )
    assert "Public corpora trained" not in model_card("stance", CARD, STANCE_REPORT)


def test_a_model_card_tells_scores_data_use_limits_and_licences():
    text = model_card("stance", CARD, STANCE_REPORT)
    for expected in (
        "# mawaqif-stance\n",
        "Labels in logit order: support, oppose, neutral.",
        "1.2 % of the training tokens did not fit.",
        "Epoch 4 was kept, with a macro F1 of 0.700 on 40 dev examples.",
        "| macro F1 | ours | 0.751 | 0.600–0.810 | 30 | 6 |\n| macro F1 | majority | 0.200 | 0.150–0.250 | 30 | 6 |",
        "| oppose | 0.500 | 0.250 | 0.333 | 11 |",
        "* answers marked abstained: 10.0%",
        "| accuracy, not abstained | ours | 0.850 | 0.800–0.900 |",
        "They are invented",
        "CC BY 4.0",
        "## Intended use",
        "## Limits",
        "never publish it unchecked",
        "intfloat/multilingual-e5-small, MIT licence",
    ):
        assert expected in text
    assert "&#" not in text
    assert text.endswith("licence.\n")


def test_the_section_card_speaks_of_desks():
    text = model_card("section", {**CARD, "task": "section", "tail_tokens": 64}, SECTION_REPORT)
    assert "Which desks does the article belong to?" in text
    assert "the last 64 of them from the end" in text
    assert "irony" not in text
