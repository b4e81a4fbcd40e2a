"""Inputs, losses, freezing, and the promise that an interrupted training ends like a straight one."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from training.corpus.public_storage import PublicRows, PublicStance
from training.encoder import materialise_path
from training.errors import EncoderError
from training.files import read_json, sha256_file
from training.inputs import PairEncoder, section_pair, stance_pair
from training.models.balance import SourceBalancedSampler
from training.models.baselines import majority, tfidf_logistic
from training.models.fine_tune import COMPLETE, newest_complete
from training.models.folder import load_card, load_model
from training.models.frozen import frozen_states
from training.models.network import MeanPoolClassifier, build_network, parameter_groups, trainable_share
from training.models.tasks import (
    SECTION,
    STANCE,
    UNKNOWN,
    Example,
    section_examples,
    section_loss,
    section_scores,
    stance_examples,
    stance_loss,
    stance_scores,
)
from training.models.train import NO_PUBLIC_ROWS, fingerprint, train_task
from training.params import AUTHORED, TaskParams
from training.schema import SECTIONS, Article, Stance

PARAMS = TaskParams(
    max_tokens=48,
    tail_tokens=12,
    frozen_layers=1,
    attention_dropout=0.1,
    encoder_learning_rate=1e-3,
    head_learning_rate=1e-3,
    head_dropout=0.1,
    warmup_ratio=0.1,
    weight_decay=0.01,
    batch_size=8,
    max_epochs=3,
    patience=3,
    seed=5,
)


class TestInputs:
    def encoder(self, folder: Path, max_tokens: int = 48, tail_tokens: int = 12) -> PairEncoder:
        return PairEncoder(folder / "tokenizer.json", max_tokens, tail_tokens)

    def test_a_short_pair_is_kept_whole(self, tiny_encoder: Path) -> None:
        (item,) = self.encoder(tiny_encoder).encode([("عنوان", "نص قصير")])
        assert item.n_dropped == 0
        assert len(item.ids) == len(item.type_ids) <= 48

    @pytest.mark.parametrize(
        "shown", ["قال: ”نعم“", "قال: “نعم”", "قال: „نعم“", "قا\N{ZERO WIDTH SPACE}ل: «نعم»\N{RIGHT-TO-LEFT MARK}"]
    )
    def test_marks_of_any_newsroom_and_invisible_characters_give_one_input(
        self, tiny_encoder: Path, shown: str
    ) -> None:
        plain, other, unmarked = self.encoder(tiny_encoder).encode([("", "قال: «نعم»"), ("", shown), ("", "قال: نعم")])
        assert other == plain
        assert unmarked != plain

    def test_a_long_text_keeps_head_and_tail_and_says_what_was_dropped(self, tiny_encoder: Path) -> None:
        from tokenizers import Tokenizer

        text = "البداية " + "وسط طويل " * 200 + "الخاتمة"
        (item,) = self.encoder(tiny_encoder).encode([("عنوان", text)])
        read = Tokenizer.from_file(str(tiny_encoder / "tokenizer.json")).decode(item.ids)
        assert len(item.ids) <= 48
        assert item.n_dropped > 300
        assert "البداية" in read
        assert "الخاتمة" in read

    def test_without_a_tail_the_head_is_kept(self, tiny_encoder: Path) -> None:
        (item,) = self.encoder(tiny_encoder, tail_tokens=0).encode([("عنوان", "كلمة " * 300)])
        assert len(item.ids) == 48

    def test_an_endless_title_does_not_break_the_limit(self, tiny_encoder: Path) -> None:
        (item,) = self.encoder(tiny_encoder).encode([("عنوان " * 300, "نص " * 300)])
        assert len(item.ids) == 48

    def test_a_literal_mask_in_a_text_is_text(self, tiny_encoder: Path) -> None:
        from tokenizers import Tokenizer

        mask = Tokenizer.from_file(str(tiny_encoder / "tokenizer.json")).token_to_id("<mask>")
        (item,) = self.encoder(tiny_encoder).encode([("", "نص <mask> آخر")])
        assert mask not in item.ids

    def test_a_broken_tokenizer_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "tokenizer.json").write_text("{}", encoding="utf-8")
        with pytest.raises(EncoderError, match=r"tokenizer.json: not a tokenizer"):
            self.encoder(tmp_path)

    def test_pairs_put_target_and_speaker_where_the_model_looks(self) -> None:
        assert stance_pair("الهدف", "قوله", "وقال") == ("الهدف", "وقال: قوله")
        assert stance_pair("الهدف", "قوله") == ("الهدف", "قوله")
        assert section_pair("عنوان", "نص") == ("عنوان", "نص")


class TestTasks:
    def test_examples_follow_the_article(self, article: Article) -> None:
        (section,) = section_examples([article])
        assert [SECTIONS[i] for i, label in enumerate(section.label) if label] == ["politics", "society"]
        rows = stance_examples([article])
        assert [row.label for row in rows] == [1, 2, 1, 0, 2]
        assert rows[0].pair[0] == "دمج المدارس الريفية"

    def test_unknown_sections_add_nothing_to_the_loss(self) -> None:
        loss = section_loss([])
        logits = torch.tensor([[2.0, -1.0]])
        both, masked = torch.tensor([[1.0, 0.0]]), torch.tensor([[1.0, UNKNOWN]])
        only_first = torch.nn.functional.binary_cross_entropy_with_logits(logits[:, :1], both[:, :1])
        assert loss(logits, masked).item() == pytest.approx(only_first.item())
        assert loss(logits, torch.full((1, 2), UNKNOWN)).item() == 0.0

    def test_rare_stances_weigh_more(self) -> None:
        examples = [Example("a", ("", ""), label) for label in [0] * 8 + [1] * 1 + [2] * 1]
        loss = stance_loss(examples)
        flat = torch.zeros((2, 3))
        rare = loss(torch.tensor([[0.0, 0.0, 0.0], [5.0, 0.0, 0.0]]), torch.tensor([0, 1]))
        common = loss(torch.tensor([[0.0, 0.0, 0.0], [0.0, 5.0, 0.0]]), torch.tensor([1, 0]))
        assert rare > common
        assert loss(flat, torch.tensor([0, 1])).item() == pytest.approx(np.log(3), rel=1e-5)

    def test_dev_scores(self) -> None:
        logits = np.array([[3.0, -3.0], [-3.0, -3.0]], dtype=np.float32)
        assert section_scores(logits, np.array([[1.0, 0.0], [1.0, 0.0]]))["macro_f1"] == pytest.approx(2 / 3)
        assert stance_scores(np.eye(3, dtype=np.float32), np.array([0.0, 1.0, 1.0]))["accuracy"] == pytest.approx(2 / 3)


class TestNetwork:
    def test_frozen_layers_do_not_train_and_groups_have_their_rates(self, tiny_encoder: Path) -> None:
        network = build_network(tiny_encoder, 3, PARAMS)
        trainable = {name for name, parameter in network.named_parameters() if parameter.requires_grad}
        assert not any(name.startswith(("encoder.embeddings", "encoder.encoder.layer.0.")) for name in trainable)
        assert any(name.startswith("encoder.encoder.layer.1.") for name in trainable)
        assert 0 < trainable_share(network) < 1
        grouped = [p for group in parameter_groups(network, PARAMS) for p in group["params"]]
        assert len(grouped) == len(trainable)

    def test_more_frozen_layers_than_there_are_is_an_error(self, tiny_encoder: Path) -> None:
        with pytest.raises(EncoderError, match="frozen_layers 3; expected at most 2"):
            build_network(tiny_encoder, 3, PARAMS.model_copy(update={"frozen_layers": 3}))

    def test_a_folder_without_an_encoder_is_an_error(self, tmp_path: Path) -> None:
        with pytest.raises(EncoderError, match="expected `dvc repro encoder` first"):
            build_network(tmp_path, 3, PARAMS)

    def test_padding_does_not_change_a_score(self, tiny_encoder: Path) -> None:
        network = build_network(tiny_encoder, 3, PARAMS).eval()
        ids = torch.tensor([[0, 50, 60, 2]])
        padded = torch.tensor([[0, 50, 60, 2, 1, 1]])
        mask = torch.tensor([[1, 1, 1, 1, 0, 0]])
        with torch.no_grad():
            short = network(torch.ones_like(ids), ids, torch.zeros_like(ids)).logits
            long = network(mask, padded, torch.zeros_like(padded)).logits
        assert torch.allclose(short, long, atol=1e-5)

    def test_the_states_of_frozen_layers_give_the_scores_of_the_tokens(self, tiny_encoder: Path) -> None:
        network = build_network(tiny_encoder, 3, PARAMS.model_copy(update={"frozen_layers": 1})).eval()
        rows, types = [[0, 50, 60, 70, 2], [0, 80, 2]], [[0] * 5, [0, 1, 1]]
        states = frozen_states(network, rows, types)
        assert [tuple(state.shape) for state in states] == [(5, 32), (3, 32)]
        with torch.no_grad():
            for row, kinds, state in zip(rows, types, states, strict=True):
                mask = torch.ones((1, len(row)), dtype=torch.long)
                whole = network(mask, torch.tensor([row]), torch.tensor([kinds])).logits
                assert torch.allclose(network(mask, states=state[None]).logits, whole, atol=1e-5)


class TestBalance:
    def sampler(self) -> SourceBalancedSampler:
        sources = [AUTHORED] * 10 + ["large"] * 30 + ["small"] * 4
        return SourceBalancedSampler(sources, list(range(44)), 4, seed=1)

    def test_every_source_gives_as_many_rows_as_the_authored_one(self) -> None:
        sampler = self.sampler()
        drawn = list(sampler)
        assert len(drawn) == len(sampler) == 30
        assert sorted(row for row in drawn if row < 10) == list(range(10))
        assert len({row for row in drawn if 10 <= row < 40}) == 10
        small = Counter(row for row in drawn if row >= 40)
        assert set(small.values()) <= {2, 3}
        assert small.total() == 10

    def test_epochs_differ_and_each_is_the_same_again(self) -> None:
        sampler = self.sampler()
        first = list(sampler)
        sampler.set_epoch(1)
        assert list(sampler) != first
        sampler.set_epoch(0)
        assert list(sampler) == first


class _KilledError(Exception):
    pass


class TestTraining:
    def train(
        self,
        encoder: Path,
        articles: list[Article],
        folder: Path,
        *,
        stop_after: int | None = None,
        public: PublicRows = NO_PUBLIC_ROWS,
    ) -> None:
        evaluations = 0

        def on_metrics(step: int, values: dict[str, float]) -> None:
            nonlocal evaluations
            evaluations += "dev_macro_f1" in values
            # the metrics of an epoch come before its checkpoint: epoch n is on disk when n + 1 reports
            if stop_after is not None and evaluations > stop_after:
                raise _KilledError

        train_task(
            STANCE,
            train=articles[:12],
            dev=articles[12:16],
            public=public,
            encoder_folder=encoder,
            out=folder / "model",
            checkpoints=folder / "checkpoints",
            params=PARAMS,
            on_metrics=on_metrics,
        )

    def test_an_interrupted_training_ends_with_the_same_weights(
        self, tiny_encoder: Path, corpus_articles: list[Article], tmp_path: Path
    ) -> None:
        straight, resumed = tmp_path / "straight", tmp_path / "resumed"
        self.train(tiny_encoder, corpus_articles, straight)
        with pytest.raises(_KilledError):
            self.train(tiny_encoder, corpus_articles, resumed, stop_after=1)
        assert not (resumed / "model").exists()
        assert newest_complete(resumed / "checkpoints") is not None
        self.train(tiny_encoder, corpus_articles, resumed)
        for name in ("model.safetensors", "learning_curve.json", "task.json", "tokenizer.json"):
            assert sha256_file(straight / "model" / name) == sha256_file(resumed / "model" / name), name
        assert not (straight / "checkpoints").exists()

    def test_with_public_rows_too_an_interrupted_training_ends_with_the_same_weights(
        self, tiny_encoder: Path, corpus_articles: list[Article], tmp_path: Path
    ) -> None:
        public = PublicRows(
            stance=[
                PublicStance(
                    "ans", str(n), "dev" if n % 5 == 0 else "train", f"هدف {n}", f"نص {n * 3}", [*Stance][n % 3]
                )
                for n in range(40)
            ]
        )
        straight, resumed = tmp_path / "straight", tmp_path / "resumed"
        self.train(tiny_encoder, corpus_articles, straight, public=public)
        with pytest.raises(_KilledError):
            self.train(tiny_encoder, corpus_articles, resumed, stop_after=1, public=public)
        self.train(tiny_encoder, corpus_articles, resumed, public=public)
        for name in ("model.safetensors", "learning_curve.json", "task.json"):
            assert sha256_file(straight / "model" / name) == sha256_file(resumed / "model" / name), name
        card = load_card(straight / "model")
        assert card.n_train == len(stance_examples(corpus_articles[:12]))
        assert (card.public_sources["ans"].n_train, card.public_sources["ans"].n_dev) == (32, 8)
        assert 0.0 <= card.public_sources["ans"].dev_macro_f1 <= 1.0

    def test_the_folder_says_what_it_holds_and_loads_again(
        self, tiny_encoder: Path, corpus_articles: list[Article], tmp_path: Path
    ) -> None:
        self.train(tiny_encoder, corpus_articles, tmp_path)
        card = load_card(tmp_path / "model")
        assert card.labels == STANCE.labels
        assert card.n_train == len(stance_examples(corpus_articles[:12]))
        assert 0 <= card.dropped_token_rate < 0.5
        network = load_model(tmp_path / "model")
        assert isinstance(network, MeanPoolClassifier)
        saved = load_file(tmp_path / "model" / "model.safetensors")
        assert all(torch.equal(saved[name], value) for name, value in network.state_dict().items())
        curve = read_json(tmp_path / "model" / "learning_curve.json")
        assert [row["epoch"] for row in curve] == [1.0, 2.0, 3.0]
        assert max(row["dev_macro_f1"] for row in curve) == card.dev_macro_f1

    def test_a_checkpoint_without_its_marker_is_not_resumed(self, tmp_path: Path) -> None:
        for step, complete in ((10, True), (20, True), (30, False)):
            folder = tmp_path / f"checkpoint-{step}"
            folder.mkdir()
            if complete:
                (folder / COMPLETE).touch()
        assert newest_complete(tmp_path) == tmp_path / "checkpoint-20"
        assert newest_complete(tmp_path / "none") is None

    def test_older_checkpoints_go_only_when_the_new_one_is_whole(
        self, tiny_encoder: Path, corpus_articles: list[Article], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        seen: list[list[str]] = []

        def watched(folder: Path) -> None:
            complete = sorted(marker.parent.name for marker in folder.parent.glob(f"*/{COMPLETE}"))
            assert folder.name not in complete  # never a torn one that looks whole
            seen.append(complete)
            rmtree(folder)

        rmtree = shutil.rmtree
        monkeypatch.setattr("training.models.fine_tune.shutil.rmtree", lambda path, **_: watched(Path(path)))
        with pytest.raises(_KilledError):
            self.train(tiny_encoder, corpus_articles, tmp_path, stop_after=2)
        kept = sorted(path.name for path in (tmp_path / "checkpoints").glob("checkpoint-*"))
        assert len(kept) <= 2
        assert newest_complete(tmp_path / "checkpoints") == tmp_path / "checkpoints" / kept[-1]
        assert all(complete for complete in seen)

    def test_other_inputs_have_other_checkpoints(self, tmp_path: Path) -> None:
        (tmp_path / "a").write_text("x", encoding="utf-8")
        one = fingerprint(PARAMS, tmp_path)
        assert one == fingerprint(PARAMS, tmp_path)
        assert one != fingerprint(PARAMS.model_copy(update={"seed": 6}), tmp_path)
        assert one != fingerprint(PARAMS, tmp_path, code="changed")
        (tmp_path / "a").write_text("y", encoding="utf-8")
        assert one != fingerprint(PARAMS, tmp_path)


class TestBaselines:
    def test_majority_and_tfidf_predict_a_row_a_row(self, corpus_articles: list[Article]) -> None:
        train, test = corpus_articles[:40], corpus_articles[40:50]
        sections = SECTION.examples(test)
        assert majority(SECTION.examples(train), sections).shape == (10, len(SECTIONS))
        assert tfidf_logistic(SECTION.examples(train), sections).shape == (10, len(SECTIONS))
        stances = STANCE.examples(test)
        assert set(majority(STANCE.examples(train), stances)) == {2}
        assert tfidf_logistic(STANCE.examples(train), stances).shape == (len(stances),)


def test_a_folder_can_be_the_encoder(tiny_encoder: Path, tmp_path: Path) -> None:
    assert materialise_path(tiny_encoder, tmp_path / "copy").source == "path"
    assert build_network(tmp_path / "copy", 3, PARAMS)
