"""Who may open which page: the same roles that may call what stands behind it."""

from __future__ import annotations

from trilogue.api.roles import EVERYONE, MAY

__all__ = ["AUTHORS", "GOVERN", "KEEPERS", "NAVIGATION", "PEOPLE", "READERS", "REGISTER", "RELEASE"]

AUTHORS = MAY["submit"]
GOVERN = MAY["adopt"]
KEEPERS = MAY["reports"]
READERS = MAY["open_portion"]
REGISTER = MAY["accesses"]
RELEASE = MAY["grant"]
PEOPLE = GOVERN | REGISTER
"""Who issues tokens on the command line, and who keeps the register, see whose they are."""

NAVIGATION = (
    ("/desk", "navigation.desk", KEEPERS),
    ("/reports", "navigation.reports", KEEPERS),
    ("/picture", "navigation.picture", READERS),
    ("/patterns", "navigation.patterns", EVERYONE),
    ("/arrangement", "navigation.arrangement", EVERYONE),
    ("/statements", "navigation.log", EVERYONE),
    ("/passkeys", "navigation.passkeys", RELEASE),
    ("/people", "navigation.people", PEOPLE),
)
"""Where each page leads, what it is called, and for whom it is there."""
