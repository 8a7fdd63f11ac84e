"""Held portions, as the tests of lineage, tearlines and translations need them."""

from trilogue.encoding import base64
from trilogue.marking import Level, Scale
from trilogue.reports.lineage import HeldPortion
from trilogue.reports.portion import seal

from .examples import cite, draft

SCALE = Scale(
    [
        Level(id="CONFIDENTIAL", rank=1, mark="C", labels={}),
        Level(id="SECRET", rank=2, mark="S", labels={}),
    ],
    {},
)


def held(speaker="KR", index=17, **changes) -> HeldPortion:
    """Return a sealed portion as one who opened it holds it."""
    sealed = seal(draft(**changes))
    return HeldPortion(cite(speaker, index), base64.encode(sealed.digest), sealed.header)
