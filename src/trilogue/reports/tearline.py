"""Tearlines: a version of a portion *written* to be released wider (ICD 209).

A tearline gives the substance of a portion without its sources and methods. It is an author's
text, never computed by deletion: what was redacted or generalised is no tearline and says what it
is by its own field.
"""

from dataclasses import replace

from trilogue.encoding import base64
from trilogue.encoding.digest import SIZE, Domain, commit, same
from trilogue.errors import InputError
from trilogue.marking import Scale
from trilogue.reports.header import Header
from trilogue.reports.portion import PortionDraft

__all__ = ["tearline"]


def tearline(draft: PortionDraft, whole: Header, digest: str, scale: Scale) -> PortionDraft:
    """Return the written draft as the tearline of the portion with this header and digest.

    It keeps the originators, the subject and the lineage of that portion: writing anew does not
    change whose information it is. Raises `InputError` when the draft is computed rather than
    written, changes whose it is, or would go no wider than the portion itself.
    """
    if draft.generalised is not None or draft.redacted is not None:
        raise InputError("a tearline is written, not computed from the portion")
    salt = base64.decode(whole.salt, SIZE)
    commitment = base64.decode(whole.commitment, SIZE)
    if same(commit(Domain.PLAINTEXT, salt, draft.plaintext), commitment):
        raise InputError("the tearline is the portion itself, word for word")
    if draft.marking.originators != whole.marking.originators:
        raise InputError(
            f"originators: {', '.join(draft.marking.originators)} where the portion has "
            f"{', '.join(whole.marking.originators)}"
        )
    if draft.subject != whole.subject:
        raise InputError(f"subject: {draft.subject!r} where the portion has {whole.subject!r}")
    rank, top = scale.rank(draft.marking.level), scale.rank(whole.marking.level)
    readers, few = draft.marking.readers, whole.marking.readers
    if rank > top or not readers >= few or (rank == top and readers == few):
        raise InputError(
            "a tearline goes wider than its portion: a lower level or more readers, and none fewer",
            hint=f"the portion is {whole.marking.level}, for {', '.join(sorted(few))}",
        )
    return replace(draft, tearline_of=digest, derived_from=whole.derived_from)
