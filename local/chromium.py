"""Chromium for the browser tests: the system's, else from the system's packages, else the test tool's own download."""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class ChromiumMissingError(Exception):
    """No Chromium, and no way to install one; the message says what to do."""


def find() -> Path | None:
    """The system's Chromium, or the one Playwright downloaded. ``SAFELIGHT_CHROMIUM`` names another."""
    if chosen := os.environ.get("SAFELIGHT_CHROMIUM"):
        return Path(chosen)
    for name in _NAMES:
        if path := shutil.which(name):
            return Path(path)
    # Imported late: it starts a driver process, which the system's browser does not need.
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with sync_playwright() as playwright:
        downloaded = Path(playwright.chromium.executable_path)
    return downloaded if downloaded.exists() else None


def install() -> Path:
    """Find Chromium or install it. Raises ChromiumMissingError: browser tests are never skipped silently."""
    if found := find():
        return found
    download = [sys.executable, "-m", "playwright", "install", "chromium"]
    attempts = [download]
    if shutil.which("apt-get") and os.geteuid() == 0:
        system = [["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium", "fonts-noto-cjk"]]
        # Where the system has no such package, the download still needs the system's libraries.
        attempts = [*system, [*download, "--with-deps"]]
    for command in attempts:
        print(f"Installing Chromium: {' '.join(command)}", file=sys.stderr)
        subprocess.run(command, check=False)
        if found := find():
            return found
    raise ChromiumMissingError(
        "No Chromium was found or could be installed. Install it, or set SAFELIGHT_CHROMIUM to its path."
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="Print the path of Chromium.")
    parser.add_argument("--install", action="store_true", help="install it when it is missing")
    try:
        path = install() if parser.parse_args().install else find()
    except ChromiumMissingError as error:
        print(error, file=sys.stderr)
        return 1
    print(path or "no Chromium found")
    return 0 if path else 1


if __name__ == "__main__":
    sys.exit(main())
