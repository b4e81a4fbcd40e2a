"""Stage `corpus`: annotated articles → validated dataset and its counts."""

from argparse import Namespace

from training.corpus.read import check_rejected, corpus_statistics, read_articles
from training.corpus.storage import save, to_dataset
from training.files import write_json
from training.params import load_params
from training.stages.entry import run_stage


def main(paths: Namespace) -> None:
    """Read, validate, count, store."""
    params = load_params().corpus
    result = read_articles(paths.articles)
    check_rejected(result, params.max_rejected_rate)
    save(to_dataset(result.articles), paths.out)
    write_json(paths.report, corpus_statistics(result))


if __name__ == "__main__":
    run_stage("corpus", main, "articles", "out", "report")
