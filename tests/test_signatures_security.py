"""The numbered security cases of both forms, as far as they can be decided without a network.

Cases 15 and 16 stand in test_signatures_ambiguous.py, case 18 in test_signatures_keys.py.  Each of
these fails when its guard is taken out of the code.
"""

from datetime import timedelta

import pytest

from fedicoop.signatures.claims import claim
from tests.letters import (
    BODY,
    CREATED,
    KEY_ID,
    LETTERS,
    NOON,
    a_cavage_letter,
    an_rfc_letter,
    arrived,
    both_forms,
    is_nords,
    refusal,
)

BY_CREATED = "(request-target) host digest (created)"


@both_forms
def test_a_letter_without_a_signature_is_refused(form):
    """Case 2."""
    letter = LETTERS[form]()
    del letter["signature"]

    assert is_nords(arrived(LETTERS[form]()))
    assert refusal(arrived(letter)) == "signature.absent"


@both_forms
def test_a_letter_whose_body_was_swapped_is_refused(form):
    """Case 3: the old digest, rightly signed, over another body."""
    letter = LETTERS[form](body=b"{}")

    assert is_nords(arrived(letter, body=b"{}"))
    assert refusal(arrived(letter, body=BODY)) == "signature.digest_differs"


@pytest.mark.parametrize("body", [BODY, b""])
def test_a_letter_whose_digest_is_not_signed_is_refused(body):
    """Case 4."""
    cavage = a_cavage_letter("(request-target) host date", body=body)
    rfc = an_rfc_letter(("@method", "@target-uri"), body=body)

    assert refusal(arrived(cavage, body=body)) == "signature.too_narrow"
    assert refusal(arrived(rfc, body=body)) == "signature.too_narrow"


def test_a_get_that_has_a_body_needs_a_signed_digest_too():
    """Case 4."""
    cavage = a_cavage_letter("(request-target) host date", target="get /inbox")
    rfc = an_rfc_letter(("@method", "@target-uri"))

    assert is_nords(arrived(cavage, method="GET", body=b""))
    assert refusal(arrived(cavage, method="GET")) == "signature.too_narrow"
    assert refusal(arrived(rfc, method="GET")) == "signature.too_narrow"


@pytest.mark.parametrize(
    "names",
    ["date digest", "host date digest", "(request-target) date digest", "(request-target) host digest", ""],
)
def test_a_letter_that_could_be_sent_on_is_refused(names):
    """Case 5: without the path, the house or the day it fits any."""
    assert refusal(arrived(a_cavage_letter(names))) == "signature.too_narrow"


@pytest.mark.parametrize(
    "names",
    [
        ("content-digest", "date"),
        ("@target-uri", "content-digest"),
        ("@method", "content-digest"),
        ("@method", "content-digest", "@path"),
        ("@method", "content-digest", "@authority"),
        ("@method", "content-digest", "@request-target"),
        ("@method", "content-digest", "@path", "@query", "@scheme"),
        ("@method", "content-digest", "@path", "@authority"),
        (),
    ],
)
def test_a_letter_that_could_be_sent_on_in_the_newer_form_is_refused(names):
    """Case 6: without the verb, the house, the path or its query it fits any."""
    letter = an_rfc_letter(names, headers={"date": "x"}, query="page=2")

    assert refusal(arrived(letter, query="page=2")) == "signature.too_narrow"


@both_forms
def test_a_letter_for_another_house_is_refused(form):
    """Case 7: whether it still names the other house, or was readdressed to ours."""
    letter = LETTERS[form](headers={"host": "other.test"})

    assert refusal(arrived(letter)) == "signature.other_host"


def test_a_letter_that_was_readdressed_to_us_does_not_verify():
    """Case 7: the Host header says our name, but another one was signed."""
    cavage = a_cavage_letter(headers={"host": "other.test"}) | {"host": "sud.test"}
    ours = arrived(an_rfc_letter())
    theirs = arrived(an_rfc_letter(), origin="https://other.test")

    assert not is_nords(arrived(cavage))
    assert is_nords(ours)
    assert refusal(theirs) == "signature.other_host"
    assert not is_nords(arrived(an_rfc_letter() | {"host": "other.test"}, origin="https://other.test"))


@both_forms
def test_a_letter_for_another_path_does_not_verify(form):
    """Case 8."""
    letter = LETTERS[form]()

    assert is_nords(arrived(letter))
    assert not is_nords(arrived(letter, path="/users/x/inbox"))


@both_forms
def test_a_letter_for_another_verb_does_not_verify(form):
    """Case 8."""
    assert not is_nords(arrived(LETTERS[form](), method="PUT"))


LATE = [
    (timedelta(days=3), "signature.too_old"),
    (timedelta(minutes=65, seconds=1), "signature.too_old"),
    (-timedelta(days=3), "signature.too_new"),
    (-timedelta(minutes=65, seconds=1), "signature.too_new"),
]


@pytest.mark.parametrize(("late", "key"), LATE)
def test_a_letter_of_another_day_is_refused(late, key):
    """Cases 9 and 10, by Date and by both kinds of `created`."""
    assert refusal(arrived(a_cavage_letter()), NOON + late) == key
    assert refusal(arrived(a_cavage_letter(BY_CREATED, created=CREATED)), NOON + late) == key
    assert refusal(arrived(an_rfc_letter()), NOON + late) == key


@both_forms
@pytest.mark.parametrize("late", [timedelta(minutes=65), -timedelta(minutes=65)])
def test_a_clock_that_is_an_hour_off_is_forgiven(form, late):
    assert is_nords(arrived(LETTERS[form]()), now=NOON + late)


def test_a_letter_that_does_not_say_when_it_was_written_is_refused():
    """Case 9."""
    assert refusal(arrived(an_rfc_letter(created=None))) == "signature.date_unreadable"


@pytest.mark.parametrize(
    "letter",
    [
        a_cavage_letter(expires=CREATED),
        a_cavage_letter("(request-target) host date digest (expires)", expires=CREATED),
        an_rfc_letter(expires=int(CREATED)),
    ],
)
def test_a_letter_that_has_expired_is_refused(letter):
    """Case 10: the end that the signer chose holds, and without grace."""
    assert is_nords(arrived(letter))
    assert refusal(arrived(letter), NOON + timedelta(seconds=1)) == "signature.expired"


def test_a_letter_keeps_the_key_that_it_named():
    assert claim(arrived(a_cavage_letter()), NOON).key_id == KEY_ID
    assert claim(arrived(an_rfc_letter()), NOON).key_id == KEY_ID
