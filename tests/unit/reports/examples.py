"""Values that the tests of this room share."""

from trilogue.encoding import base64
from trilogue.marking import Marking
from trilogue.reports.payloads import Assessment, encode_payload
from trilogue.reports.portion import Cite, Leg, Place, PortionDraft

KR_SECRET = Marking(
    level="SECRET", originators=("KR",), releasable_to=("JP", "US"), caveats=("ORCON",)
)
LEGS = (Leg("KR", "US", "us-kr-1987"), Leg("US", "JP", "us-jp-2007"))
TEXT = Assessment(title="Site", language="en", text="No change.", confidence="moderate")


def digest_text(number: int) -> str:
    """Return the text of a digest that is nothing but a number."""
    return base64.encode(number.to_bytes(32, "big"))


def cite(speaker: str = "KR", index: int = 17) -> Cite:
    return Cite(speaker, index, digest_text(index))


def draft(**changes) -> PortionDraft:
    """Return a draft that can be sealed, with some fields changed."""
    fields = {
        "marking": KR_SECRET,
        "payload_type": "assessment",
        "plaintext": encode_payload(TEXT),
        "subject": "nuclear-site",
        "handling": LEGS,
        "language": "en",
        "place": Place(latitude_e5=4_129_000, longitude_e5=12_908_000),
    }
    return PortionDraft(**(fields | changes))
