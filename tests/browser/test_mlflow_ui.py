"""The MLflow UI on a store that the pipeline filled, as a person sees it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from mlflow import MlflowClient
from mlflow.entities import Run
from playwright.sync_api import Browser, Page, expect

from tests.browser.look import DESK, HEIGHT, picture
from tests.tiny import environment
from training.tracking.items import EXPERIMENTS
from training.tracking.ui import entrances

pytestmark = pytest.mark.browser

PATIENCE_MS = 120_000
START_SECONDS = 600
LEAN = {"MLFLOW_WORKERS": "1", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
"""One process instead of a dozen: one reader, and no jobs for assistants."""


@dataclass(frozen=True)
class Ui:
    """The UI of the small project, and a client on the same store to know what must be there."""

    page: Page
    address: str
    client: MlflowClient

    def open(self, place: str) -> None:
        """Go to a place of the UI."""
        self.page.goto(f"{self.address}/#{place}")

    def runs(self) -> list[Run]:
        """Every run of the store."""
        experiments = [experiment.experiment_id for experiment in self.client.search_experiments()]
        return list(self.client.search_runs(experiments))

    def artifacts(self, run: Run, folder: str = "") -> Iterator[str]:
        """The paths of a run's files."""
        for item in self.client.list_artifacts(run.info.run_id, folder):
            if item.is_dir:
                yield from self.artifacts(run, item.path)
            else:
                yield item.path


@pytest.fixture(scope="module")
def address(tiny_project: Path) -> Iterator[str]:
    """Where `mawaqif ui` serves the small project."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "training.cli", "ui", "--port", str(port)]
    server = subprocess.Popen(
        command,
        cwd=tiny_project,
        env=environment() | LEAN,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(f"{address}/health", server)
        yield address
    finally:
        os.killpg(server.pid, signal.SIGKILL)  # it only reads
        server.wait(timeout=60)


def wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        assert server.poll() is None, "mawaqif ui ended by itself"
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(1)
    raise AssertionError(f"{url} did not answer within {START_SECONDS} seconds")


@pytest.fixture
def ui(browser: Browser, address: str, tiny_project: Path) -> Iterator[Ui]:
    context = browser.new_context(viewport={"width": DESK, "height": HEIGHT})
    context.set_default_timeout(PATIENCE_MS)
    context.route(re.compile(r"^https?://(?!127\.0\.0\.1[:/])"), lambda route: route.abort())  # nothing from outside
    try:
        yield Ui(context.new_page(), address, MlflowClient(f"sqlite:///{tiny_project / 'mlflow.db'}"))
    finally:
        context.close()


def see(page: Page, text: str) -> None:
    expect(page.get_by_text(text, exact=False).first).to_be_visible(timeout=PATIENCE_MS)


def test_every_experiment_of_the_pipeline_is_listed(ui: Ui, pictures: Path) -> None:
    names = [experiment.name for experiment in ui.client.search_experiments() if experiment.name != "Default"]
    assert len(names) >= 3
    ui.open("/experiments")
    for name in names:
        see(ui.page, name)
    picture(ui.page, pictures, "mlflow experiments")


def test_where_mawaqif_ui_points_the_trainings_are_listed_by_score(ui: Ui, pictures: Path) -> None:
    places = entrances(ui.client, ui.address)
    for name in EXPERIMENTS.values():
        ui.page.goto(places[f"{name}, best first"])
        see(ui.page, "Sort: test/")
        (run,) = ui.client.search_runs([ui.client.get_experiment_by_name(name).experiment_id])
        see(ui.page, run.info.run_name)
    picture(ui.page, pictures, "mlflow runs")


def test_a_training_run_shows_its_charts(ui: Ui, pictures: Path) -> None:
    run = next(run for run in ui.runs() if len(ui.client.get_metric_history(run.info.run_id, "dev_macro_f1")) > 1)
    ui.open(f"/experiments/{run.info.experiment_id}/runs/{run.info.run_id}/model-metrics")
    ui.page.get_by_text("Model metrics").last.scroll_into_view_if_needed(
        timeout=PATIENCE_MS
    )  # charts are drawn in sight
    see(ui.page, "dev_macro_f1")
    expect(ui.page.locator(".js-plotly-plot").first).to_be_visible(timeout=PATIENCE_MS)
    picture(ui.page, pictures, "mlflow charts")


def test_an_html_artifact_is_shown_inside_the_ui(ui: Ui, pictures: Path) -> None:
    run, path = next((run, path) for run in ui.runs() for path in ui.artifacts(run) if path.endswith(".html"))
    ui.open(f"/experiments/{run.info.experiment_id}/runs/{run.info.run_id}/artifacts/{path}")
    heading = ui.page.frame_locator("iframe").locator("h1").first
    expect(heading).to_be_visible(timeout=PATIENCE_MS)
    picture(ui.page, pictures, "mlflow html artifact")


def test_the_registered_models_are_listed_with_their_aliases(ui: Ui, pictures: Path) -> None:
    models = ui.client.search_registered_models()
    assert {model.name for model in models} >= {"mawaqif-section", "mawaqif-stance", "mawaqif-analyzer"}
    ui.open("/models")
    for model in models:
        see(ui.page, model.name)
    see(ui.page, "champion")
    picture(ui.page, pictures, "mlflow models")
    ui.open("/models/mawaqif-analyzer")
    see(ui.page, "champion")
    picture(ui.page, pictures, "mlflow model")
