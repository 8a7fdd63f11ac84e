"""Build the one font that figures are set in: Noto Sans CJK JP, cut down to what they need.

    python tools/build_font.py NotoSansCJK-Regular.ttc

It keeps Latin, Greek and the signs of figures, kana, the Korean syllables of KS X 1001 and the
Chinese characters of JIS X 0208, level 1. It goes by a name of its own, as the SIL Open Font
License 1.1 asks where a name is reserved. The whole font is in Debian's fonts-noto-cjk.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection

TARGET = Path(__file__).parents[1] / "src/trilogue/figures/data/TrilogueSansCJK.otf"
NAME = "Trilogue Sans CJK"
SIGNS = "–—‘’“”•…′″‰−×÷±·°²³½≈≠≤≥≪≫∞√→←↑↓↔△▲▽▼○●◇◆□■☆★、。「」『』（）［］・〜～％：；，．！？"


def characters() -> Iterator[int]:
    """Yield the characters to keep."""
    yield from range(0x20, 0x7F)
    yield from range(0xA0, 0x180)
    yield from range(0x391, 0x3CA)
    yield from range(0x3040, 0x3100)
    yield from map(ord, SIGNS)
    for lead in range(0xB0, 0xC9):  # KS X 1001, rows 16 to 40: Hangul syllables
        yield from _row(lead, "euc_kr")
    for lead in range(0xB0, 0xD0):  # JIS X 0208, rows 16 to 47: level 1
        yield from _row(lead, "euc_jp")


def _row(lead: int, encoding: str) -> Iterator[int]:
    for trail in range(0xA1, 0xFF):
        text = bytes([lead, trail]).decode(encoding, "ignore")
        if len(text) == 1:
            yield ord(text)


def main(source: str) -> None:
    """Cut the font down and write it."""
    font = next(
        one
        for one in TTCollection(source).fonts
        if one["name"].getDebugName(1) == "Noto Sans CJK JP"
    )
    options = Options(
        layout_features=[],
        hinting=False,
        desubroutinize=False,
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14],
    )
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "GDEF", "GPOS", "GSUB", "DSIG"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=list(characters()))
    subsetter.subset(font)
    names = {1: NAME, 3: f"{NAME} 1", 4: NAME, 6: NAME.replace(" ", "")}
    for record in font["name"].names:
        if record.nameID in names:
            record.string = names[record.nameID]
    font.recalcTimestamp = False  # the same font is the same bytes
    font["CFF "].cff.fontNames[0] = names[6]
    TARGET.parent.mkdir(exist_ok=True)
    font.save(TARGET, reorderTables=False)
    print(f"{TARGET.name}: {len(font.getGlyphOrder())} glyphs, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1])
