from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as some

from fedicoop.addresses import destination, is_public, parse
from fedicoop.errors import Refused
from tests import odd_addresses

PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2003::1",
    "2606:4700:4700::1111",
    "2a01:e0a::1",
    "::ffff:8.8.8.8",
]


@pytest.mark.parametrize("host", odd_addresses.HOSTS)
def test_a_host_that_leads_inside_is_refused_however_it_is_spelt(host):
    with pytest.raises(Refused) as refusal:
        destination(f"https://{host}/actor")

    assert refusal.value.key in ("outward.url", "outward.address")


@pytest.mark.parametrize("url", odd_addresses.URLS)
def test_an_odd_address_is_refused_before_anything_is_looked_up(url):
    with pytest.raises(Refused) as refusal:
        destination(url)

    assert refusal.value.key in ("outward.url", "outward.scheme", "outward.port", "outward.address")


@pytest.mark.parametrize("thing", [None, 7, b"https://peer.example/", {"url": "https://peer.example/"}, []])
def test_only_text_is_an_address(thing):
    with pytest.raises(Refused, match=r"outward\.url"):
        destination(thing)


@pytest.mark.parametrize("answer", odd_addresses.ANSWERS)
def test_no_special_address_counts_as_public(answer):
    assert not is_public(ip_address(answer))


@pytest.mark.parametrize("address", PUBLIC)
def test_ordinary_addresses_and_the_neighbours_of_special_blocks_are_public(address):
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    ("url", "normal"),
    [
        ("https://peer.example", "https://peer.example/"),
        ("HTTPS://Peer.Example.:443/A?b=C#key", "https://peer.example/A?b=C"),
        ("https://bücher.example/é", "https://xn--bcher-kva.example/%C3%A9"),
        ("https://peer.example?q", "https://peer.example/?q"),
        ("https://peer.example/a/../b//c;d=%7Ee'(f)", "https://peer.example/a/../b//c;d=%7Ee'(f)"),
        ("https://[2606:4700:0:0::1111]/", "https://[2606:4700::1111]/"),
        ("https://8.8.8.8/", "https://8.8.8.8/"),
    ],
)
def test_an_address_has_one_normal_form_and_keeps_its_path_as_it_was_signed(url, normal):
    assert destination(url).url == normal


def test_the_operators_list_opens_exactly_the_hosts_and_ports_that_it_names():
    listed = {"127.0.0.1:8001", "sud.test:80", "[::1]:8001"}

    for url in (
        "http://127.0.0.1:8001/",
        "https://127.0.0.1:8001/",
        "http://SUD.test/",
        "http://[0::1]:8001/",
    ):
        assert destination(url, listed).listed
    for url in ("http://127.0.0.1:8002/", "http://127.0.0.1/", "http://127.1:8001/", "http://nord.test/"):
        with pytest.raises(Refused):
            destination(url, listed)


def test_a_listed_address_opens_no_other_scheme_and_no_user():
    for url in ("ftp://sud.test:80/", "http://me@sud.test/", "http://sud.test:80\\@evil.example/"):
        with pytest.raises(Refused):
            destination(url, {"sud.test:80", "sud.test:21"})


def test_a_refusal_shows_little_of_what_a_stranger_wrote():
    with pytest.raises(Refused) as refusal:
        parse("https://peer.example/\x1b[31m\u202e" + "a" * 5000)

    assert len(refusal.value.values["address"]) <= 80
    assert refusal.value.values["address"].isprintable()
    assert len(refusal.value.detail) <= 200


almost_urls = some.from_regex(r"https?://[\[\]0-9a-fx:.%@\\]{1,30}/?.{0,9}", fullmatch=True)


@given(some.text(max_size=60) | almost_urls)
def test_whatever_text_comes_it_is_read_or_refused(text):
    try:
        found = parse(text)
    except Refused:
        return

    assert parse(found.url) == found  # the normal form is its own normal form
    assert found.url.isascii()
