"""A page in Chromium with all it says and asks for, and what makes a page bad."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

PHONE, DESK = 390, 1280
HEIGHT = 844
COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass
class Visit:
    """An open page, what stood in its console, and every address it asked for."""

    page: Page
    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@contextmanager
def visit(
    browser: Browser,
    path: Path,
    width: int = DESK,
    scheme: Literal["light", "dark"] = "light",
    *,
    script: bool = True,
) -> Iterator[Visit]:
    """Open a file; a narrow window is a phone's, with touch."""
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHT},
        color_scheme=scheme,
        has_touch=width == PHONE,
        java_script_enabled=script,
    )
    seen = Visit(context.new_page())
    seen.page.on("console", lambda message: seen.console.append(message.text))
    seen.page.on("pageerror", lambda error: seen.console.append(str(error)))
    seen.page.on("request", lambda request: seen.requests.append(request.url))
    try:
        seen.page.goto(path.as_uri())
        yield seen
    finally:
        context.close()


def faults(seen: Visit, path: Path) -> list[str]:
    """What is wrong with a page that needs nothing else: noise, requests, sideways scrolling, barriers."""
    found = [f"console: {message}" for message in seen.console]
    found += [f"request: {url}" for url in seen.requests if url != path.as_uri() and not url.startswith("data:")]
    widths: Any = seen.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    found += [f"{widths[0]} px wide in a window of {widths[1]}"] if widths[0] > widths[1] else []
    return found + barriers(seen.page)


def barriers(page: Page) -> list[str]:
    """What axe-core calls serious or critical."""
    violations = Axe().run(page).response["violations"]
    return [
        f"{violation['id']}: {node['target']} {node['html'][:160]}"
        for violation in violations
        if violation["impact"] in {"serious", "critical"}
        for node in violation["nodes"]
    ]


def direction(page: Page, selector: str) -> str:
    """The computed direction of an element."""
    return str(page.locator(selector).first.evaluate("node => getComputedStyle(node).direction"))


def picture(page: Page, folder: Path, name: str) -> None:
    """A screenshot of the whole page."""
    page.screenshot(path=folder / f"{re.sub('[^a-z0-9]+', '-', name.lower())}.png", full_page=True)
