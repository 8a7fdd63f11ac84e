"""The pages, one module for each subject."""

from trilogue.console.pages import arrangement, desk, globe, log, people, picture, reports, sign_in

__all__ = ["PAGES"]

PAGES = (
    *sign_in.HANDLERS,
    *desk.HANDLERS,
    *reports.HANDLERS,
    *picture.HANDLERS,
    *globe.HANDLERS,
    *arrangement.HANDLERS,
    *log.HANDLERS,
    *people.HANDLERS,
)
