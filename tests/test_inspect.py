"""`inspect`: each step at a name or an address, with what is wrong and what to do about it."""

import json

import pytest

from fedicoop import meta
from fedicoop.errors import Problem
from fedicoop.i18n import explain
from fedicoop.peers import store as peers
from fedicoop.peers.peer import Policy
from fedicoop.peers.verdicts import VERDICTS, of_kept, of_status
from fedicoop.relations import inspecting
from fedicoop.relations.inspecting import inspect


class Around:
    """A house seen through somebody who changes its answers: path beginnings → status, headers, body."""

    def __init__(self, house, changes):
        self.house, self.changes = house, changes

    async def __call__(self, scope, receive, send):
        for beginning, (status, headers, body) in self.changes.items():
            if scope["path"].startswith(beginning):
                raw = [(name.encode(), value.encode()) for name, value in headers.items()]
                await send({"type": "http.response.start", "status": status, "headers": raw})
                await send({"type": "http.response.body", "body": body})
                return
        await self.house.app(scope, receive, send)


def changed(network, house, changes: dict) -> None:
    network.switchboard.plug(house.node.settings.host, Around(house, changes))


def marks(seen) -> dict[str, str]:
    return {one.label: one.mark for one in seen.steps}


def fault(seen) -> str:
    assert seen.fault is not None, [f"{one.mark} {one.label}" for one in seen.steps]
    return seen.fault.key.removeprefix("verdict.")


async def test_a_coop_that_is_well_is_walked_from_its_name_to_what_it_becomes_here(pair):
    _, sud = pair

    seen = await inspect(sud.node, "@nord@nord.test")

    assert [one.label for one in seen.steps] == [
        *("webfinger", "answer", "signature", "document", "keys", "loop", "becomes")
    ]
    assert set(marks(seen).values()) == {"✓"}
    assert seen.fault is None
    assert (seen.told["becomes"], seen.told["handle"]) == ("actor", "@nord@nord.test")
    assert seen.told["followed"] == "accepted"


@pytest.mark.parametrize("name", ["nord.test", "https://nord.test", "https://nord.test/actors/nord"])
async def test_a_domain_and_an_address_lead_to_the_same_coop(pair, name):
    nord, sud = pair

    seen = await inspect(sud.node, name)

    assert seen.fault is None
    assert seen.told["id"] == nord.coop.id


async def test_a_listing_tells_who_writes_it_and_whether_it_would_be_kept(network, pair):
    nord, sud = pair
    est = await network.add("est.test")
    listing = await nord.publish("Remorque")
    known_before = await inspect(sud.node, listing.id)
    await network.settle()

    stranger = await inspect(est.node, listing.id)
    known = await inspect(sud.node, listing.id)
    page = await inspect(est.node, f"https://nord.test/l/{listing.key}")

    assert fault(stranger) == "stranger"
    assert "@nord@nord.test" in explain(stranger.fault, "fr").what + explain(stranger.fault, "fr").remedy
    assert (known_before.told["known"], known_before.told["followed"], known_before.fault) == (
        False,
        True,
        None,
    )
    assert (known.told["known"], known.fault) == (True, None)
    assert page.told["id"] == listing.id


async def test_a_name_that_nobody_has_is_told_at_its_step_and_nothing_is_asked_after_it(network):
    _, sud = await network.add("nord.test"), await network.add("sud.test")

    seen = await inspect(sud.node, "@personne@nord.test")

    assert marks(seen) == {"webfinger": "✗"}
    assert fault(seen) == "no_name"
    assert "personne@nord.test" in explain(seen.fault, "en").what


async def test_a_name_that_leads_to_somebody_else_is_not_confirmed(network):
    nord, sud = await network.add("nord.test"), await network.add("sud.test")
    link = {"rel": "self", "type": "application/activity+json", "href": "https://nord.test/actor"}
    wrong = json.dumps({"subject": "acct:nord@nord.test", "links": [link]}).encode()
    changed(network, nord, {"/.well-known/webfinger": (200, {"content-type": "application/jrd+json"}, wrong)})

    seen = await inspect(sud.node, nord.coop.id)

    assert marks(seen)["loop"] == "!"
    assert fault(seen) == "loop"
    assert seen.told["handle"] is None


async def test_a_name_that_leads_to_somebody_who_is_called_otherwise_is_told_so(network):
    nord, sud = await network.add("nord.test"), await network.add("sud.test")
    link = {"rel": "self", "type": "application/activity+json", "href": nord.coop.id}
    found = json.dumps({"subject": "acct:chef@nord.test", "links": [link]}).encode()
    changed(network, nord, {"/.well-known/webfinger": (200, {"content-type": "application/jrd+json"}, found)})

    seen = await inspect(sud.node, "@chef@nord.test")

    assert fault(seen) == "loop"
    assert "chef@nord.test" in explain(seen.fault, "fr").what


@pytest.mark.parametrize(
    ("status", "headers", "body", "name"),
    [
        (401, {}, b"", "signature"),
        (401, {}, b"Digest mismatch", "digest_there"),
        (401, {}, b"Signed date too far in the past", "clock_refused"),
        (403, {}, b"", "blocked"),
        (404, {}, b"", "loop"),  # WebFinger says that somebody is there
        (410, {}, b"", "gone"),
        (429, {}, b"", "waits"),
        (503, {"retry-after": "120"}, b"", "waits"),
        (500, {}, b"", "unwell"),
        (418, {}, b"short and stout", "refused"),
        (301, {"location": "https://neuf.test/actors/nord"}, b"", "redirects"),
        (200, {"content-type": "text/html"}, b"<p>", "unreadable"),
        (200, {"content-type": "application/activity+json"}, b"{", "unreadable"),
    ],
)
async def test_whatever_a_house_answers_has_a_name_a_reason_and_a_remedy(
    network, status, headers, body, name
):
    nord, sud = await network.add("nord.test"), await network.add("sud.test")
    changed(network, nord, {"/actors/": (status, headers, body)})

    seen = await inspect(sud.node, "@nord@nord.test")

    assert fault(seen) == name
    for language in ("fr", "en"):
        said = explain(seen.fault, language)
        assert said.code.startswith("FC-72")
        assert not {"{", "}"} & set(said.what + said.why + said.remedy)


async def test_a_redirect_is_told_with_where_it_leads_and_not_followed(network):
    nord, sud = await network.add("nord.test"), await network.add("sud.test")
    changed(network, nord, {"/actors/": (301, {"location": "https://neuf.test/actors/nord"}, b"")})

    seen = await inspect(sud.node, nord.coop.id)

    assert "https://neuf.test/actors/nord" in explain(seen.fault, "fr").remedy
    assert not any("neuf.test" in url for _, url in network.switchboard.asked)


async def test_a_house_that_is_closed_here_is_not_asked(network):
    _, sud = await network.add("nord.test"), await network.add("sud.test")
    async with sud.node.db.write() as tx:
        await peers.set_policy(tx, "nord.test", Policy.CLOSED)
    network.switchboard.asked.clear()

    seen = await inspect(sud.node, "@nord@nord.test")

    assert fault(seen) == "closed_here"
    assert network.switchboard.asked == []


async def test_a_house_that_is_off_is_unreachable_and_machines_get_each_step(network):
    nord, sud = await network.add("nord.test"), await network.add("sud.test")
    network.unplug(nord)

    told = inspecting.told(await inspect(sud.node, "nord.test"), "en")

    assert told["verdict"]["what"] == "nord.test cannot be reached."
    assert told["steps"][-1]["state"] == "warning"
    assert told["becomes"] == "ignored"


async def test_a_clock_that_differs_is_told_as_theirs_unless_other_houses_say_that_it_is_ours(network):
    nord, sud = await network.add("nord.test"), await network.add("sud.test")
    date = {"date": "Wed, 01 May 2030 09:10:00 GMT", "content-type": "text/html"}
    changed(network, nord, {"/.well-known/webfinger": (404, date, b"")})

    theirs = await inspect(sud.node, "@nord@nord.test")
    async with sud.node.db.write() as tx:
        await meta.put(tx, "clock_skew", f"610.0 5 {tx.now.isoformat()}")
    ours = await inspect(sud.node, "@nord@nord.test")

    assert [one.problem.key for one in (*theirs.steps[:1], *ours.steps[:1])] == [
        *("verdict.clock_there", "verdict.clock_here")
    ]
    assert "600" in explain(theirs.steps[0].problem, "fr").why


@pytest.mark.parametrize("name", ["@", "@nord@", "@@nord.test", "", "nord test", "ftp://nord.test/x"])
async def test_what_is_no_name_is_refused_before_anybody_is_asked(network, name):
    nord = await network.add("nord.test")

    with pytest.raises(Problem) as refused:
        await inspect(nord.node, name)

    assert refused.value.status in (400, 502)
    assert network.switchboard.asked == []


def test_every_verdict_is_told_in_both_languages_with_a_code_of_its_own():
    codes = set()
    for name in VERDICTS:
        for language in ("fr", "en"):
            said = explain(Problem(f"verdict.{name}"), language)
            assert not said.what.startswith("problem."), name
            codes.add((name, said.code))
    assert len({code for _, code in codes}) == len(VERDICTS)


@pytest.mark.parametrize(
    ("kept", "name"),
    [
        ("delivery.later (https://nord.test/inbox: 503)", "waits"),
        ("delivery.not_taken (https://nord.test/inbox: 401)", "signature"),
        ("delivery.not_taken (https://nord.test/inbox: 302)", "redirects"),
        ("peer.tls (nord.test: certificate verify failed)", "certificate"),
        ("peer.slow (POST https://nord.test/inbox)", "slow"),
        ("peer.timeout (POST https://nord.test/inbox)", "silent"),
        ("KeyError('x')", "unforeseen"),
    ],
)
def test_a_kept_error_has_the_same_verdict_as_a_fresh_one(kept, name):
    assert of_kept(kept, "nord.test").key == f"verdict.{name}"


def test_an_odd_status_is_never_without_a_verdict():
    assert all(of_status(status) in VERDICTS for status in range(300, 600))
