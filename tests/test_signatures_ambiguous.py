"""Letters that could be read in two ways (security cases 15 and 16), and letters of pure garbage.

Each of these fails when its guard is taken out of the code.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedicoop.errors import Unauthenticated
from fedicoop.signatures.claims import claim, verifies
from tests.letters import (
    LETTERS,
    NOON,
    PAIRS,
    a_cavage_letter,
    an_rfc_letter,
    arrived,
    both_forms,
    is_nords,
    refusal,
)


def _together(*letters):
    joined = dict(letters[0])
    for name in ("signature-input", "signature"):
        joined[name] = ", ".join(letter[name] for letter in letters)
    return joined


@pytest.mark.parametrize("name", ["keyId", "KEYID", "signature", "headers", "nonsense"])
def test_a_parameter_that_comes_twice_is_refused(name):
    """Case 15, and case-blind: another reader may take the other one."""
    letter = a_cavage_letter(nonsense='"1"')
    letter["signature"] += f',{name}="https://mallory.test/key"'

    assert refusal(arrived(letter)) == "signature.repeated"


def test_a_parameter_that_comes_twice_in_the_newer_form_is_refused():
    """Case 15: a structured field would let the last one win."""
    twice_the_key = an_rfc_letter()
    twice_the_key["signature-input"] += ';keyid="https://mallory.test/key"'
    twice_the_label = an_rfc_letter()
    twice_the_label["signature-input"] = ", ".join([twice_the_label["signature-input"]] * 2)
    twice_the_signature = an_rfc_letter()
    twice_the_signature["signature"] += ", sig1=:AAAA:"

    assert refusal(arrived(twice_the_key)) == "signature.repeated"
    assert refusal(arrived(twice_the_label)) == "signature.repeated"
    assert refusal(arrived(twice_the_signature)) == "signature.repeated"


def test_a_name_that_is_covered_twice_is_refused():
    """Case 15."""
    cavage = a_cavage_letter("(request-target) host date digest date")
    rfc = an_rfc_letter(("@method", "@target-uri", "content-digest", "@method"))

    assert refusal(arrived(cavage)) == "signature.repeated"
    assert refusal(arrived(rfc)) == "signature.repeated"


@pytest.mark.parametrize(
    ("form", "name"),
    [("cavage", "host"), ("cavage", "date"), ("rfc9421", "host"), ("rfc9421", "signature-input")],
)
def test_a_header_that_must_be_one_is_refused_when_it_comes_twice(form, name):
    """Case 16: two readers might each take another one."""
    letter = LETTERS[form]()

    assert refusal(arrived([*letter.items(), (name, letter[name])])) == "signature.repeated"


def test_signature_inputs_in_two_lines_are_refused():
    """Case 16."""
    letter = _together(an_rfc_letter(), an_rfc_letter(label="sig2"))
    first, second = letter.pop("signature-input").split(", ")

    assert is_nords(arrived(letter | {"signature-input": f"{first}, {second}"}))
    lines = [*letter.items(), ("signature-input", first), ("signature-input", second)]
    assert refusal(arrived(lines)) == "signature.repeated"


@both_forms
def test_two_signatures_are_refused(form):
    """Case 16: even where both are true, the next reader might believe another one."""
    letter = LETTERS[form]()
    again = ("signature", letter["signature"])
    elsewhere = ("authorization", "Signature " + a_cavage_letter()["signature"])

    assert refusal(arrived([*letter.items(), again])) == "signature.several"
    assert refusal(arrived([*letter.items(), elsewhere])) == "signature.several"
    assert refusal(arrived([("host", "sud.test"), elsewhere, elsewhere])) == "signature.several"


def test_two_forms_in_one_letter_are_refused():
    """Case 16: an old signature of one actor beside a new one of another."""
    both = an_rfc_letter() | a_cavage_letter()
    other_place = an_rfc_letter() | {"authorization": "Signature " + a_cavage_letter()["signature"]}
    del other_place["signature"]

    assert refusal(arrived(both)) == "signature.malformed"
    assert refusal(arrived(other_place)) == "signature.malformed"


def test_labels_that_name_different_keys_are_refused():
    """Case 16."""
    letter = _together(an_rfc_letter(), an_rfc_letter(label="sig2", keyid="https://mallory.test/key"))

    assert refusal(arrived(letter)) == "signature.several"


def test_of_several_labels_for_one_key_the_first_that_we_speak_decides():
    """Case 16: the others are not tried, so a bad first one is not made good by a second."""
    foreign = an_rfc_letter(alg="ecdsa-p256-sha256")
    good, narrow = an_rfc_letter(label="sig2"), an_rfc_letter(("@method",), label="sig3")

    assert is_nords(arrived(_together(foreign, good, narrow)))
    assert refusal(arrived(_together(foreign, narrow, good))) == "signature.too_narrow"
    assert refusal(arrived(foreign)) == "signature.algorithm_unknown"


GARBAGE = st.text(st.characters(codec=None, max_codepoint=0x2FF), max_size=60) | st.text(
    st.sampled_from('keyIdsig1"=,headers=\\ \t()123;:@?*'), max_size=60
)


@both_forms
@settings(max_examples=100, deadline=None)
@given(st.data())
def test_garbage_is_refused_and_never_worse(form, data):
    letter = LETTERS[form]()
    name = data.draw(st.sampled_from(sorted(letter)))
    garbage, at = data.draw(GARBAGE), data.draw(st.integers(0, len(letter[name])))
    spoilt = letter[name][:at] + garbage + letter[name][at + data.draw(st.integers(0, 9)) :]

    for value in (garbage, spoilt):
        request = arrived(letter | {name: value})
        try:
            read = claim(request, NOON)
        except Unauthenticated:
            continue
        assert read.key_id
        assert verifies(read, "rsa", PAIRS["rsa"][1]) in (True, False)
