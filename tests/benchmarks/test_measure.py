"""What the benchmarks' figures are made of."""

from __future__ import annotations

import pytest

from benchmarks.measure import alternate, exponent, in_own_process, rates, significant, spread, times_faster

MIB = 2**20


def hold(n_bytes: int) -> int:
    return len(bytearray(b"x") * n_bytes)


def test_candidates_alternate_and_each_round_begins_with_another() -> None:
    calls: list[tuple[str, int]] = []

    def candidate(name: str, seconds: float) -> object:
        return lambda n: calls.append((name, n)) or seconds + n

    found = alternate({"a": candidate("a", 1.0), "b": candidate("b", 5.0)}, 3)
    assert calls == [("a", 0), ("b", 0), ("b", 1), ("a", 1), ("a", 2), ("b", 2)]
    assert found == {"a": [1.0, 2.0, 3.0], "b": [5.0, 6.0, 7.0]}


def test_a_spread_is_median_and_range() -> None:
    assert spread([3.0, 1.0, 10.0]).json() == {"median": 3.0, "low": 1.0, "high": 10.0, "n": 3}
    assert rates(6, [1.0, 2.0, 3.0]).json() == {"median": 3.0, "low": 2.0, "high": 6.0, "n": 3}


def test_ratios_are_taken_round_by_round() -> None:
    assert times_faster([1.0, 10.0], [4.0, 20.0]).json() == {"median": 3.0, "low": 2.0, "high": 4.0, "n": 2}


@pytest.mark.parametrize(("power", "factor"), [(1.0, 3.0), (2.0, 0.1), (0.0, 7.0)])
def test_the_exponent_of_a_power_is_that_power(power: float, factor: float) -> None:
    sizes = [10, 100, 1000]
    assert exponent(sizes, [factor * size**power for size in sizes]) == pytest.approx(power, abs=1e-3)


def test_a_process_of_its_own_gives_its_result_and_its_own_peak_memory() -> None:
    held = bytearray(b"x") * (200 * MIB)
    small, large = in_own_process(hold, 1), in_own_process(hold, 150 * MIB)
    assert (small.result, large.result, len(held)) == (1, 150 * MIB, 200 * MIB)
    assert large.peak_mib - small.peak_mib == pytest.approx(150, abs=30)
    assert large.grown_mib - small.grown_mib == pytest.approx(150, abs=30)
    assert small.peak_mib < 150  # not the parent's
    assert large.seconds > 0


def test_figures_keep_four_digits() -> None:
    assert [significant(value) for value in (123456.0, 0.00123456, 0.0)] == [123500.0, 0.001235, 0.0]
