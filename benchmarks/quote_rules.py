"""Speed of the quote rules, how their time grows with the text, and whether any text breaks them.

    python -m benchmarks.run --only quote_rules          # articles/s on one core, growth at 1×, 10×, 100×
    python -m benchmarks.quote_rules --fuzz 100000       # that many random texts, which must raise nothing

Speed is the median of the passes over the authored articles; growth is the exponent of a least-squares fit of log time
on log length, 1 where time is linear. What the fuzzing found goes to benchmarks/results/quote_rules_fuzz.json.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.inputs import SEED, Setting, require
from benchmarks.measure import exponent, rates, significant
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
SIZES = (1, 10, 100)
"""Times that a text is repeated."""


def run(setting: Setting) -> dict[str, Any]:
    """Articles a second of one core, and growth."""
    lexicon = Lexicon.load(setting.lexicon)
    texts = _texts(setting)
    seconds = [timed(lambda: [extract_quotes(text, lexicon) for text in texts]) for _ in range(setting.n_rounds)]
    return {
        "n_articles": len(texts),
        "articles_a_second": rates(len(texts), seconds).json(),
        "growth": growth(texts, lexicon),
    }


def table(found: Mapping[str, Any]) -> Iterator[str]:
    """A line for speed, one a kind of text for growth."""
    rate = found["articles_a_second"]
    yield f"{rate['median']:.0f} articles/s ({rate['low']}–{rate['high']}) on one core"
    for name, row in found["growth"].items():
        yield f"{name:<16} time ~ length^{row['exponent']}"


def main() -> None:
    """Fuzz; exit 1 when a text raises or gives wrong offsets."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fuzz", type=int, required=True, metavar="N")
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args()
    setting = Setting()
    found = fuzz(_texts(setting), Lexicon.load(setting.lexicon), options.fuzz, random.Random(options.seed))
    write_json(Path("benchmarks/results/quote_rules_fuzz.json"), found)
    print(found)
    sys.exit(1 if found["raised"] else 0)


def _texts(setting: Setting) -> list[str]:
    paths = sorted(require(setting.articles, "git checkout data/articles").glob("*.jsonl"))
    return [row["text"] for path in paths for row in read_records(path)]


def growth(texts: Sequence[str], lexicon: Lexicon) -> dict[str, Any]:
    """Seconds for 1×, 10× and 100× of a text, as paragraphs and as one paragraph, and the exponent."""
    article = " ".join(texts[0].split())
    found: dict[str, Any] = {}
    for name, joint in (("paragraphs", "\n"), ("one_paragraph", " "), ("no_punctuation", None)):
        text, joint = (
            ("".join(c for c in article if c.isalpha() or c == " "), " ") if joint is None else (article, joint)
        )
        seconds = [best(lambda n=n, t=text, j=joint: extract_quotes(j.join([t] * n), lexicon)) for n in SIZES]
        found[name] = {f"{n}x": significant(value) for n, value in zip(SIZES, seconds, strict=True)}
        found[name]["exponent"] = exponent(SIZES, seconds)
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


if __name__ == "__main__":
    main()
