"""Speed of the quote rules, how their time grows with the text, and whether any text breaks them.

    python benchmarks/quote_rules.py                  # articles/s on one core, growth at 1×, 10×, 100×
    python benchmarks/quote_rules.py --fuzz 100000    # and that many random texts, which must raise nothing

Results go to benchmarks/results/quote_rules.json. Speed is the median of five passes over the authored articles; growth
is the exponent of a least-squares fit of log time on log length, 1 where time is linear.
"""

from __future__ import annotations

import argparse
import math
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from training.files import write_json
from training.jsonl import read_records
from training.quotes import Lexicon, extract_quotes

SIGNS = ["“", "”", "„", "«", "»", '"', ":", "،", ".", "؟", "!", "(", ")", "-", "\n", "\r\n", "\t"]
INJECTED = [
    "\u200f",
    "\u202e",
    "\u2066",
    "\u200b",
    "\u0640",
    "\u064e",
    "\u0651",
    "\ud800",
    "\x00",
    "😀",
    "abc",
    "12",
    "é",
    "中",
]
PASSES = 5


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=Path, default=Path("data/articles"))
    parser.add_argument("--lexicon", type=Path, default=Path("data/lexicon"))
    parser.add_argument("--fuzz", type=int, default=0, metavar="N")
    parser.add_argument("--seed", type=int, default=13)
    options = parser.parse_args()
    lexicon = Lexicon.load(options.lexicon)
    texts = [row["text"] for path in sorted(options.articles.glob("*.jsonl")) for row in read_records(path)]
    results: dict[str, Any] = {"speed": speed(texts, lexicon), "growth": growth(texts, lexicon)}
    if options.fuzz:
        results["fuzz"] = fuzz(texts, lexicon, options.fuzz, random.Random(options.seed))
    write_json(Path("benchmarks/results/quote_rules.json"), results)
    for name, values in results.items():
        print(name, values)
    if results.get("fuzz", {}).get("raised"):
        sys.exit(1)


def speed(texts: Sequence[str], lexicon: Lexicon) -> dict[str, float]:
    """Articles a second on one core: the median pass, the slowest and the fastest."""
    rates = sorted(len(texts) / timed(lambda: [extract_quotes(text, lexicon) for text in texts]) for _ in range(PASSES))
    return {
        "n_articles": len(texts),
        "articles_a_second": round(statistics.median(rates), 1),
        "slowest": round(rates[0], 1),
        "fastest": round(rates[-1], 1),
    }


def growth(texts: Sequence[str], lexicon: Lexicon) -> dict[str, Any]:
    """Seconds for 1×, 10× and 100× of a text, as paragraphs and as one paragraph, and the exponent."""
    article = " ".join(texts[0].split())
    found: dict[str, Any] = {"characters": len(article)}
    for name, joint in (("paragraphs", "\n"), ("one_paragraph", " "), ("no_punctuation", None)):
        text, joint = (
            ("".join(c for c in article if c.isalpha() or c == " "), " ") if joint is None else (article, joint)
        )
        seconds = {n: best(lambda n=n, t=text, j=joint: extract_quotes(j.join([t] * n), lexicon)) for n in (1, 10, 100)}
        found[name] = {f"{n}x": round(value, 4) for n, value in seconds.items()}
        found[name]["exponent"] = round(slope([(math.log(n), math.log(value)) for n, value in seconds.items()]), 3)
    return found


def fuzz(texts: Sequence[str], lexicon: Lexicon, n: int, draw: random.Random) -> dict[str, Any]:
    """Shuffled words, cut and damaged passages, random signs and scripts, now and then a paragraph of a megabyte."""
    words = [word for text in texts for word in text.split()]
    raised: list[str] = []
    started = time.perf_counter()
    for number in range(n):
        text = damaged(texts, words, draw) if number % 10_000 else draw.choice(words + SIGNS) * 2**18
        try:
            for extracted in extract_quotes(text, lexicon):
                if any(text[span.start : span.end] != span.text for span in extracted.quote.spans):
                    raised.append(f"wrong offsets: {text[:200]!r}")
        except Exception as error:  # whatever it is, the report is what this run is for
            raised.append(f"{type(error).__name__}: {text[:200]!r}")
    return {"n": n, "raised": raised[:20], "n_raised": len(raised), "seconds": round(time.perf_counter() - started, 1)}


def damaged(texts: Sequence[str], words: Sequence[str], draw: random.Random) -> str:
    """One random text."""
    if draw.random() < 0.5:
        vocabulary = [draw.choice(words) for _ in range(30)] + SIGNS + INJECTED
        return draw.choice([" ", ""]).join(draw.choice(vocabulary) for _ in range(draw.randint(0, 60)))
    text = draw.choice(texts)
    start = draw.randrange(len(text))
    text = text[start : start + draw.randint(1, 600)]
    for _ in range(draw.randint(0, 8)):
        place = draw.randrange(len(text) + 1)
        text = text[:place] + draw.choice([*SIGNS, *INJECTED, ""]) + text[place + draw.randint(0, 3) :]
    return text


def timed(run: Callable[[], Any]) -> float:
    """Processor seconds of one call."""
    started = time.process_time()
    run()
    return time.process_time() - started


def best(run: Callable[[], Any]) -> float:
    """The least processor seconds of three calls."""
    return min(timed(run) for _ in range(3))


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Of the least-squares line."""
    return statistics.linear_regression(*zip(*points, strict=True)).slope


if __name__ == "__main__":
    main()
