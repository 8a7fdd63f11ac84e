"""The pages, one module for each subject, and the order in which they stand in the navigation."""

from trilogue.api.roles import EVERYONE
from trilogue.console.pages import arrangement, desk, log, people, picture, reports, sign_in
from trilogue.console.pages.access import KEEPERS, READERS
from trilogue.node.tokens import Role

__all__ = ["NAVIGATION", "PAGES"]

PAGES = (
    *sign_in.HANDLERS,
    *desk.HANDLERS,
    *reports.HANDLERS,
    *picture.HANDLERS,
    *arrangement.HANDLERS,
    *log.HANDLERS,
    *people.HANDLERS,
)

NAVIGATION = (
    ("/desk", "navigation.desk", KEEPERS),
    ("/reports", "navigation.reports", KEEPERS),
    ("/picture", "navigation.picture", READERS),
    ("/arrangement", "navigation.arrangement", EVERYONE),
    ("/statements", "navigation.log", EVERYONE),
    ("/people", "navigation.people", frozenset({Role.ADMINISTRATOR, Role.SECURITY_OFFICER})),
)
"""Where each leads, what it is called, and for whom it is there."""
