"""The committed table, as Markdown and JSON, with the command that makes each part of it again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from training.files import write_bytes, write_json
from training.params import EvaluateParams
from training.public.protocols import PROTOCOLS, Anchor
from training.public.results import ProtocolResult, Score, SystemResult, protocol_result
from training.public.systems import SYSTEMS

DEFAULT_OUT = Path("reports/public")


def write_table(out: Path, params: EvaluateParams) -> list[ProtocolResult]:
    """Recompute `table.md` and `table.json` from all cells in `out`. Raises `MixedCellsError` on cells that differ."""
    found = [protocol_result(out, name, params) for name in PROTOCOLS]
    results = [result for result in found if result is not None]
    write_bytes(out / "table.md", format_markdown(results, params, out).encode())
    write_json(out / "table.json", [as_record(result, out) for result in results])
    return results


def command_of(result: ProtocolResult, out: Path = DEFAULT_OUT) -> str:
    """The command line that makes the cells of one protocol."""
    systems = dict.fromkeys(row.system for row in result.results)
    seeds = sorted({seed for row in result.results for seed in row.seeds})
    parts = ["mawaqif public", result.protocol.name, *(f"--system {name}" for name in systems)]
    parts.append(f"--seeds {','.join(map(str, seeds))}")
    if out != DEFAULT_OUT:
        parts.append(f"--out {out.name if out.is_absolute() else out.as_posix()}")
    return " ".join(parts)


def format_markdown(results: Sequence[ProtocolResult], params: EvaluateParams, out: Path = DEFAULT_OUT) -> str:
    """The whole page."""
    return "\n".join(_page(results, params, out)) + "\n"


def as_record(result: ProtocolResult, out: Path = DEFAULT_OUT) -> dict[str, Any]:
    """One protocol for `table.json`."""
    protocol = result.protocol
    return {
        "protocol": protocol.name,
        "corpora": list(protocol.corpora),
        "setting": protocol.setting,
        "resampled": protocol.resampled,
        "labels": list(protocol.labels),
        "command": command_of(result, out),
        "data_sha256": result.data_sha256,
        "incomplete": result.incomplete,
        "anchors": [vars(anchor) for anchor in protocol.anchors],
        "results": [_system_record(row) for row in result.results],
    }


def _system_record(row: SystemResult) -> dict[str, Any]:
    scores = {score.key: {**score.estimate.as_dict(), "sd": score.sd, "by_seed": score.by_seed} for score in row.scores}
    return {name: value for name, value in vars(row).items() if name != "scores"} | {"scores": scores}


def _page(results: Sequence[ProtocolResult], params: EvaluateParams, out: Path) -> Iterator[str]:
    yield "# Scores on public corpora"
    yield ""
    yield (
        f"Mean over seeds, its {params.confidence:.0%} bootstrap interval ({params.resamples:,} resamples), and ± the standard"
        " deviation between seeds where there are several. Systems without chance have one seed. No corpus's withheld test"
        " file was read. Written by `mawaqif public`; docs/public-corpora.md says how it is measured."
    )
    for result in results:
        yield from _section(result, out)


def _section(result: ProtocolResult, out: Path) -> Iterator[str]:
    protocol = result.protocol
    yield from ("", f"## {protocol.name}", "", f"{protocol.setting} Intervals resample {protocol.resampled}.", "")
    names = [metric.name for metric in protocol.metrics]
    yield f"| system | part | {' | '.join(names)} | n | groups | n train | seeds |"
    yield "|---|---|" + "---|" * (len(names) + 4)
    for row in sorted(result.results, key=lambda row: row.part):
        scores = " | ".join(_cell(score) for score in row.scores)
        counts = f"{row.n:,} | {row.n_groups:,} | {row.n_train:,} | {len(row.seeds)}"
        yield f"| {SYSTEMS[row.system].title} | {row.part} | {scores} | {counts} |"
    yield ""
    yield from _limits(result.results)
    yield from (_anchor(anchor) for anchor in protocol.anchors)
    if not protocol.anchors:
        yield "Published: no score known for this setting."
    yield from ("", f"```\n{command_of(result, out)}\n```")
    if result.incomplete:
        yield from ("", f"Left out: {'; '.join(result.incomplete)}.")
    if result.of_two_codes:
        yield from ("", f"Cells made by more than one state of the code: {', '.join(result.of_two_codes)}.")


def _limits(results: Sequence[SystemResult]) -> Iterator[str]:
    """How far each fine-tuned system was trained."""
    for system, settings in {row.system: row.settings for row in results if "max_epochs" in row.settings}.items():
        yield (
            f"Trained, {SYSTEMS[system].title}: at most {settings['max_epochs']} epochs and"
            f" {settings['max_train_rows']:,} rows of {settings['max_tokens']} tokens,"
            f" {settings['frozen_layers']} layers frozen.\n"
        )


def _anchor(anchor: Anchor) -> str:
    return (
        f"Published: **{anchor.value:.3f}** {anchor.metric}, {anchor.system} ({anchor.citation})."
        f" Not the same rows: {anchor.remark}.\n"
    )


def _cell(score: Score) -> str:
    value = f"{score.estimate.value:.3f}"
    if score.estimate.low is not None and score.estimate.high is not None:
        value += f" ({score.estimate.low:.3f}–{score.estimate.high:.3f})"
    return value if score.sd is None else f"{value} ± {score.sd:.3f}"
