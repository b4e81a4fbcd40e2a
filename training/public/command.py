"""What `mawaqif public` does: fill the cells, write the table, log the results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from training.errors import InputError
from training.params import load_params
from training.public.log import log_result
from training.public.protocols import PROTOCOLS
from training.public.run import Options, Say, fill_cells
from training.public.systems import SYSTEMS
from training.public.table import write_table


def measure(
    protocols: Sequence[str],
    every: bool,
    seeds: str,
    systems: Sequence[str],
    encoder: Path,
    mirror: Path | None,
    out: Path,
    *,
    force: bool,
    say: Say,
) -> None:
    """Measure the named protocols (or every one); the table shows all cells in `out`."""
    if every == bool(protocols):
        raise InputError(f"protocols: give --all, or some of {', '.join(PROTOCOLS)}")
    params = load_params()
    options = Options(
        protocols=tuple(protocols or PROTOCOLS),
        systems=tuple(systems or SYSTEMS),
        seeds=parse_seeds(seeds),
        encoder=encoder,
        mirror=mirror,
        out=out,
        force=force,
    )
    fill_cells(options, params, say)
    for result in write_table(out, params.evaluate):
        if result.protocol.name in options.protocols:
            log_result(result, out)
    say(f"Table: {out / 'table.md'}")


def parse_seeds(text: str) -> tuple[int, ...]:
    """`13,14` as numbers, each once. Raises `InputError` on anything else."""
    try:
        return tuple(dict.fromkeys(int(part) for part in text.split(",")))
    except ValueError as error:
        raise InputError(f"--seeds {text}: not numbers; expected such as 13,14,15; correct it") from error
