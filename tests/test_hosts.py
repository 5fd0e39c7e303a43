"""Two spellings of one house are one house; what does not parse is nobody's."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedicoop.errors import Malformed
from fedicoop.vocabulary.hosts import check_id, normal_host, origin_of, same_origin


@pytest.mark.parametrize(
    ("spelling", "host"),
    [
        ("coop.example", "coop.example"),
        ("EVIL.Example.", "evil.example"),
        ("evil.example:443", "evil.example"),
        ("evil.example:8443", "evil.example:8443"),
        ("https://Coop.Example:443/actors/velo?x#y", "coop.example"),
        ("http://coop.example:80", "coop.example"),
        ("http://coop.example:443", "coop.example"),
        ("HTTPS://coop.example", "coop.example"),
        ("localhost:8080", "localhost:8080"),
        ("127.0.0.1:8080", "127.0.0.1:8080"),
        ("https://[2001:DB8:0:0::1]:443/", "[2001:db8::1]"),
        ("[::1]:8080", "[::1]:8080"),
        ("vélo.example", "xn--vlo-bma.example"),
        ("VÉLO.example", "xn--vlo-bma.example"),
        ("friеnd.example", "xn--frind-1we.example"),  # the second e is Cyrillic
        ("ｅｖｉｌ。example", "evil.example"),
    ],
)
def test_every_spelling_of_a_host_becomes_its_normal_form(spelling, host):
    assert normal_host(spelling) == host
    assert normal_host(normal_host(spelling)) == host


@pytest.mark.parametrize(
    "text",
    [
        *("", ".", "..", "a..b", "https://", "https:///path", "ftp://coop.example", "user@coop.example"),
        *(
            "coop.example:",
            "coop.example:0",
            "coop.example:65536",
            "coop.example:8x",
            "a:1:2",
            "coop.example/path",
        ),
        *(
            "co op.example",
            "coop.example\n",
            "coop\\.example",
            "coop%2eexample",
            "[::1",
            "[nonsense]",
            "[1.2.3.4]",
        ),
        *(
            "a" * 64 + ".example",
            "a." * 130,
            "é" * 300,
            "\u202ecoop.example",
            "xn--é.example",
            "coop.example:٤٤٣",
        ),
    ],
)
def test_what_is_no_host_is_refused(text):
    with pytest.raises(Malformed, match=r"federation\.bad_host"):
        normal_host(text)


def test_an_origin_is_scheme_host_and_port():
    assert origin_of("https://Coop.Example.:443/actors/velo") == "https://coop.example"
    assert origin_of("http://localhost:8080/actor") == "http://localhost:8080"


def test_houses_are_told_apart_by_scheme_host_and_port():
    here = "https://coop.example/actors/velo"

    assert same_origin(here, "https://COOP.example:443/inbox")
    assert not same_origin(here, "http://coop.example/inbox")
    assert not same_origin(here, "https://coop.example:8443/inbox")
    assert not same_origin(here, "https://www.coop.example/inbox")
    assert not same_origin(here, "https://coop.example.evil.example/inbox")
    assert not same_origin(here, "https://coop.example@evil.example/inbox")
    assert not same_origin("nonsense", "nonsense")


@pytest.mark.parametrize(
    "id",
    [
        *("https://coop.example", "https://coop.example/", "https://coop.example/actors/velo#main-key"),
        *("https://wp.example/?author=1", "https://coop.example:8443/a", "https://vélo.example/@été"),
        *("https://[2001:db8::1]/a", "https://lemmy.example/c/x@y.example"),
    ],
)
def test_an_id_comes_back_as_it_was(id):
    assert check_id(id) == id


@pytest.mark.parametrize(
    "id",
    [
        *(
            None,
            5,
            True,
            [],
            {"url": "https://coop.example"},
            b"https://coop.example/a",
            "",
            "coop.example/a",
        ),
        *(
            "file:///etc/passwd",
            "gopher://coop.example/",
            "unix:/run/x",
            "data:text/html,x",
            "javascript:alert(1)",
        ),
        *("acct:velo@coop.example", "HTTPS://coop.example/a", " https://coop.example/a", "//coop.example/a"),
        *(
            "http://coop.example/a",
            "https://coop.example/a b",
            "https://a\\@b.example/",
            "https://u:p@coop.example/",
        ),
        *("https://friend.exa\u0000mple/a", "https://coop.example/a\u202e", "https://coop.example/\ufffd"),
        *('https://coop.example/"><script>', "https://coop.example/\x85", "https://coop.example/\ud800"),
        *(
            "https://coop.example:99999/",
            "https:/coop.example/a",
            "https://?x",
            "https://coop.example/" + "a" * 2048,
        ),
    ],
)
def test_what_is_no_id_is_refused(id):
    with pytest.raises(Malformed, match=r"federation\.bad_id"):
        check_id(id)


def test_plain_http_is_for_the_houses_that_the_operator_named():
    named = frozenset({"127.0.0.1:8081", "demo.test:80"})

    assert check_id("http://127.0.0.1:8081/actor", plain_http_hosts=named)
    assert check_id("http://demo.test/actor", plain_http_hosts=named)
    for other in ("http://127.0.0.1:8082/actor", "http://127.0.0.1/actor", "http://demo.test:8081/actor"):
        with pytest.raises(Malformed, match=r"federation\.bad_id"):
            check_id(other, plain_http_hosts=named)


def test_the_longest_id_is_2048_characters():
    assert check_id("https://coop.example/" + "a" * 2027)


@given(st.text(max_size=40) | st.text(max_size=40).map("https://".__add__))
@settings(max_examples=200, deadline=None)
def test_any_text_is_an_id_or_refused(text):
    try:
        id = check_id(text)
    except Malformed:
        return

    assert origin_of(id) == origin_of(origin_of(id))
    assert normal_host(normal_host(id)) == normal_host(id)
