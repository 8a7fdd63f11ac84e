"""Build the console's scripts from `web/` into the package, with npm from a lock file.

A machine without Node takes it from PyPI: `pip install -r requirements/web.txt` puts it beside
this Python. Nothing is built when what stands there is newer than its sources.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
WEB = ROOT / "web"
BUILT = ROOT / "src" / "trilogue" / "console" / "built" / "manifest.json"
KEPT = "node_modules/.package-lock.json"


def sources() -> list[Path]:
    """Return what the scripts are made from."""
    return [
        path
        for path in WEB.rglob("*")
        if path.is_file() and not path.is_relative_to(WEB / "node_modules")
    ]


def newest() -> float:
    """Return when a source was last changed."""
    return max(path.stat().st_mtime for path in sources())


def main() -> int:
    """Build, unless that was done."""
    if BUILT.exists() and BUILT.stat().st_mtime > newest():
        return 0
    beside = str(Path(sys.executable).parent)
    path = os.pathsep.join((os.environ.get("PATH", ""), beside))
    npm = shutil.which("npm", path=path)
    if npm is None:
        sys.stderr.write("no npm: install Node, or `pip install -r requirements/web.txt`\n")
        return 1
    lock, kept = WEB / "package-lock.json", WEB / KEPT
    if not kept.exists() or kept.stat().st_mtime < lock.stat().st_mtime:
        sys.stdout.write("fetching what the console's scripts are built from\n")
        sys.stdout.flush()
        run(npm, "ci", "--no-progress", path=path)
    sys.stdout.write("building the console's scripts\n")
    sys.stdout.flush()
    run(npm, "run", "--silent", "build", "--", "--logLevel", "warn", path=path)
    return 0


def run(*command: str, path: str) -> None:
    """Run npm in its folder; say what it said only when it failed."""
    done = subprocess.run(  # noqa: S603 - our own words
        command,
        cwd=WEB,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        raise SystemExit(done.returncode)


if __name__ == "__main__":
    raise SystemExit(main())
