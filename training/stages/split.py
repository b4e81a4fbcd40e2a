"""Stage `split`: dataset → train, dev and test, no story in two of them; briefs join train."""

from argparse import Namespace

from datasets import DatasetDict

from training.corpus.split import add_briefs, split_by_story, split_report
from training.corpus.storage import load_corpus, save, to_articles, to_dataset
from training.files import write_json
from training.params import load_params
from training.stages.entry import run_stage


def main(paths: Namespace) -> None:
    """Cluster, divide, prove, store."""
    params = load_params().split
    corpus = load_corpus(paths.corpus)
    briefs = list(to_articles(corpus.get("briefs", [])))
    divided = list(to_articles(corpus["articles"]))
    articles, split = add_briefs(divided, split_by_story(divided, params), briefs, params)
    n_kept = len(articles) - len(divided)
    report = {**split_report(articles, split, params), "n_briefs": n_kept, "briefs_left_out": len(briefs) - n_kept}
    parts = {name: to_dataset([articles[i] for i in indices]) for name, indices in split.indices.items()}
    save(DatasetDict(parts), paths.out)
    write_json(paths.report, report)


if __name__ == "__main__":
    run_stage("split", main, "corpus", "out", "report")
