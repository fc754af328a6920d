"""The arithmetic of limits: calendar minutes with a carried burst, and calendar days, without I/O or a clock."""

from netsentinel.limits.model import MINUTES_A_DAY, DayCount, Rate

# A minute takes `per_minute` requests and what it was handed by the minutes before. A minute hands on what it left
# unused, at most the burst: so a minute can have 120 of 100, once; then 100 each, until one has fewer again. Over any
# number n of minutes in a row that makes at most n * per_minute + burst.


def moved(count: DayCount, minute: int, rate: Rate | None) -> DayCount:
    """The count as it stands in this minute of its day or a later one of it. Time that steps back stands still."""
    if minute <= count.minute:
        return count
    carried = carried_over(count, minute, rate) if rate is not None else 0
    return DayCount(count.key, count.day, count.used, count.refused, minute, 0, carried)


def carried_over(count: DayCount, minute: int, rate: Rate) -> int:
    """What a later minute may have beyond the rate."""
    if minute > count.minute + 1:  # a whole minute without a request leaves more than any burst
        return rate.burst
    return max(0, min(rate.burst, rate.per_minute + min(count.carried, rate.burst) - count.minute_used))


def next_day(count: DayCount, day: int, rate: Rate | None) -> DayCount:
    """The first minute of a later day, which starts with nothing but what is carried over."""
    minute = day * MINUTES_A_DAY
    carried = carried_over(count, minute, rate) if rate is not None else 0
    return DayCount(count.key, day, minute=minute, carried=carried)


def minute_left(count: DayCount, rate: Rate) -> int:
    """What the count's minute still takes."""
    return max(0, rate.per_minute + min(count.carried, rate.burst) - count.minute_used)


def day_left(count: DayCount, rate: Rate) -> int:
    """What the count's day still takes; 0 also where the day has no limit."""
    return max(0, rate.per_day - count.used)


def added(count: DayCount, units: int) -> DayCount:
    """The count with so many more requests in its minute."""
    used, minute_used = count.used + units, count.minute_used + units
    return DayCount(count.key, count.day, used, count.refused, count.minute, minute_used, count.carried)


def merged(count: DayCount, minutes: dict[int, int], refused: int, rate: Rate | None) -> DayCount:
    """The stored count with requests that are not yet in it, by minute. Those of minutes gone by count for the day."""
    for minute, units in sorted(minutes.items()):
        count = moved(count, minute, rate)
        late = minute < count.minute
        count = DayCount(
            count.key,
            count.day,
            count.used + units,
            count.refused,
            count.minute,
            count.minute_used + (0 if late else units),
            count.carried,
        )
    return DayCount(
        count.key, count.day, count.used, count.refused + refused, count.minute, count.minute_used, count.carried
    )
