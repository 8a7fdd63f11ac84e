"""The handlers, by subject. A module that adds operations is named in `SUBJECTS`."""

from collections.abc import Mapping
from types import ModuleType

from trilogue.api.controllers import (
    arrangement,
    consent,
    incidents,
    node,
    patterns,
    picture,
    reports,
    statements,
)

__all__ = ["SUBJECTS"]

SUBJECTS: Mapping[str, ModuleType] = {
    "Node": node,
    "Arrangement": arrangement,
    "Reports": reports,
    "Consent": consent,
    "Picture": picture,
    "Patterns": patterns,
    "Incidents": incidents,
    "Statements": statements,
}
"""The subjects in the order of the document; each module has its operations in `HANDLERS`."""
