"""Build the console's scripts before a wheel is made. An installation in place builds nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Scripts(BuildHookInterface[Any]):
    """Runs `build_web` beside this file."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Build, unless the package is to be used where it stands."""
        if version != "editable":
            builder = Path(__file__).with_name("build_web.py")
            subprocess.run([sys.executable, str(builder)], check=True)  # noqa: S603
