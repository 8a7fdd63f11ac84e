"""The shipped arrangement, drawn up with root public keys, for the tests of this room."""

from __future__ import annotations

from trilogue.arrangement import parse_arrangement
from trilogue.arrangement.files import draw_up, shipped
from trilogue.signing.keys import SecretKey

FILES = shipped("tisa-2014")
ROOTS = {
    who: SecretKey.from_seeds(f"{who.lower()}.tisa-2014.trilogue", bytes([n] * 32), bytes([n] * 32))
    for n, who in enumerate(("KR", "US", "JP"))
}
VKEYS = {who: root.public.vkeys() for who, root in ROOTS.items()}
DRAWN = draw_up(FILES, VKEYS)
TISA = parse_arrangement(DRAWN)
