"""A reel: whoever has the older packets gets what changed, and what is gone as such."""

import json

import pytest

from trilogue.console.globe.reel import Made, Reel


def fill(reel, groups, at=None):
    """Put groups in, each a name with the packets it stands for; return the names made anew."""
    made = []

    def make(name, packets):
        made.append(name)
        return Made(tuple({"id": one, "says": says} for one, says in packets.items()), name)

    with reel.turn(at) as turn:
        for name, packets in groups.items():
            about = turn.put(name, (repr(packets),), lambda n=name, p=packets: make(n, p))
            assert about == name
    return made


def read(reel, since=""):
    return [
        (one["id"], "gone" if one.get("delete") else one["says"])
        for one in json.loads(reel.since(since))
    ]


def test_all_of_it_goes_to_whoever_has_nothing():
    reel = Reel()
    fill(reel, {"a": {"a": 1, "a/leg": 2}, "b": {"b": 3}})
    assert read(reel) == [("a", 1), ("a/leg", 2), ("b", 3)]


def test_only_what_changed_is_made_and_sent_and_taken_away_first():
    reel = Reel()
    fill(reel, {"a": {"a": 1, "a/leg": 2}, "b": {"b": 3}})
    tag = reel.tag
    assert fill(reel, {"a": {"a": 9, "a/leg": 2}, "b": {"b": 3}}) == ["a"]
    assert reel.tag != tag
    assert read(reel, tag) == [("a", "gone"), ("a", 9)]
    assert read(reel, reel.tag) == []


def test_what_is_gone_is_said_to_be():
    reel = Reel()
    fill(reel, {"a": {"a": 1, "a/leg": 2}, "b": {"b": 3}})
    tag = reel.tag
    fill(reel, {"a": {"a": 1}})
    assert set(read(reel, tag)) == {("a/leg", "gone"), ("b", "gone")}
    assert read(reel) == [("a", 1)]
    fill(reel, {"a": {"a": 1}, "b": {"b": 3}})
    assert set(read(reel, tag)) == {("a/leg", "gone"), ("b", "gone"), ("b", 3)}


def test_what_is_the_same_keeps_its_tag():
    reel = Reel()
    fill(reel, {"a": {"a": 1}})
    tag = reel.tag
    assert fill(reel, {"a": {"a": 1}}) == []
    assert reel.tag == tag


def test_a_tag_of_another_reel_gets_all():
    reel, other = Reel(), Reel()
    for one in (reel, other):
        fill(one, {"a": {"a": 1}})
    for tag in (other.tag, "nonsense", f"{reel.tag}x", "", reel.tag.partition(".")[0]):
        assert read(reel, tag) == [("a", 1)]
    assert read(reel, f"{reel.tag}9999") == []  # from the future: there is nothing newer


def test_a_turn_that_fails_changes_nothing():
    reel = Reel()
    fill(reel, {"a": {"a": 1}}, at=("one",))
    tag = reel.tag
    with pytest.raises(ZeroDivisionError), reel.turn(("two",)) as turn:
        turn.put("b", (), lambda: Made(({"id": "b", "says": 1 // 0},)))
    assert (reel.tag, read(reel)) == (tag, [("a", 1)])
    assert reel.stands_for(("one",))
    assert not reel.stands_for(("two",))


def test_objects_are_the_same_only_when_they_are_one():
    reel = Reel()
    first, second = [1], [1]
    fill(reel, {"a": {"a": 1}}, at=(first, "text", frozenset({"p"})))
    assert reel.stands_for((first, "te" + "xt", frozenset({"p"})))
    assert not reel.stands_for((second, "text", frozenset({"p"})))
    assert not reel.stands_for((first, "text"))
