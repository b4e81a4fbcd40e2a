"""Quote extraction: the lexicon rules against a trained word tagger, with and without the rules as its hints.

    python benchmarks/quote_tagger.py [--no-hints] [--train-layers 6] [--real-fold] --epochs 5

Trains on the authored train split (with `--real-fold` also on every second real development article) and prints, after
each second epoch, quote F1, exact F1 and actor accuracy of rules and tagger on the authored dev split and on the real
development articles that were not trained on. Needs `dvc repro split` and MAWAQIF_MIRROR for the real ones.
"""

from __future__ import annotations

import argparse
import math
import random
from collections.abc import Sequence
from pathlib import Path

import datasets
import numpy as np
import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel

from training.corpus.storage import load_splits, to_articles
from training.evaluation.quote_scores import quote_scores
from training.evaluation.spans import ArticlePrediction
from training.models.network import freeze_lower_layers
from training.models.tagger_data import LabelledWindow, collate_windows, labelled_windows
from training.models.tagger_network import QuoteTagger, tagger_loss
from training.params import load_params
from training.quotes import Lexicon, extract_quotes
from training.quotes.document import Document
from training.quotes.tagged import WindowScores, may_begin, tagged_quotes
from training.quotes.word_labels import label_words
from training.schema import Article
from training.word_inputs import WordEncoder

ENCODER = Path("models/encoder")
PAD = 1


class Experiment:
    """One training and its two development sets."""

    def __init__(self, options: argparse.Namespace) -> None:
        torch.manual_seed(options.seed)
        self.options = options
        self.lexicon = Lexicon.load(Path("data/lexicon"))
        self.encoder = WordEncoder(ENCODER / "tokenizer.json", 512)
        splits, real = load_splits(Path("data/splits")), list(
            to_articles(datasets.load_from_disk("data/real")["dev"])
        )
        train = list(to_articles(splits["train"]))
        if options.real_fold:
            train, real = train + 3 * real[::2], real[1::2]
        self.train = self.windows(train)
        self.dev = {"authored": list(to_articles(splits["dev"])), "real": real}
        self.network = QuoteTagger(self.load_encoder(), options.dropout)
        self.states: dict[int, Tensor] = {}

    def load_encoder(self) -> nn.Module:
        config = AutoConfig.from_pretrained(ENCODER)
        config.attention_probs_dropout_prob = 0.0
        encoder = AutoModel.from_pretrained(ENCODER, config=config, add_pooling_layer=False)
        freeze_lower_layers(encoder, config.num_hidden_layers - self.options.train_layers)
        return encoder

    def windows(self, articles: Sequence[Article]) -> list[LabelledWindow]:
        found = []
        for article in articles:
            words, labels = label_words(article.text, article.quotes)
            rules = [item.quote for item in extract_quotes(article.text, self.lexicon)] if self.options.hints else []
            _, hints = label_words(article.text, rules)
            found += labelled_windows(article.id, words, labels, hints, self.encoder)
        return found

    def scores(self, rows: Sequence[LabelledWindow], batch: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Tags and links; states of an encoder that does not train are computed once."""
        if self.options.train_layers:
            output = self.network(**{k: v for k, v in batch.items() if k not in {"gold_tags", "questions"}})
            return output.tags, output.links
        for row in rows:
            if id(row) not in self.states:
                one = collate_windows([row], PAD)
                with torch.no_grad():
                    layers = self.network.encoder.eval()(
                        input_ids=one["input_ids"],
                        attention_mask=one["attention_mask"],
                        token_type_ids=torch.zeros_like(one["input_ids"]),
                        output_hidden_states=True,
                    ).hidden_states[1:]
                self.states[id(row)] = torch.stack([layer[0, row.window.starts] for layer in layers]).half()
        n_words = batch["word_starts"].size(1)
        padded = [nn.functional.pad(s, (0, 0, 0, n_words - s.size(1))) for s in (self.states[id(row)] for row in rows)]
        words = torch.einsum("l,blwh->bwh", self.network.layer_weights.softmax(0), torch.stack(padded).float())
        return self.network.score(words, batch["word_starts"] > 0, batch["hint_tags"], batch["hint_links"])

    def fit(self) -> None:
        options, size = self.options, self.options.batch_size
        encoder = [p for p in self.network.encoder.parameters() if p.requires_grad]
        head = [p for n, p in self.network.named_parameters() if not n.startswith("encoder.")]
        optimizer = torch.optim.AdamW(
            [{"params": encoder, "lr": options.encoder_rate}, {"params": head, "lr": options.head_rate}]
        )
        steps = options.epochs * math.ceil(len(self.train) / size)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimizer, lambda step: min((step + 1) / (0.06 * steps), (steps - step) / (0.94 * steps))
        )
        shuffle = random.Random(options.seed)
        for epoch in range(1, options.epochs + 1):
            order = sorted(self.train, key=lambda row: len(row.window.ids) + 60 * shuffle.random())
            batches = [order[i : i + size] for i in range(0, len(order), size)]
            shuffle.shuffle(batches)
            losses = []
            self.network.train()
            for rows in batches:
                batch = collate_windows(rows, PAD)
                loss = tagger_loss(*self.scores(rows, batch), batch["gold_tags"], batch["questions"])
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
                optimizer.step()
                schedule.step()
                losses.append(float(loss))
            print(f"epoch {epoch} loss {np.mean(losses):.3f}", flush=True)
            if epoch % 2 == 0 or epoch == options.epochs:
                for name, articles in self.dev.items():
                    self.report(f"{name:8s} tagger", [self.tagged(article) for article in articles])

    def tagged(self, article: Article) -> ArticlePrediction:
        self.network.eval()
        windows = []
        for row in self.windows([article]):
            batch = collate_windows([row], PAD)
            with torch.inference_mode():
                tags, links = (scores[0].numpy() for scores in self.network(**batch).to_tuple()[1:])
            anchors = np.flatnonzero(may_begin(tags))
            windows.append(WindowScores(row.window.first, tags, {int(n): links[:, n].copy() for n in anchors}))
        found = tagged_quotes(Document.read(article.text), windows, self.lexicon)
        return ArticlePrediction(article, tuple(item.quote for item in found))

    def ruled(self, article: Article) -> ArticlePrediction:
        return ArticlePrediction(article, tuple(item.quote for item in extract_quotes(article.text, self.lexicon)))

    def report(self, name: str, predictions: Sequence[ArticlePrediction]) -> None:
        scores = quote_scores(predictions, load_params().evaluate)
        columns = ("f1", "exact_f1", "cue_f1", "attribution_accuracy", "actor_accuracy")
        values = ((column, getattr(scores, column)) for column in columns)
        print(name, *(f"{c} {v.value:.3f} [{v.low:.3f}, {v.high:.3f}]" for c, v in values), sep="  ", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hints", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--real-fold", action="store_true")
    parser.add_argument("--train-layers", type=int, default=0)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--batch-size", type=int, default=4)
    parser.add_argument("--encoder-rate", type=float, default=1e-4)
    parser.add_argument("--head-rate", type=float, default=5e-4)
    parser.add_argument("--dropout", type=float, default=0.3)
    parser.add_argument("--seed", type=int, default=13)
    experiment = Experiment(parser.parse_args())
    for name, articles in experiment.dev.items():
        experiment.report(f"{name:8s} rules ", [experiment.ruled(article) for article in articles])
    experiment.fit()


if __name__ == "__main__":
    main()
