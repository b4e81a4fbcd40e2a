"""A pretrained encoder with mean pooling and a two-layer head."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, PreTrainedConfig, PreTrainedModel
from transformers.masking_utils import create_bidirectional_mask
from transformers.modeling_outputs import SequenceClassifierOutput

from training.errors import EncoderError
from training.params import TaskParams

POOLED_MODELS = frozenset({"bert", "roberta", "xlm-roberta", "camembert"})
"""Model types whose [CLS] pooler, of no use here, can be left out."""


class MeanPoolClassifier(nn.Module):
    """Token states, averaged over real tokens, through dense, tanh and dropout to one logit a label.

    Mean pooling keeps small encoders from settling at the majority class, where a [CLS] head does.
    """

    def __init__(self, encoder: PreTrainedModel, n_labels: int, dropout: float, frozen_layers: int = 0) -> None:
        super().__init__()
        self.encoder = encoder
        self.frozen_layers = frozen_layers
        self.config: PreTrainedConfig = encoder.config
        hidden_size = int(self.config.hidden_size)
        self.head = nn.Sequential(
            nn.Dropout(dropout),
            nn.Linear(hidden_size, hidden_size),
            nn.Tanh(),
            nn.Dropout(dropout),
            nn.Linear(hidden_size, n_labels),
        )

    def forward(
        self,
        attention_mask: Tensor,
        input_ids: Tensor | None = None,
        token_type_ids: Tensor | None = None,
        states: Tensor | None = None,
    ) -> SequenceClassifierOutput:
        """Score a batch, from its tokens or from the `states` that `lower` gave for them.

        *Shape:* tokens and mask (batch, tokens); states (batch, tokens, hidden); logits (batch, labels).
        """
        if states is None:
            states = self.encoder(
                input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
            ).last_hidden_state
        else:
            states = self._through(states, attention_mask, self._layers()[self.frozen_layers :])
        weights = attention_mask.unsqueeze(-1).to(states.dtype)
        pooled = (states * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1.0)
        return SequenceClassifierOutput(logits=self.head(pooled))

    def lower(self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor) -> Tensor:
        """What the embeddings and the frozen layers give.

        *Shape:* inputs (batch, tokens); result (batch, tokens, hidden).
        """
        states: Tensor = self.encoder.get_submodule("embeddings")(input_ids=input_ids, token_type_ids=token_type_ids)
        return self._through(states, attention_mask, self._layers()[: self.frozen_layers])

    def _through(self, states: Tensor, attention_mask: Tensor, layers: nn.ModuleList) -> Tensor:
        mask = create_bidirectional_mask(config=self.config, inputs_embeds=states, attention_mask=attention_mask)
        for layer in layers:
            states = layer(states, mask)
        return states

    def _layers(self) -> nn.ModuleList:
        layers = self.encoder.get_submodule("encoder.layer")
        assert isinstance(layers, nn.ModuleList)
        return layers


def build_network(encoder_folder: Path, n_labels: int, params: TaskParams) -> MeanPoolClassifier:
    """A fresh classifier on a pretrained encoder, its lower layers frozen as `params` says.

    The head's weights come from torch's global generator: seed it first. Raises `EncoderError` when the folder
    is not a BERT-like encoder.
    """
    try:
        config = AutoConfig.from_pretrained(encoder_folder, local_files_only=True)
        config.attention_probs_dropout_prob = params.attention_dropout
        encoder = AutoModel.from_pretrained(
            encoder_folder, config=config, local_files_only=True, **_without_pooler(config)
        )
    except (OSError, ValueError) as error:
        raise EncoderError(
            f"{encoder_folder}: cannot be loaded ({error}); expected `dvc repro encoder` first"
        ) from error
    freeze_lower_layers(encoder, params.frozen_layers)
    return MeanPoolClassifier(encoder, n_labels, params.head_dropout, params.frozen_layers)


def empty_encoder(config: PreTrainedConfig) -> PreTrainedModel:
    """An encoder of this shape with random weights, to be filled by `load_weights`."""
    return AutoModel.from_config(config, **_without_pooler(config))


def _without_pooler(config: PreTrainedConfig) -> dict[str, bool]:
    return {"add_pooling_layer": False} if config.model_type in POOLED_MODELS else {}


def freeze_lower_layers(encoder: nn.Module, n_layers: int) -> None:
    """Stop training the embeddings and the first `n_layers` layers; 0 leaves everything trainable."""
    if n_layers == 0:
        return
    layers = encoder.get_submodule("encoder.layer")
    assert isinstance(layers, nn.ModuleList)
    if n_layers > len(layers):
        raise EncoderError(f"frozen_layers {n_layers}; expected at most {len(layers)}, the layers of this encoder")
    for module in (encoder.get_submodule("embeddings"), *layers[:n_layers]):
        module.requires_grad_(False)


def parameter_groups(network: MeanPoolClassifier, params: TaskParams) -> list[dict[str, object]]:
    """Optimizer groups: encoder and head at their own learning rates, no decay on biases and norms."""
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            rate = params.encoder_learning_rate if name.startswith("encoder.") else params.head_learning_rate
            decay = params.weight_decay if parameter.dim() > 1 else 0.0
            groups.setdefault((rate, decay), []).append(parameter)
    return [{"lr": rate, "weight_decay": decay, "params": members} for (rate, decay), members in groups.items()]


def trainable_share(network: nn.Module) -> float:
    """Share of parameters that train, in [0, 1]."""
    counts = [(parameter.numel(), parameter.requires_grad) for parameter in network.parameters()]
    return sum(n for n, trains in counts if trains) / sum(n for n, _ in counts)


def load_weights(network: nn.Module, state: dict[str, Tensor]) -> None:
    """Load a full state. Raises `RuntimeError` on any missing or unexpected key."""
    with torch.no_grad():
        network.load_state_dict(state, strict=True)
