"""The doors of tests/fuzz by hypothesis: bytes at random, and good ones with something changed."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import SEEDS, TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_the_search_begins_with_what_is_read(name):
    for seed in SEEDS[name]:
        TARGETS[name](seed)


@pytest.mark.parametrize("name", TARGETS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_bytes_break_a_door(name, data):
    seed = data.draw(st.sampled_from(SEEDS[name]))
    begin = data.draw(st.integers(0, len(seed)))
    end = data.draw(st.integers(begin, len(seed)))
    odd = data.draw(st.one_of(st.binary(max_size=40), st.text(max_size=20).map(lambda text: text.encode())))

    TARGETS[name](data.draw(st.sampled_from((seed[:begin] + odd + seed[end:], odd))))
