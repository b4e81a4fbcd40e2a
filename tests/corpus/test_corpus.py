"""Reading, storing, grouping and splitting articles."""

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from training.corpus.dedupe import cluster_stories, near_duplicates, shingles
from training.corpus.normalise import comparison_words, fold_digits, fold_letters, remove_marks
from training.corpus.read import check_distinct, check_rejected, corpus_statistics, read_articles, read_briefs
from training.corpus.split import Split, add_briefs, label_matrix, split_by_story, split_report
from training.corpus.storage import load_corpus, save, save_corpus, to_articles, to_dataset
from training.errors import CorpusError
from training.jsonl import write_jsonl
from training.params import SplitParams
from training.schema import SECTIONS, Article

PARAMS = SplitParams(dev_fraction=0.15, test_fraction=0.15, shingle_words=5, jaccard=0.5, candidates=50, seed=13)


def test_bad_rows_are_counted_by_reason_and_the_others_kept(tmp_path: Path, record: dict[str, Any]) -> None:
    bad = {**record, "id": "bad", "sections": ["sprot"]}
    write_jsonl(tmp_path / "a.jsonl", [record, bad, record])
    (tmp_path / "b.jsonl").write_bytes(b"{broken\n")
    result = read_articles(tmp_path)
    assert [article.id for article in result.articles] == ["demo-1"]
    reasons = [str(error) for error in result.rejected]
    assert reasons[0].startswith(f"{tmp_path}/a.jsonl:2: sections.0 'sprot'")
    assert reasons[1].startswith(f"{tmp_path}/a.jsonl:3: id 'demo-1' is already taken")
    assert reasons[2].startswith(f"{tmp_path}/b.jsonl:1: not JSON")
    assert corpus_statistics(result)["n_rejected"] == 3
    with pytest.raises(CorpusError, match="3 of 4 articles rejected; expected a share of at most 0.02; the first: "):
        check_rejected(result, 0.02)
    check_rejected(result, 0.75)


def test_a_folder_without_articles_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"no \*.jsonl file"):
        read_articles(tmp_path)


def test_statistics_count_labels(article: Article, tmp_path: Path, record: dict[str, Any]) -> None:
    write_jsonl(tmp_path / "a.jsonl", [record])
    statistics = corpus_statistics(read_articles(tmp_path))
    assert statistics["stance_toward_main_target"] == {"oppose": 2, "support": 1}
    assert statistics["attribution"] == {"explicit": 2, "inherited": 1}


def test_articles_survive_the_dataset(tmp_path: Path, corpus_articles: list[Article]) -> None:
    save_corpus(corpus_articles[2:], corpus_articles[:2], tmp_path / "corpus")
    corpus = load_corpus(tmp_path / "corpus")
    assert list(to_articles(corpus["articles"])) == corpus_articles[2:]
    assert list(to_articles(corpus["briefs"])) == corpus_articles[:2]
    save_corpus(corpus_articles, [], tmp_path / "corpus")
    assert list(load_corpus(tmp_path / "corpus")) == ["articles"]


def test_the_stored_dataset_has_the_same_bytes_every_time(tmp_path: Path, article: Article) -> None:
    from training.files import sha256_folder

    save(to_dataset([article]), tmp_path / "one")
    save(to_dataset([article]), tmp_path / "two")
    assert sha256_folder(tmp_path / "one") == sha256_folder(tmp_path / "two")


def test_a_missing_dataset_says_which_stage_to_run(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="expected the output of `dvc repro corpus`"):
        load_corpus(tmp_path / "none")


@pytest.mark.parametrize(
    ("rule", "text", "expected"),
    [
        (remove_marks, "مُحَمَّـــد", "محمد"),
        (remove_marks, "رئيس", "رئيس"),
        (fold_letters, "إلى أزمة آخرى", "الي ازمه اخري"),
        (fold_letters, "سؤال", "سؤال"),
        (fold_digits, "٢٠٢٣ و۱۴", "2023 و14"),
        (fold_digits, "نص", "نص"),
    ],
)
def test_each_rule_changes_what_it_names_and_nothing_else(rule: Any, text: str, expected: str) -> None:
    assert rule(text) == expected


def test_comparison_ignores_punctuation_and_spelling() -> None:
    assert comparison_words("قالَ الوزيرُ: «إنّ الأزمة»") == comparison_words("قال الوزير ان الازمه")


def test_shingles_of_a_short_text_are_one() -> None:
    assert shingles("كلمة واحدة", 5) == {"كلمه واحده"}


def edited(article: Article, n_copies: int) -> list[Article]:
    plain = article.model_copy(update={"quotes": (), "target": None})
    return [
        plain.model_copy(update={"id": f"copy-{n}", "text": f"{plain.text} خاتمة رقم {n}"}) for n in range(n_copies)
    ]


def test_reprints_are_near_duplicates_and_other_articles_are_not(corpus_articles: list[Article]) -> None:
    first, second = corpus_articles[0], corpus_articles[1]
    texts = [first.text, second.text, first.text.replace("،", "") + " نهاية"]
    assert near_duplicates(texts, 5, 0.5) == [(0, 2)]


def test_one_story_is_one_group_and_groups_join_transitively(corpus_articles: list[Article]) -> None:
    a, b, c = (article.model_copy(update={"story": None}) for article in corpus_articles[:3])
    linked = [a.model_copy(update={"story": "s"}), b, c.model_copy(update={"story": "s"})]
    groups = cluster_stories(linked, 5, 0.5)
    assert groups[0] == groups[2] != groups[1]


def test_same_story_never_crosses_splits(corpus_articles: list[Article]) -> None:
    articles = [*corpus_articles[:60], *edited(corpus_articles[0], 6)]
    split = split_by_story(articles, PARAMS)
    part_of = {articles[i].id: part for part, indices in split.indices.items() for i in indices}
    assert len(part_of) == len(articles)
    assert len({part_of[f"copy-{n}"] for n in range(6)} | {part_of[articles[0].id]}) == 1


def test_split_is_seeded_and_near_the_asked_shares(corpus_articles: list[Article]) -> None:
    split = split_by_story(corpus_articles, PARAMS)
    assert split == split_by_story(corpus_articles, PARAMS)
    other = split_by_story(corpus_articles, PARAMS.model_copy(update={"seed": 14}))
    assert split.indices != other.indices
    assert len(split.indices["test"]) == pytest.approx(0.15 * len(corpus_articles), rel=0.1)
    labels = label_matrix(corpus_articles)
    for column in range(len(SECTIONS)):
        share = labels[split.indices["test"], column].sum() / labels[:, column].sum()
        assert 0.05 < share < 0.28


def test_the_report_proves_disjointness_and_would_find_a_leak(corpus_articles: list[Article]) -> None:
    articles = [*corpus_articles[:30], *edited(corpus_articles[0], 1)]
    split = split_by_story(articles, PARAMS)
    report = split_report(articles, split, PARAMS)
    assert report["stories_in_two_parts"] == report["near_duplicates_across_parts"] == 0
    part = next(name for name, indices in split.indices.items() if 0 in indices)
    other = next(name for name in split.indices if name != part)
    split.indices[part].remove(0)
    split.indices[other].append(0)
    with pytest.raises(CorpusError, match="split leaks"):
        split_report(articles, split, PARAMS)


def test_a_copy_in_another_part_is_a_leak_however_it_is_spelled(corpus_articles: list[Article]) -> None:
    original = corpus_articles[0]
    copy = original.model_copy(update={"id": "copy", "story": "other", "text": original.text.replace("أ", "ا")})
    split = Split({"train": [0], "dev": [1], "test": [2]}, [0, 1, 2])
    with pytest.raises(CorpusError, match=rf"copies \[\['{original.id}', 'copy'\]\]"):
        split_report([original, corpus_articles[1], copy], split, PARAMS)


def test_briefs_train_and_one_near_a_held_out_article_is_left_out(corpus_articles: list[Article]) -> None:
    articles, briefs = corpus_articles[:40], corpus_articles[40:44]
    split = split_by_story(articles, PARAMS)
    near = edited(articles[split.indices["test"][0]], 1)
    together, joined = add_briefs(articles, split, [*briefs, *near], PARAMS)
    assert [together[n].id for n in joined.indices["train"][-4:]] == [brief.id for brief in briefs]
    assert joined.indices["test"] == split.indices["test"]
    assert joined.indices["dev"] == split.indices["dev"]
    assert len(together) == 44
    assert split_report(together, joined, PARAMS)["near_duplicates_across_parts"] == 0


def test_a_folder_without_briefs_is_no_fault_and_their_ids_are_their_own(
    tmp_path: Path, record: dict[str, Any]
) -> None:
    assert read_briefs(tmp_path / "none").articles == []
    write_jsonl(tmp_path / "articles" / "a.jsonl", [record])
    result = read_articles(tmp_path / "articles")
    with pytest.raises(CorpusError, match="briefs with the ids of articles: demo-1"):
        check_distinct(result, result)


def test_too_few_stories_are_an_error(article: Article) -> None:
    with pytest.raises(CorpusError, match="independent stories; expected at least 6"):
        split_by_story([article], PARAMS)


def test_the_committed_briefs_are_whole_and_new(corpus_articles: list[Article]) -> None:
    briefs = read_briefs(ROOT / "data" / "briefs")
    assert not briefs.rejected
    assert len(briefs.articles) >= 180
    assert not {brief.id for brief in briefs.articles} & {article.id for article in corpus_articles}
    texts = [article.text for article in (*corpus_articles, *briefs.articles)]
    assert not near_duplicates(texts, PARAMS.shingle_words, PARAMS.jaccard)
    assert all(len(brief.quotes) >= 5 and brief.target for brief in briefs.articles)
