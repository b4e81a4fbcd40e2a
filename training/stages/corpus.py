"""Stage `corpus`: annotated articles → validated dataset and its counts; real ones where their texts are at hand."""

from argparse import Namespace

from training.corpus.read import check_distinct, check_rejected, corpus_statistics, read_articles, read_briefs
from training.corpus.standoff import read_standoff
from training.corpus.standoff_join import join_available, save_splits
from training.corpus.storage import save_corpus
from training.files import write_json
from training.params import load_params
from training.stages.entry import run_stage


def main(paths: Namespace) -> None:
    """Read, validate, join, count, store."""
    params = load_params().corpus
    result, briefs = read_articles(paths.articles), read_briefs(paths.briefs)
    check_rejected(result, params.max_rejected_rate)
    if briefs.articles or briefs.rejected:
        check_rejected(briefs, params.max_rejected_rate)
    check_distinct(result, briefs)
    real = join_available(read_standoff(paths.standoff))
    save_corpus(result.articles, briefs.articles, paths.out)
    save_splits(real, paths.real)
    counts = {**corpus_statistics(result), "briefs": corpus_statistics(briefs), "real": real.statistics()}
    write_json(paths.report, counts)


if __name__ == "__main__":
    run_stage("corpus", main, "articles", "briefs", "standoff", "out", "real", "report")
