"""Results as CSV: what is written is read back to the last bit."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trilogue.analysis.value.row import Row, from_csv, to_csv

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
KINDS = {
    "str": st.sampled_from(["Scud", "KR+JP", "burnout + 60 s", 'a "b", c']),
    "int": st.integers(0, 2**31),
    "bool": st.booleans(),
    "float": NUMBERS,
    "float | None": st.none() | NUMBERS,
    "bool | None": st.none() | st.booleans(),
    "str | None": st.none() | st.sampled_from(["boost", "terminal"]),
}
ROWS = st.builds(Row, **{f.name: KINDS[str(f.type)] for f in dataclasses.fields(Row)})


@given(st.lists(ROWS, max_size=3))
def test_csv_reads_back_alike(rows) -> None:
    assert from_csv(to_csv(rows)) == rows


def test_another_table_is_refused() -> None:
    with pytest.raises(ValueError, match="not the results of a campaign: 'a,b'"):
        from_csv("a,b\n1,2\n")


def test_names_of_quantities_carry_their_unit() -> None:
    floats = {f.name for f in dataclasses.fields(Row) if str(f.type).startswith("float")}
    assert {name.rpartition("_")[2] for name in floats} == {"deg", "m", "s"}
