"""One encoder under the heads of every intermediate task."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedModel

IGNORED = -100
MASKED = "masked"
"""The source whose task is to guess hidden words."""

Batch = Mapping[str, Tensor]


class AdaptNetwork(nn.Module):
    """Heads that share an encoder: classes of text pairs (one output layer a source) and masked words.

    Sources of one family share a dense layer, so that what «agree» means in one is learned for the others too.
    """

    def __init__(self, encoder: PreTrainedModel, sources: Mapping[str, Mapping[str, int]], dropout: float) -> None:
        """`sources` holds, for each family (`stance`, `section`), the number of classes of each source."""
        super().__init__()
        size = int(encoder.config.hidden_size)
        self.encoder = encoder
        self.dense = nn.ModuleDict(
            {family: nn.Sequential(nn.Dropout(dropout), nn.Linear(size, size), nn.Tanh()) for family in sources}
        )
        self.outputs = nn.ModuleDict(
            {name: nn.Linear(size, n) for family in sources.values() for name, n in family.items()}
        )
        self.family = {name: family for family, members in sources.items() for name in members}
        self.dropout = nn.Dropout(dropout)
        self.masked = nn.Sequential(nn.Linear(size, size), nn.GELU(), nn.LayerNorm(size))
        self.masked_bias = nn.Parameter(encoder.get_input_embeddings().weight.new_zeros(encoder.config.vocab_size))

    def logits(self, source: str, batch: Batch) -> Tensor:
        """Class scores of text pairs of one source.

        *Shape:* (batch, classes of the source).
        """
        states = self._states(batch)
        weights = batch["attention_mask"].unsqueeze(-1).to(states.dtype)
        pooled = (states * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1.0)
        logits: Tensor = self.outputs[source](self.dropout(self.dense[self.family[source]](pooled)))
        return logits

    def loss(self, source: str, batch: Batch) -> Tensor:
        """The loss of a batch of `source`: a source of pairs, or `masked`."""
        if source == MASKED:
            return self._masked_loss(batch)
        logits, labels = self.logits(source, batch), batch["labels"]
        if labels.dim() == 2:
            return functional.binary_cross_entropy_with_logits(logits, labels)
        return functional.cross_entropy(logits, labels)

    def _states(self, batch: Batch) -> Tensor:
        states: Tensor = self.encoder(
            input_ids=batch["input_ids"],
            attention_mask=batch["attention_mask"],
            token_type_ids=batch["token_type_ids"],
        ).last_hidden_state
        return states

    def _masked_loss(self, batch: Batch) -> Tensor:
        hidden = batch["labels"] != IGNORED
        states = self._states(batch)[hidden]
        embeddings = self.encoder.get_input_embeddings().weight
        return functional.cross_entropy(
            functional.linear(self.masked(states), embeddings, self.masked_bias), batch["labels"][hidden]
        )
