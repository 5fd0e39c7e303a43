"""Buckets of tokens, by name."""

from fedicoop.pace import Pace


class Hands:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_so_many_come_together_and_then_one_after_the_other():
    clock = Hands()
    pace = Pace(a_minute=60, at_once=3, clock=clock)

    assert [pace.take("a") for _ in range(5)] == [0, 0, 0, 1, 1]
    clock.now = 1.0
    assert [pace.take("a") for _ in range(2)] == [0, 1]
    clock.now = 100.0
    assert [pace.take("a") for _ in range(4)] == [0, 0, 0, 1]


def test_one_name_spends_nothing_of_another():
    pace = Pace(a_minute=60, at_once=1, clock=Hands())

    assert (pace.take("a"), pace.take("b"), pace.take("a") > 0) == (0, 0, True)


def test_within_any_minute_no_more_than_both_together():
    clock = Hands()
    pace = Pace(a_minute=60, at_once=60, clock=clock)
    taken = 0
    for _ in range(600):
        taken += pace.take("a") == 0
        clock.now += 0.1

    assert taken <= 120


def test_who_was_refused_pays_nothing_for_it():
    clock = Hands()
    pace = Pace(a_minute=60, at_once=1, clock=clock)
    pace.take("a")
    for _ in range(100):
        assert pace.take("a") == 1
    clock.now = 1.0

    assert pace.take("a") == 0


def test_there_are_never_more_buckets_than_allowed():
    """Fedify CVE-2026-69132: tables by host that grow without bound from hostile host names."""
    clock = Hands()
    pace = Pace(a_minute=60, at_once=2, names=100, clock=clock)
    for number in range(10_000):
        pace.take(f"{number}.evil.example")
        clock.now += 0.001

    assert len(pace) <= 100


def test_a_full_bucket_is_forgotten():
    clock = Hands()
    pace = Pace(a_minute=60, at_once=2, clock=clock)
    for number in range(50):
        pace.take(str(number))
    clock.now = 10.0
    pace.take("late")

    assert len(pace) == 1


def test_nothing_a_minute_is_as_many_as_one_likes():
    pace = Pace(a_minute=0, at_once=0, clock=Hands())

    assert {pace.take("a") for _ in range(1000)} == {0}
