"""Random cron expressions that every implementation understands alike."""

import random
from dataclasses import dataclass

from croniter import croniter

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_WEEKDAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]


@dataclass(frozen=True)
class Place:
    low: int
    high: int
    names: list[str] | None = None


SECOND, MINUTE, HOUR = Place(0, 59), Place(0, 59), Place(0, 23)
DAY, MONTH, WEEKDAY = Place(1, 31), Place(1, 12, _MONTHS), Place(0, 6, _WEEKDAYS)


def _word(draw: random.Random, place: Place, value: int) -> str:
    if place.names and draw.random() < 0.3:
        name = place.names[value - place.low]
        return draw.choice([name, name.upper(), name.title()])
    return str(value)


def _part(draw: random.Random, place: Place) -> str:
    value = draw.randint(place.low, place.high)
    step = draw.randint(1, max(1, (place.high - place.low) // 2))
    kind = draw.random()
    if kind < 0.5:
        return _word(draw, place, value)
    if kind < 0.65:
        return f"*/{step}"
    if kind < 0.75:
        return f"{value}/{step}"
    other = draw.choice([one for one in range(place.low, place.high + 1) if one != value])  # croniter takes 7-7 for all
    text = f"{_word(draw, place, value)}-{_word(draw, place, other)}"
    # Around the end with a step croniter is off by one (50-10/7 gives it 50, 57, 5); that has its case by hand.
    return text if kind < 0.9 or value > other else f"{text}/{step}"


def _field(draw: random.Random, place: Place, star: float) -> str:
    if draw.random() < star:
        return "*"
    return ",".join(_part(draw, place) for _ in range(draw.choice([1, 1, 1, 2, 3])))


def _day(draw: random.Random) -> str:
    kind = draw.random()
    if kind < 0.5:
        return "*"
    if kind < 0.55:
        return "?"
    if kind < 0.65:
        return "L"
    if kind < 0.7:
        return f"{draw.randint(1, 28)},L"
    return _field(draw, DAY, 0)


def _weekday(draw: random.Random) -> str:
    kind = draw.random()
    if kind < 0.55:
        return "*"
    if kind < 0.63:
        return f"{draw.choice(['1', '5', 'fri', 'sun', '0'])}#{draw.randint(1, 5)}"
    if kind < 0.7:
        return f"L{draw.randint(0, 6)}"
    if kind < 0.75:
        return draw.choice(["7", "5-7", "1-7", "mon-7"])
    return _field(draw, WEEKDAY, 0)


def _names_all(day: str, weekday: str) -> bool:
    """Whether one of them names every day, in so many words."""
    expanded = croniter.expand(f"0 0 {day} * {weekday}")[0]
    all_days = expanded[2] == ["*"] or len(expanded[2]) == DAY.high
    return (day not in "*?" and all_days) or (weekday != "*" and expanded[4] == ["*"])


def expression(draw: random.Random, *, seconds: bool) -> str:
    """Five fields, or six with seconds first."""
    fields = [
        _field(draw, MINUTE, 0.25),
        _field(draw, HOUR, 0.35),
        _day(draw),
        _field(draw, MONTH, 0.6),
        _weekday(draw),
    ]
    if "#" in fields[4] or "L" in fields[4]:
        fields[2] = draw.choice("*?")  # such days stand alone
    elif _names_all(fields[2], fields[4]):
        fields[2] = "*"  # croniter at times takes mon-7 and 1-31 for any day; Vixie's cron, like ours, does not
    if seconds:
        fields.insert(0, _field(draw, SECOND, 0.2))
    return " ".join(fields)
