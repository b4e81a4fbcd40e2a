import json
import random
from pathlib import Path

import pytest
from tokenizers import Tokenizer
from transformers import AutoTokenizer

from .conftest import Bundled

UNKNOWN_ID = 3
ARTICLES = sorted((Path(__file__).parents[2] / "data" / "articles").glob("*.jsonl"))

NEWS = [
    # "The Security Council resumed its sessions", with the speaker's words in each of the press's quotation marks.
    "استأنف مجلس الأمن جلساته، وقال المندوب: «لن نقبل بأي تسوية تُفرض علينا»، مضيفاً أن بلاده ”منفتحة على الحوار“.",
    # "The central bank raised the rate …": figures in both digit sets.
    "رفع البنك المركزي سعر الفائدة ٠٫٢٥٪ إلى 4.75% في ١٢ آذار/مارس 2023، بعد تراجع الليرة أمام الدولار (USD).",
    # "The team of player X drew 2-2 …"
    "تعادل الفريقان 2-2 على ملعب «سانتياغو برنابيو» أمام 45,000 متفرج؛ وسجّل اللاعب هدفه الـ 100 مع FC Barcelona.",
    # "A drone was shot down …": ranks, agencies, Latin names, borrowed letters.
    "أسقطت الدفاعات الجوية طائرة مسيّرة من طراز MQ-9، بحسب وكالة رويترز (Reuters)، ونفى الـFBI وNATO الـپيان.",
    # "A vaccine …", typed on a Persian keyboard, with presentation forms and invisible marks.
    "أعلنت شرکة «فایزر» أن اللقاح ضد COVID-19 فعّال ﻭﺍﻟﺮﺋﻴﺲ ﻳﺆﻛﺪ ذلك\N{RIGHT-TO-LEFT MARK}… هل يكفي؟!",
]


def test_seven_pieces_of_a_known_sentence(tokenizer: Tokenizer):
    # "The Security Council resumed its sessions"
    pieces = tokenizer.encode("استأنف مجلس الأمن جلساته", add_special_tokens=False).tokens
    assert pieces == ["▁است", "أن", "ف", "▁مجلس", "▁الأمن", "▁جلسات", "ه"]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("قالت BBC", ["▁قالت", "▁BBC"]),
        ("حلف NATO", ["▁حلف", "▁NATO"]),
        ("nato Reuters", ["▁na", "to", "▁Re", "ut", "er", "s"]),
        ("«نعم»", ["▁«", "نعم", "»"]),
        ("عام 2023", ["▁عام", "▁2023"]),
        ("عام ٢٠١٨", ["▁عام", "▁2018"]),
    ],
)
def test_golden_pieces(tokenizer: Tokenizer, text: str, pieces: list[str]):
    assert tokenizer.encode(text, add_special_tokens=False).tokens == pieces


def test_one_text_and_a_pair_as_e5_reads_them(tokenizer: Tokenizer):
    one, pair = tokenizer.encode("قال"), tokenizer.encode("قال", "نعم")
    assert one.tokens == ["<s>", "▁قال", "</s>"]
    assert pair.tokens == ["<s>", "▁قال", "</s>", "</s>", "▁نعم", "</s>"]
    assert set(pair.type_ids) == {0}
    assert pair.sequence_ids == [None, 0, None, None, 1, None]


def test_mask_is_one_token_with_the_last_id(tokenizer: Tokenizer):
    encoding = tokenizer.encode("قال <mask> نعم", add_special_tokens=False)
    mask = tokenizer.token_to_id("<mask>")
    assert mask == tokenizer.get_vocab_size() - 1
    assert encoding.ids == [tokenizer.token_to_id("▁قال"), mask, tokenizer.token_to_id("▁نعم")]


def test_decoding_gives_the_normalised_text_back(tokenizer: Tokenizer):
    text = "استأنف مجلس الأمن جلساته، وقال: «نعم»."
    assert tokenizer.decode(tokenizer.encode(text).ids) == text


def test_offsets_point_into_the_raw_text(tokenizer: Tokenizer):
    raw = "قـالَ \N{RIGHT-TO-LEFT MARK}الرئيسُ ٢٠١٨"
    encoding = tokenizer.encode(raw, add_special_tokens=False)
    surfaces = [raw[start:end].strip("\N{RIGHT-TO-LEFT MARK} ") for start, end in encoding.offsets]
    assert encoding.tokens == ["▁قال", "▁الرئيس", "▁2018"]
    assert [surface.rstrip("\N{ARABIC FATHA}\N{ARABIC DAMMA}") for surface in surfaces] == ["قـال", "الرئيس", "٢٠١٨"]


def test_transformers_loads_the_same_tokenizer(bundled: Bundled, tokenizer: Tokenizer):
    loaded = AutoTokenizer.from_pretrained(bundled.folder)
    assert len(loaded) == bundled.summary.vocabulary_size == tokenizer.get_vocab_size()
    assert loaded(NEWS)["input_ids"] == [encoding.ids for encoding in tokenizer.encode_batch(NEWS)]
    assert loaded(*NEWS[:2])["input_ids"] == tokenizer.encode(*NEWS[:2]).ids
    assert (loaded.model_max_length, loaded.padding_side) == (512, "right")
    specials = [loaded.cls_token_id, loaded.pad_token_id, loaded.sep_token_id, loaded.unk_token_id]
    assert specials == [0, 1, 2, 3]
    assert loaded.mask_token_id == bundled.summary.vocabulary_size - 1
    assert set(loaded(NEWS[0])) == {"input_ids", "attention_mask"}


def unknown_rate(tokenizer: Tokenizer, texts: list[str]) -> float:
    ids = [token for encoding in tokenizer.encode_batch(texts, add_special_tokens=False) for token in encoding.ids]
    return ids.count(UNKNOWN_ID) / len(ids)


def test_no_token_of_written_news_is_unknown(tokenizer: Tokenizer):
    assert unknown_rate(tokenizer, NEWS) == 0


def test_a_script_outside_the_vocabulary_is_unknown(tokenizer: Tokenizer):
    assert UNKNOWN_ID in tokenizer.encode("Москва").ids


@pytest.mark.skipif(not ARTICLES, reason="no articles yet")
def test_articles_have_almost_no_unknown_token(tokenizer: Tokenizer):
    lines = [line for path in ARTICLES for line in path.read_text(encoding="utf-8").splitlines() if line]
    articles = [json.loads(line) for line in random.Random(0).sample(lines, min(300, len(lines)))]
    assert unknown_rate(tokenizer, [f"{article['title']} {article['text']}" for article in articles]) < 0.005
