"""What every run carries, as plain values: names for people, parameters by stage, provenance tags."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from training.files import read_json, sha256_file, sha256_folder
from training.params import EncoderParams, Params, TaskParams

EXPERIMENTS = {
    "section": "mawaqif section",
    "stance": "mawaqif stance",
    "analyzer": "mawaqif analyzer",
}
MODEL_NAMES = {kind: f"mawaqif-{kind}" for kind in EXPERIMENTS}
HEADLINES = {
    "section": ("section", "macro_f1"),
    "stance": ("stance", "macro_f1"),
    "analyzer": ("end_to_end", "actor_stance_f1"),
}
"""Per registered model: the evaluation and the metric that the gate compares."""

BEHAVIOUR_KINDS = ("stance", "analyzer")
"""Registered models whose runs carry the failure rates of the behavioural tests."""

EVALUATIONS = {
    "section": ("section",),
    "stance": ("stance",),
    "analyzer": ("section", "stance", "quotes", "end_to_end"),
}


def training_params(params: TaskParams) -> dict[str, str]:
    """Every hyperparameter, as `train.NAME`."""
    return {f"train.{name}": str(value) for name, value in params.model_dump().items()}


def pipeline_params(params: Params) -> dict[str, str]:
    """What the stages before and after a training were told, as `STAGE.NAME`."""
    sections = {name: getattr(params, name) for name in ("encoder", "corpus", "split", "export", "evaluate")}
    return {
        f"{section}.{name}": str(value)
        for section, values in sections.items()
        for name, value in values.model_dump().items()
        if value is not None
    }


def run_name(what: str, encoder: EncoderParams, key: str) -> str:
    """A run's name for people: what was trained, six digits that tell it from the others, and from which encoder."""
    origin = {"hub": encoder.name, "path": Path(encoder.path or "").name}.get(encoder.source) or encoder.source
    return f"{what} {key[:6]} · {origin} encoder"


def source_tags() -> dict[str, str]:
    """What the UI shows in its columns Source and Version: the command, and the commit where there is one."""
    tags = {"mlflow.source.name": Path(sys.argv[0]).name, "mlflow.source.type": "LOCAL"}
    commit = _git("rev-parse", "HEAD")
    return tags | ({"mlflow.source.git.commit": commit} if commit else {})


def provenance_tags() -> dict[str, str]:
    """Code, data, encoder and library versions behind a run; what cannot be known is left out."""
    tags = {f"version.{package}": version(package) for package in ("torch", "transformers", "datasets", "onnxruntime")}
    commit = _git("rev-parse", "HEAD")
    if commit:
        tags["git.commit"] = commit
        tags["git.dirty"] = str(bool(_git("status", "--porcelain", "--untracked-files=no"))).lower()
    for name, path in (("corpus.sha256", Path("data/articles")), ("lexicon.sha256", Path("data/lexicon"))):
        if path.is_dir():
            tags[name] = sha256_folder(path)
    if Path("dvc.lock").exists():
        tags["dvc.lock.sha256"] = sha256_file(Path("dvc.lock"))
    return tags | _corpus_version(tags.get("corpus.sha256", "")) | _encoder()


def _corpus_version(digest: str) -> dict[str, str]:
    """How much there is, for people, and the digest's first digits."""
    path = Path("reports/corpus.json")
    if not path.exists():
        return {}
    report = read_json(path)
    briefs = report.get("briefs", {}).get("n_articles", 0)
    return {"corpus.version": f"{report['n_articles']} articles, {briefs} briefs, {digest[:12]}"}


def _encoder() -> dict[str, str]:
    path = Path("reports/encoder.json")
    if not path.exists():
        return {}
    report = read_json(path)
    return {"encoder": report["origin"], "encoder.weights_sha256": report["weights_sha256"]}


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, timeout=30, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
