"""A node starts without what it needs only for a picture: numerics take a second to import."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("numpy", "scipy", "numba", "matplotlib", "trilogue.analysis")
START = "import trilogue.cli.commands.node, trilogue.api, trilogue.node.service"


def test_a_node_starts_without_numerics():
    code = f"{START}, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "trilogue.node.engine" in done.stdout.split()
    assert not set(HEAVY) & set(done.stdout.split())
