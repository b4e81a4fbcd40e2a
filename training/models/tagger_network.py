"""The quote tagger: which words are cue, speaker and content, and which of them belong together."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedConfig, PreTrainedModel
from transformers.utils import ModelOutput

from training.word_inputs import RELATIONS, ROLES, TAGS

WORD_SIZE = 256
"""Dimensions of a word with its hints and neighbours."""
HINT_SIZE = 16
GAPS = (1, 2, 4)
"""Dilations of the convolutions: together they reach seven words to each side."""
FIRST_TRUST = 3.0
"""What a hint adds to a score before training: about 95 % of the probability among three tags."""
LINK_SIZE = 64
"""Dimensions in which two words are compared for a link."""
N_DISTANCES = 24
"""Buckets of the signed distance between two words: −11 … 12 on a logarithmic scale."""
IGNORED = -100


@dataclass
class TaggerOutput(ModelOutput):
    """Scores of a batch, and the loss where gold was given.

    *Shape:* tags (batch, words, roles, tags); links (batch, relations, words, words), from row to column.
    """

    loss: Tensor | None = None
    tags: Tensor | None = None
    links: Tensor | None = None


class QuoteTagger(nn.Module):
    """Word states (the first token of each word) and hints to a tag a role and to link scores between words.

    States are a learned mean over all layers (Peters et al. 2018): the last layer of an encoder made for sentence
    similarity says little of single words. Hints are what the lexicon rules found in the same text; an untrained
    network repeats them, and training learns where to trust them. Convolutions let neighbours agree. Links are
    biaffine (Dozat and Manning 2017) with a learned bias for the distance in words.
    """

    def __init__(self, encoder: PreTrainedModel, dropout: float) -> None:
        super().__init__()
        self.encoder = encoder
        self.config: PreTrainedConfig = encoder.config
        size, n_tags = int(self.config.hidden_size), len(ROLES) * len(TAGS)
        self.layer_weights = nn.Parameter(torch.zeros(int(self.config.num_hidden_layers)))
        self.hints = nn.Embedding(n_tags, HINT_SIZE)
        self.join = nn.Sequential(
            nn.Dropout(dropout), nn.Linear(size + len(ROLES) * HINT_SIZE, WORD_SIZE), nn.GELU(), nn.LayerNorm(WORD_SIZE)
        )
        self.neighbours = nn.ModuleList(
            nn.Sequential(
                nn.Dropout(dropout), nn.Conv1d(WORD_SIZE, WORD_SIZE, 3, padding=gap, dilation=gap), nn.GELU()
            )
            for gap in GAPS
        )
        self.tags = nn.Sequential(nn.Dropout(dropout), nn.Linear(WORD_SIZE, n_tags))
        self.sources = nn.Linear(WORD_SIZE, len(RELATIONS) * (LINK_SIZE + 1))
        self.targets = nn.Linear(WORD_SIZE, len(RELATIONS) * (LINK_SIZE + 1))
        self.distance = nn.Embedding(N_DISTANCES, len(RELATIONS))
        nn.init.zeros_(self.distance.weight)
        self.trust_in_tags = nn.Parameter(FIRST_TRUST * torch.eye(len(TAGS)).repeat(len(ROLES), 1))
        self.trust_in_links = nn.Parameter(torch.full((len(RELATIONS), 1, 1), FIRST_TRUST))

    def forward(
        self,
        input_ids: Tensor,
        attention_mask: Tensor,
        word_starts: Tensor,
        hint_tags: Tensor,
        hint_links: Tensor,
        gold_tags: Tensor | None = None,
        questions: Tensor | None = None,
    ) -> TaggerOutput:
        """Score a batch of windows.

        *Shape:* input_ids and attention_mask (batch, tokens); word_starts (batch, words), 0 for padding; hint_tags
        (batch, words, roles), each `OUTSIDE`, `BEGIN` or `INSIDE`; hint_links (batch, relations, words, words), 1
        where the rules link row to column, else 0; the gold as `tagger_loss` wants it.
        """
        layers = self.encoder(
            input_ids=input_ids,
            attention_mask=attention_mask,
            token_type_ids=torch.zeros_like(input_ids),
            output_hidden_states=True,
        ).hidden_states
        weights = self.layer_weights.softmax(dim=0)
        states = sum(weight * layer for weight, layer in zip(weights, layers[1:], strict=True))
        words = states.gather(1, word_starts.unsqueeze(-1).expand(-1, -1, states.size(-1)))
        tags, links = self.score(words, word_starts > 0, hint_tags, hint_links)
        loss = (
            tagger_loss(tags, links, gold_tags, questions) if gold_tags is not None and questions is not None else None
        )
        return TaggerOutput(loss=loss, tags=tags, links=links)

    def score(self, words: Tensor, real: Tensor, hint_tags: Tensor, hint_links: Tensor) -> tuple[Tensor, Tensor]:
        """Tags and links of words whose states are known; `real` is false for padding.

        *Shape:* words (batch, words, hidden); real (batch, words); hints and results as in `forward`.
        """
        hinted = hint_tags + len(TAGS) * torch.arange(len(ROLES), device=hint_tags.device)
        joined = self.join(torch.cat([words, self.hints(hinted).flatten(2)], dim=-1))
        mask = real.unsqueeze(-1).to(joined.dtype)
        for layer in self.neighbours:
            joined = joined + layer((joined * mask).transpose(1, 2)).transpose(1, 2)
        tags = self.tags(joined).unflatten(-1, (len(ROLES), len(TAGS))) + self.trust_in_tags[hinted]
        return tags, self._links(joined) + self.trust_in_links * hint_links

    def _links(self, words: Tensor) -> Tensor:
        shape = (len(RELATIONS), LINK_SIZE + 1)
        sources = self.sources(words).unflatten(-1, shape).transpose(1, 2)
        targets = self.targets(words).unflatten(-1, shape).transpose(1, 2)
        scores = sources[..., :-1] @ targets[..., :-1].transpose(2, 3) / LINK_SIZE**0.5
        scores = scores + sources[..., -1:] + targets[..., -1:].transpose(2, 3)
        place = torch.arange(words.size(1), device=words.device)
        bias = self.distance(_bucket(place.unsqueeze(0) - place.unsqueeze(1)))
        return torch.add(scores, bias.permute(2, 0, 1))


def _bucket(distance: Tensor) -> Tensor:
    magnitude = (torch.log2(distance.abs().float() + 1.0) * 1.4).long().clamp(max=N_DISTANCES // 2 - 1)
    return torch.where(distance < 0, magnitude, magnitude + N_DISTANCES // 2)


def tagger_loss(tags: Tensor, links: Tensor, gold_tags: Tensor, questions: Tensor) -> Tensor:
    """Cross-entropy of the tags plus cross-entropy of each content's links.

    A question asks one content for its cue, its speaker or its first part. Its answers are the candidate (relation,
    word) cells and «none», whose score is 0; where several answers are right, their probabilities add up.

    *Shape:* gold_tags (batch, words, roles), `IGNORED` for padding; questions (questions, 3 + relations · words):
    batch index, anchor word, 1 if «none» is right else 0, then for each cell −1 no candidate, 0 wrong, 1 right.
    """
    loss = functional.cross_entropy(tags.flatten(0, 2), gold_tags.flatten(), ignore_index=IGNORED)
    if not len(questions):
        return loss
    cells = questions[:, 3:]
    scores = links[questions[:, 0], :, questions[:, 1]].flatten(1).masked_fill(cells < 0, float("-inf"))
    scores = torch.cat([torch.zeros_like(scores[:, :1]), scores], dim=1)
    wrong = torch.cat([questions[:, 2:3], cells], dim=1) != 1
    return loss - scores.log_softmax(dim=1).masked_fill(wrong, float("-inf")).logsumexp(dim=1).mean()
