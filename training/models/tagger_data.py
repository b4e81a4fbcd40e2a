"""Labelled texts as batches of windows for the quote tagger."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from training.models.tagger_network import IGNORED
from training.word_inputs import BEGIN, NO_MENTION, RELATIONS, ROLES, Link, WordEncoder, WordLabels, WordWindow

_CUES, _SPEAKERS, _CONTENTS = (ROLES.index(role) for role in ("cue", "speaker", "content"))
_QUESTIONS = (
    (RELATIONS.index("cue"),),
    (RELATIONS.index("explicit"), RELATIONS.index("inherited")),
    (RELATIONS.index("continues"),),
    (RELATIONS.index("end"),),
)
"""Relations whose answers exclude each other."""
_END = RELATIONS.index("end")
_ROLE_OF = (_CUES, _SPEAKERS, _SPEAKERS, _CONTENTS)


@dataclass(frozen=True)
class LabelledWindow:
    """One window with the labels of its words; links whose anchor lies outside are left out."""

    article_id: str
    window: WordWindow
    labels: WordLabels
    hints: WordLabels


def labelled_windows(
    article_id: str, words: Sequence[str], labels: WordLabels, hints: WordLabels, encoder: WordEncoder
) -> list[LabelledWindow]:
    """The windows of one text."""
    return [
        LabelledWindow(article_id, window, labels.inside(window), hints.inside(window))
        for window in encoder.windows(words)
    ]


def collate_windows(rows: Sequence[LabelledWindow], pad_id: int) -> dict[str, Tensor]:
    """A batch padded to its longest window, shaped as `QuoteTagger.forward` and `tagger_loss` want it."""
    n_tokens, n_words = (max(len(getattr(row.window, name)) for row in rows) for name in ("ids", "starts"))
    ids = torch.full((len(rows), n_tokens), pad_id)
    mask = torch.zeros((len(rows), n_tokens), dtype=torch.long)
    starts = torch.zeros((len(rows), n_words), dtype=torch.long)
    tags = torch.full((len(rows), n_words, len(ROLES)), IGNORED)
    hint_tags = torch.zeros((len(rows), n_words, len(ROLES)), dtype=torch.long)
    hint_links = torch.zeros((len(rows), len(RELATIONS), n_words, n_words))
    questions = []
    for number, row in enumerate(rows):
        ids[number, : len(row.window.ids)] = torch.tensor(row.window.ids)
        mask[number, : len(row.window.ids)] = 1
        starts[number, : len(row.window.starts)] = torch.tensor(row.window.starts)
        tags[number, : len(row.window.starts)] = torch.tensor(row.labels.tags).T
        hint_tags[number, : len(row.window.starts)] = torch.tensor(row.hints.tags).T
        for relation, anchor, word in row.hints.cells():
            hint_links[number, relation, anchor, word] = 1.0
        questions += [question for link in row.labels.links for question in _ask(number, link, row.labels, n_words)]
    return {
        "input_ids": ids,
        "attention_mask": mask,
        "word_starts": starts,
        "hint_tags": hint_tags,
        "hint_links": hint_links,
        "gold_tags": tags,
        "questions": torch.stack(questions) if questions else torch.zeros((0, 3), dtype=torch.long),
    }


def _ask(number: int, link: Link, labels: WordLabels, n_words: int) -> Iterator[Tensor]:
    for relations in _QUESTIONS:
        right = [(relation, word) for relation in relations for word in link.right[relation] if word != NO_MENTION]
        if not right and any(link.right[relation] for relation in relations):
            continue
        cells = torch.full((len(RELATIONS), n_words), -1)
        for relation in relations:
            if relation == _END:
                cells[relation, link.anchor : len(labels.tags[_CONTENTS])] = 0
                continue
            begins = torch.tensor(labels.tags[_ROLE_OF[relation]]) == BEGIN
            cells[relation, : len(begins)][begins] = 0
            if RELATIONS[relation] == "continues":
                cells[relation, link.anchor :] = -1
        for relation, word in right:
            cells[relation, word] = 1
        yield torch.cat([torch.tensor([number, link.anchor, int(not right)]), cells.flatten()])
