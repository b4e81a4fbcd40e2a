"""Stage `report`: everything measured → one page, model cards and learning curves."""

from argparse import Namespace

from training.evaluation.errors import instructive_errors
from training.evaluation.page import EvaluationParts, dataset_card, model_card, read_plots, render_index
from training.evaluation.plots import plot_learning_curve
from training.evaluation.slices import read_slices
from training.evaluation.table import format_table, results_table
from training.files import read_json, write_bytes
from training.jsonl import read_records
from training.stages.entry import run_stage

TASKS = ("section", "stance")
EVALUATIONS = ("section", "quotes", "stance", "end_to_end")


def main(paths: Namespace) -> None:
    """Draw, render, print the table."""
    reports = {name: read_json(paths.reports / name / "metrics.json") for name in EVALUATIONS}
    curves = {task: read_json(paths.models / task / "learning_curve.json") for task in TASKS}
    for task in TASKS:
        plot_learning_curve(curves[task], paths.training / f"{task}_learning_curve.png")
        card = model_card(task, read_json(paths.models / task / "task.json"), reports[task])
        write_bytes(paths.cards / f"{task}.md", card.encode())
    parts = {
        name: EvaluationParts(
            report=reports[name],
            curve=curves.get(name, ()),
            plots=read_plots(paths.reports / name / "plots"),
            slices=read_slices(paths.reports / name / "plots" / "slices.csv"),
            real_slices=read_slices(paths.reports / name / "plots" / "real" / "slices.csv"),
            errors=instructive_errors(name, read_records(paths.reports / name / "predictions.jsonl")),
        )
        for name in EVALUATIONS
    }
    corpus, split, labels = (read_json(paths.reports / f"{name}.json") for name in ("corpus", "split", "labels"))
    behaviour = read_json(paths.reports / "behaviour" / "metrics.json")
    page = render_index(parts, corpus, split, labels=labels, behaviour=behaviour)
    write_bytes(paths.cards / "dataset.md", dataset_card(corpus, split).encode())
    write_bytes(paths.out, page.encode())
    print(format_table(results_table(reports)))


if __name__ == "__main__":
    run_stage("report", main, "models", "reports", "out", "cards", "training")
