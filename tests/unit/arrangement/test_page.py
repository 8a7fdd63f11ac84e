from __future__ import annotations

from trilogue.arrangement.page import columns, wrap


def test_korean_and_japanese_take_two_columns():
    assert [columns(text) for text in ("SECRET", "비밀", "極秘", "（秘）")] == [6, 4, 4, 6]


def test_words_stay_whole_and_later_lines_are_indented():
    lines = wrap("word " * 40, "1. ", "   ")
    assert lines[0].startswith("1. word")
    assert all(line.startswith("   word") for line in lines[1:])
    assert " ".join(lines).replace("1.", "").split() == ["word"] * 40
    assert max(map(columns, lines)) <= 88


def test_japanese_breaks_anywhere_but_before_a_stop_or_after_a_bracket():
    text = (
        "北朝鮮による核及びミサイルの脅威に関する「秘密」情報（共有されるもの）を、保護する。" * 6
    )
    lines = wrap(text, "", "")
    assert "".join(lines) == text
    assert all(columns(line) > 80 for line in lines[:-1])
    assert not any(line[0] in "、。」）ー" or line[-1] in "「（" for line in lines)


def test_an_empty_line_is_an_empty_line():
    assert wrap("", "", "") == [""]
