"""Folders for the account of the deployment alone: keys, databases and the spool stand in them."""

from __future__ import annotations

import stat
from pathlib import Path


def make_private_folder(path: Path) -> None:
    """Makes a folder, and each folder above it that is missing, with mode 0700; what is there stays as it is.

    `Path.mkdir(parents=True, mode=0o700)` would give the mode to the last one alone, and all could read those above it.
    """
    if not path.parent.is_dir():
        make_private_folder(path.parent)
    path.mkdir(exist_ok=True, mode=0o700)


def is_open_to_others(path: Path) -> bool:
    """Whether another account of this machine can get into a folder."""
    return path.is_dir() and bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
