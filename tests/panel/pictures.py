"""Pictures of the panel beside its notebook, in both themes; `make pictures` keeps them for the docs."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

from PIL import Image

FOLDER = Path(__file__).parents[2] / "docs" / "images" / "panel"
WANTED = bool(os.environ.get("NBREPRO_PICTURES"))
SCALE = 2 if WANTED else 1
"""Pixels of the screen a pixel of the page: sharp on any display."""
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
COLOURS = 256
RESTING = """() => document.getAnimations().every(one => one.playState !== 'running')
  && !document.querySelector('#jupyterlab-splash')"""


def opened(open_page: Any, path: str) -> Any:
    """Open a notebook in a window whose panel can still be read where a page shows it smaller."""
    panel = open_page(path, height=700, width=920)
    if panel.page.is_visible("#filebrowser"):
        panel.command("filebrowser:toggle-main")
    panel.page.evaluate(CLOSE_LAUNCHERS)
    return panel


CLOSE_LAUNCHERS = """() => [...window.jupyterapp.shell.widgets('main')]
  .filter(one => one.id.startsWith('launcher')).forEach(one => one.dispose())"""


def picture(panel: Any, name: str) -> None:
    """Take a picture in both themes, where pictures are wanted."""
    if not WANTED:
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    panel.page.mouse.move(400, 640)
    panel.page.evaluate("document.querySelector('.nbr-Panel').scrollTop = 0")
    panel.page.wait_for_selector("[data-live=waiting]", state="detached")
    for theme, title in THEMES.items():
        panel.command("apputils:change-theme", {"theme": title})
        light = str(theme == "light").lower()
        panel.page.wait_for_selector(f'body[data-jp-theme-light="{light}"]', state="attached")
        panel.page.wait_for_function(RESTING)
        shot = Image.open(io.BytesIO(panel.page.screenshot())).convert("RGB")
        shot.quantize(COLOURS, dither=Image.Dither.NONE).save(FOLDER / f"{name}-{theme}.png", optimize=True)
    panel.command("apputils:change-theme", {"theme": THEMES["light"]})
