from netsentinel.detection.rules.memory import Memory, Room


def test_a_full_room_forgets_everything_in_it() -> None:
    room = Room()
    one, other = room.table(), room.table()
    one["a"], other["b"] = 1, 2
    room.take(8 * 1024 * 1024)
    assert (one, other) == ({"a": 1}, {"b": 2})
    room.take(1)
    assert (one, other) == ({}, {})
    room.take(8 * 1024 * 1024 - 2)
    one["c"] = 3
    room.take(1)
    assert one == {"c": 3}


def test_values_and_contexts_do_not_push_each_other_out() -> None:
    memory = Memory()
    values, contexts = memory.values.table(), memory.contexts.table()
    values["a"], contexts["b"] = 1, 2
    memory.values.take(10**9)
    assert (values, contexts) == ({}, {"b": 2})
