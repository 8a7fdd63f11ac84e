"""The pages, one module for each subject, and the order in which they stand in the navigation."""

from trilogue.api.roles import EVERYONE
from trilogue.console.pages import arrangement, desk, log, people, reports, sign_in
from trilogue.console.pages.access import KEEPERS
from trilogue.node.tokens import Role

__all__ = ["NAVIGATION", "PAGES"]

PAGES = (
    *sign_in.HANDLERS,
    *desk.HANDLERS,
    *reports.HANDLERS,
    *arrangement.HANDLERS,
    *log.HANDLERS,
    *people.HANDLERS,
)

NAVIGATION = (
    ("/desk", "navigation.desk", KEEPERS),
    ("/reports", "navigation.reports", KEEPERS),
    ("/arrangement", "navigation.arrangement", EVERYONE),
    ("/statements", "navigation.log", EVERYONE),
    ("/people", "navigation.people", frozenset({Role.ADMINISTRATOR, Role.SECURITY_OFFICER})),
)
"""Where each leads, what it is called, and for whom it is there."""
