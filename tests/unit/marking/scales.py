"""A scale for the tests of this room: three levels, three participants."""

from __future__ import annotations

from trilogue.marking import Level, Scale

LABELS = {
    "CONFIDENTIAL": ("C", "군사III급비밀", "CONFIDENTIAL", "秘"),
    "SECRET": ("S", "군사II급비밀", "SECRET", "極秘"),
    "TOP SECRET": ("TS", "군사I급비밀", "TOP SECRET", "機密"),
}

LEVELS = [
    Level(
        id=name,
        rank=rank,
        mark=mark,
        labels={
            "KR": {"ko": kr, "en": f"KR {mark}", "ja": f"韓 {mark}"},
            "US": {"en": us, "ko": us, "ja": us},
            "JP": {"ja": jp, "en": f"JP {mark}", "ko": f"일 {mark}"},
        },
    )
    for rank, (name, (mark, kr, us, jp)) in enumerate(LABELS.items())
]

SCALE = Scale(LEVELS, {"KR": "ko", "US": "en", "JP": "ja"})
