"""The pages, one module for each subject."""

from trilogue.console.pages import (
    arrangement,
    desk,
    globe,
    log,
    passkeys,
    patterns,
    people,
    picture,
    reports,
    sign_in,
    sign_on,
)

__all__ = ["PAGES"]

PAGES = (
    *sign_in.HANDLERS,
    *sign_on.HANDLERS,
    *desk.HANDLERS,
    *passkeys.HANDLERS,
    *reports.HANDLERS,
    *picture.HANDLERS,
    *globe.HANDLERS,
    *patterns.HANDLERS,
    *arrangement.HANDLERS,
    *log.HANDLERS,
    *people.HANDLERS,
)
