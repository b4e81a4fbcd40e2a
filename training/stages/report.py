"""Stage `report`: everything measured → one page, model cards and learning curves."""

from argparse import Namespace

from training.evaluation.errors import instructive_errors
from training.evaluation.page import PlotImage, model_card, render_index
from training.evaluation.plots import plot_learning_curve
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
    page = render_index(
        reports,
        corpus=read_json(paths.reports / "corpus.json"),
        split=read_json(paths.reports / "split.json"),
        labels=read_json(paths.reports / "labels.json"),
        behaviour=read_json(paths.reports / "behaviour" / "metrics.json"),
        curves=curves,
        plots=[
            PlotImage(task, plot.stem, plot.read_bytes())
            for task in EVALUATIONS
            for plot in sorted((paths.reports / task / "plots").glob("*.png"))
        ],
        errors={
            task: instructive_errors(task, read_records(paths.reports / task / "predictions.jsonl"))
            for task in EVALUATIONS
        },
    )
    write_bytes(paths.out, page.encode())
    print(format_table(results_table(reports)))


if __name__ == "__main__":
    run_stage("report", main, "models", "reports", "out", "cards", "training")
