"""Who may open which page: the same roles that may call what stands behind it."""

from __future__ import annotations

from trilogue.api.roles import MAY

__all__ = ["AUTHORS", "KEEPERS", "READERS", "RELEASE"]

AUTHORS = MAY["submit"]
READERS = MAY["open_portion"]
KEEPERS = MAY["reports"]
RELEASE = MAY["grant"]
