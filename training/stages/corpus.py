"""Stage `corpus`: annotated articles → validated dataset and its counts; real ones where their texts are at hand."""

from argparse import Namespace

from training.corpus.read import check_rejected, corpus_statistics, read_articles
from training.corpus.standoff import read_standoff
from training.corpus.standoff_join import join_available, save_splits
from training.corpus.storage import save, to_dataset
from training.files import write_json
from training.params import load_params
from training.stages.entry import run_stage


def main(paths: Namespace) -> None:
    """Read, validate, join, count, store."""
    params = load_params().corpus
    result = read_articles(paths.articles)
    check_rejected(result, params.max_rejected_rate)
    real = join_available(read_standoff(paths.standoff))
    save(to_dataset(result.articles), paths.out)
    save_splits(real, paths.real)
    write_json(paths.report, {**corpus_statistics(result), "real": real.statistics()})


if __name__ == "__main__":
    run_stage("corpus", main, "articles", "standoff", "out", "real", "report")
