"""Stage `split`: dataset → train, dev and test, no story in two of them."""

from argparse import Namespace

from datasets import DatasetDict

from training.corpus.split import split_by_story, split_report
from training.corpus.storage import load_corpus, save, to_articles, to_dataset
from training.files import write_json
from training.params import load_params
from training.stages.entry import run_stage


def main(paths: Namespace) -> None:
    """Cluster, divide, prove, store."""
    params = load_params().split
    articles = list(to_articles(load_corpus(paths.corpus)))
    split = split_by_story(articles, params)
    report = split_report(articles, split, params)
    parts = {name: to_dataset([articles[i] for i in indices]) for name, indices in split.indices.items()}
    save(DatasetDict(parts), paths.out)
    write_json(paths.report, report)


if __name__ == "__main__":
    run_stage("split", main, "corpus", "out", "report")
