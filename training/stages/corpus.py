"""Stage `corpus`: annotated articles → validated dataset and its counts; real ones where their texts are at hand.

Public corpora are read where `corpus.sources` names them.
"""

from argparse import Namespace

from training.corpus.public_rows import public_statistics, read_public
from training.corpus.public_storage import save_public
from training.corpus.read import check_distinct, check_rejected, corpus_statistics, read_articles, read_briefs
from training.corpus.standoff import read_standoff
from training.corpus.standoff_join import join_available, save_splits
from training.corpus.storage import save_corpus
from training.files import write_json
from training.params import load_params
from training.stages.entry import run_stage


def main(paths: Namespace) -> None:
    """Read, validate, join, count, store."""
    loaded = load_params()
    params = loaded.corpus
    result, briefs = read_articles(paths.articles), read_briefs(paths.briefs)
    check_rejected(result, params.max_rejected_rate)
    if briefs.articles or briefs.rejected:
        check_rejected(briefs, params.max_rejected_rate)
    check_distinct(result, briefs)
    real = join_available(read_standoff(paths.standoff))
    scored = [article for articles in real.articles.values() for article in articles]
    public = read_public(params, loaded.split, [*result.articles, *scored])
    save_corpus(result.articles, briefs.articles, paths.out)
    save_splits(real, paths.real)
    save_public(public, paths.public)
    counts = {
        **corpus_statistics(result),
        "briefs": corpus_statistics(briefs),
        "real": real.statistics(),
        "public": public_statistics(public),
    }
    write_json(paths.report, counts)


if __name__ == "__main__":
    run_stage("corpus", main, "articles", "briefs", "standoff", "out", "real", "public", "report")
