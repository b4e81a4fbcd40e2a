"""Who is champion: the gate applied to registered versions, promotion and rollback by hand.

A version is judged once, when it is registered; after that its verdict changes only by `promote` or `rollback`. Every
step is written so that a call that was killed can be repeated: numbers first, then the alias, the verdict last.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mlflow import MlflowClient
from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from training.errors import InputError, MawaqifError
from training.evaluation.gate import Comparison, Verdict, decide
from training.evaluation.paired import Evidence, compare
from training.export.bundle import open_bundle
from training.files import read_json, sha256_file
from training.jsonl import read_records
from training.params import Params
from training.tracking.items import EVALUATIONS, HEADLINES, MODEL_NAMES
from training.tracking.locate import locate_bundle, resolve_version
from training.tracking.run import LiveRun
from training.tracking.store import connect, store_lock
from training.tracking.versions import (
    CHAMPION,
    CONTENT_TAG,
    NUMBERS_TAG,
    PREVIOUS_TAG,
    REASON_TAG,
    VERDICT_TAG,
    champion_version,
)

ROLLED_BACK = "rolled back"
EVIDENCE = "evidence"
"""Folder among a run's artifacts: predictions and metrics of each version that came from it, by content."""


@dataclass(frozen=True)
class Judgement:
    """A verdict and, where two models were compared, the numbers behind it."""

    verdict: Verdict
    comparison: Comparison | None = None


def log_evidence(run: LiveRun, kind: str, content_sha256: str, reports: Path) -> None:
    """Keep with a version's run what the gate will want to know of it; twice changes nothing."""
    files = {f"{name}/metrics.json": reports / name / "metrics.json" for name in EVALUATIONS[kind]}
    evaluation, _ = HEADLINES[kind]
    files[f"{evaluation}/predictions.jsonl"] = reports / evaluation / "predictions.jsonl"
    tag = f"mawaqif.{EVIDENCE}.{content_sha256[:12]}"
    state = ",".join(sha256_file(path)[:12] for path in files.values())
    if run.tag(tag) == state:
        return
    for name, path in files.items():
        run.artifacts(path, f"{_evidence_folder(content_sha256)}/{Path(name).parent}")
    run.tags({tag: state})


def judge(client: MlflowClient, entry: ModelVersion, params: Params) -> Judgement:
    """Apply the gate to a version. A champion whose predictions cannot be read is not replaced."""
    champion = champion_version(client, entry.name)
    if champion is None:
        return Judgement(Verdict(True, "first version: there was no champion"))
    if champion.version == entry.version:
        return Judgement(Verdict(True, entry.tags.get(REASON_TAG, "is the champion already")))
    try:
        challenging, reigning = (_read_evidence(client, version) for version in (entry, champion))
    except MawaqifError as error:
        return Judgement(Verdict(False, f"no comparison: {error}"))
    evaluation, _ = HEADLINES[kind_of(entry.name)]
    comparison = compare(evaluation, challenging, reigning, params.evaluate)
    verdict = decide(comparison, params.register_)
    reason = f"against version {champion.version}: {verdict.reason}"
    return Judgement(Verdict(verdict.promoted, reason), comparison)


def settle(client: MlflowClient, entry: ModelVersion, judgement: Judgement) -> None:
    """Write a judgement to the version and to its run, and move the alias where it says so."""
    verdict, comparison = judgement.verdict, judgement.comparison
    tags = {REASON_TAG: verdict.reason}
    if comparison is not None:
        tags[NUMBERS_TAG] = json.dumps(_numbers(comparison), ensure_ascii=False)
        _log_numbers(LiveRun(client, str(entry.run_id)), entry, comparison)
    champion = champion_version(client, entry.name)
    if verdict.promoted and champion is not None and champion.version != entry.version:
        tags[PREVIOUS_TAG] = str(champion.version)
    _tag(client, entry, tags)
    if verdict.promoted:
        client.set_registered_model_alias(entry.name, CHAMPION, entry.version)
    _tag(client, entry, {VERDICT_TAG: "promoted" if verdict.promoted else "refused"})


def promote(name: str, version: str, params: Params, *, force_reason: str | None = None) -> Verdict:
    """Judge a version anew and make it champion if the gate, or with a `force_reason` the caller, says so.

    Raises `InputError` when there is no such version or its files are not what was registered.
    """
    client = connect()
    with store_lock():
        entry = _checked_version(client, name, version)
        judgement = judge(client, entry, params)
        if force_reason is not None:
            verdict = Verdict(True, f"forced: {force_reason} (gate: {judgement.verdict.reason})")
            judgement = Judgement(verdict, judgement.comparison)
        settle(client, entry, judgement)
    return judgement.verdict


def rollback(name: str, reason: str) -> tuple[str, str]:
    """Make the champion's predecessor champion again; returns the numbers of the version that went and that came.

    The version that went is not promoted by the pipeline again. Raises `InputError` when there is no predecessor.
    """
    client = connect()
    with store_lock():
        _, number = resolve_version(client, f"models:/{name}@{CHAMPION}")
        going = client.get_model_version(name, number)
        previous = going.tags.get(PREVIOUS_TAG)
        if previous is None:
            raise InputError(f"{name}: version {number} replaced no champion; `mawaqif promote` another version")
        coming = _checked_version(client, name, previous)
        _tag(client, going, {VERDICT_TAG: ROLLED_BACK, REASON_TAG: f"rolled back to version {previous}: {reason}"})
        client.set_registered_model_alias(name, CHAMPION, coming.version)
    return number, previous


def kind_of(name: str) -> str:
    """`section`, `stance` or `analyzer` behind a registered name. Raises `InputError` for another one."""
    for kind, known in MODEL_NAMES.items():
        if name == known:
            return kind
    raise InputError(f"{name}: no such model; expected one of {', '.join(MODEL_NAMES.values())}")


def _checked_version(client: MlflowClient, name: str, version: str) -> ModelVersion:
    kind_of(name)
    model = f"models:/{name}/{version}"
    resolve_version(client, model)
    entry = client.get_model_version(name, version)
    with locate_bundle(model) as bundle:
        content = open_bundle(bundle.folder).content_sha256
    if content != entry.tags.get(CONTENT_TAG):
        raise InputError(f"{model}: holds {content[:12]}; expected {entry.tags.get(CONTENT_TAG)}; register it again")
    return entry


def _read_evidence(client: MlflowClient, entry: ModelVersion) -> Evidence:
    kind = kind_of(entry.name)
    evaluation, _ = HEADLINES[kind]
    source = _evidence_folder(entry.tags.get(CONTENT_TAG, ""))
    with tempfile.TemporaryDirectory(prefix="mawaqif-") as scratch:
        try:
            folder = Path(client.download_artifacts(str(entry.run_id), source, scratch))
        except (MlflowException, OSError) as error:
            raise InputError(
                f"the predictions of version {entry.version} cannot be read ({error}); `mawaqif promote --force` if "
                "you know better"
            ) from error
        reports = {name: read_json(folder / name / "metrics.json") for name in EVALUATIONS[kind]}
        rows = read_records(folder / evaluation / "predictions.jsonl")
    return Evidence(rows, {name: float(report["ece"]["value"]) for name, report in reports.items() if "ece" in report})


def _evidence_folder(content_sha256: str) -> str:
    return f"{EVIDENCE}/{content_sha256[:12]}"


def _numbers(comparison: Comparison) -> dict[str, Any]:
    return {
        "paired": comparison.paired,
        "champion": comparison.champion,
        "challenger": comparison.challenger,
        "difference": comparison.difference.as_dict(),
        "slices": {part.name: [part.champion, part.challenger, part.n] for part in comparison.slices},
        "calibration": {part.name: [part.champion, part.challenger] for part in comparison.calibration},
    }


def _log_numbers(run: LiveRun, entry: ModelVersion, comparison: Comparison) -> None:
    change = comparison.difference
    values = {"gate_difference": change.value, "gate_difference_low": change.low, "gate_difference_high": change.high}
    run.metrics({name: value for name, value in values.items() if value is not None}, step=int(entry.version))


def _tag(client: MlflowClient, entry: ModelVersion, tags: Mapping[str, str]) -> None:
    for name, value in tags.items():
        client.set_model_version_tag(entry.name, entry.version, name, value)
