"""The pretrained encoder as a standard Hugging Face folder: bundled, from the hub, or from a path."""

from training.encoder.adapted import materialise_adapted
from training.encoder.bundled import materialise_bundled
from training.encoder.copied import materialise_hub, materialise_path
from training.encoder.folder import EncoderSummary

__all__ = ["EncoderSummary", "materialise_adapted", "materialise_bundled", "materialise_hub", "materialise_path"]
