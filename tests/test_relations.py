"""What was said with another house, what was answered, what waits, why, and what to do."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from fedicoop import app as house
from fedicoop.access import Role
from fedicoop.actors import readers
from fedicoop.actors.fetching import fetch
from fedicoop.desk.checks_peers import neighbours
from fedicoop.desk.checks_promises import promises
from fedicoop.i18n import explain
from fedicoop.jobs.worker import run_one
from fedicoop.outbox import answers
from fedicoop.peers import readings, turned_away
from fedicoop.peers import store as peers
from fedicoop.peers.peer import Policy
from fedicoop.peers.turned_away import Gathered
from fedicoop.relations import facts as facts_room
from fedicoop.relations import handshake, standing, timeline
from fedicoop.relations.read_along import LOOKS
from tests.browsing import signed_in
from tests.test_inspect import changed


async def known(here, host: str, **more):
    """The facts, the first page of the timeline, and the verdict."""
    async with here.node.db.read() as tx:
        facts = await facts_room.of_house(tx, here.node, host)
        page = await timeline.page(tx, facts, **more)
    return SimpleNamespace(facts=facts, page=page, events=page.events, fault=standing.judge(facts, "en"))


def lines(shown) -> list[tuple[str, str, str]]:
    return [(one.way, one.words.rpartition(".")[2], one.outcome.rpartition(".")[2]) for one in shown.events]


async def member(here, role: Role, handle: str):
    who = await here.join(handle)
    async with here.node.db.write() as tx:
        await tx.run("UPDATE members SET role = :role WHERE id = :id", role=role, id=who.id)
    return await signed_in(here, who)


async def test_what_both_sides_said_and_what_came_of_it_stands_there_newest_first(network, pair):
    nord, sud = pair
    network.clock.advance(minutes=5)
    await nord.publish("Remorque")
    await network.settle()

    theirs, ours = await known(sud, "nord.test"), await known(nord, "sud.test")

    assert lines(theirs)[0] == ("in", "create", "done")
    assert ("out", "follow", "taken") in lines(theirs)
    assert ("in", "accept", "done") in lines(theirs)
    assert lines(ours)[0] == ("out", "create", "taken")
    assert ours.events[0].about == "Remorque"
    assert ("in", "follow", "done") in lines(ours)
    assert [theirs.fault, ours.fault] == [None, None]
    assert [one.at for one in ours.events] == sorted((one.at for one in ours.events), reverse=True)


async def test_a_house_that_is_off_is_told_with_its_tries_and_the_next_one(network, pair):
    nord, sud = pair
    network.unplug(sud)
    await nord.publish("Remorque")
    await network.settle()
    network.clock.advance(minutes=1)
    await network.settle()

    shown = await known(nord, "sud.test")

    first = shown.events[0]
    assert (first.words, first.mark, first.times) == ("relation.out.create", "!", 2)
    assert shown.fault.key == "verdict.unreachable"
    again = handshake.next_try(shown.facts)
    assert again is not None
    assert again > network.clock.now
    network.plug(sud)
    network.clock.advance(hours=1)
    await network.settle()
    later = await known(nord, "sud.test")
    assert (later.events[0].outcome, later.events[0].times) == ("relation.outcome.taken", 3)
    assert later.fault is None


async def test_a_delivery_writes_what_was_answered_in_the_commit_that_ends_it(network, pair):
    """Speed (docs/performance.md): knowing what was answered costs no commit of its own."""
    nord, _ = pair
    await nord.publish("Remorque")
    await run_one(nord.node, house.WORK)  # spells out to whom
    before = nord.node.db.commits

    await run_one(nord.node, house.WORK)

    async with nord.node.db.read() as tx:
        [told] = [one for one in await answers.of_host(tx, "sud.test") if one.type == "Create"]
    assert told.status == 202
    assert nord.node.db.commits - before == 2  # claimed, and done


async def test_titles_of_what_is_not_public_do_not_appear(network, pair):
    nord, _ = pair
    await nord.publish("Pour les nôtres", visibility="followers")
    await network.settle()

    shown = await known(nord, "sud.test")

    assert shown.events[0].words == "relation.out.create"
    assert shown.events[0].about == ""


async def test_a_page_ends_where_the_next_one_begins_and_nothing_is_lost_between(network, pair):
    nord, _ = pair
    for number in range(7):
        network.clock.advance(minutes=1)
        await nord.publish(f"Remorque {number}")
        await network.settle()
    whole = await known(nord, "sud.test")

    seen, before = [], None
    for _ in range(20):
        shown = await known(nord, "sud.test", before=before, most=3)
        seen += shown.events
        before = shown.page.older
        if before is None:
            break

    assert seen == whole.events


async def test_of_each_house_only_the_latest_answers_are_kept_and_none_for_longer_than_a_month(network):
    nord = await network.add("nord.test")

    async def told(number: int, host: str) -> None:
        async with nord.node.db.write() as tx:
            one = answers.Told(f"a{number:03}", f"https://{host}/inbox", host, "Create", "x", 202)
            await answers.note(tx, [one])
        network.clock.advance(seconds=1)

    for number in range(answers.MOST_OF_A_HOUSE + 5):
        await told(number, "loud.test")
    await told(900, "still.test")
    async with nord.node.db.write() as tx:
        await answers.forget_old(tx)
        loud, still = [await answers.of_host(tx, host, limit=500) for host in ("loud.test", "still.test")]
    network.clock.advance(days=31)
    async with nord.node.db.write() as tx:
        await answers.forget_old(tx)
        left = await answers.of_host(tx, "still.test")

    assert (len(loud), loud[-1].activity_id, len(still), left) == (answers.MOST_OF_A_HOUSE, "a005", 1, [])


# --- the door ----------------------------------------------------------------------------------------


async def test_a_letter_that_is_refused_at_the_door_is_told_with_its_reason(network, pair):
    _, sud = pair
    headers = {
        "signature": 'keyId="https://nord.test/actors/nord#main-key",headers="date",signature="eA=="',
        "date": "Wed, 01 May 2030 02:00:00 GMT",
        "content-type": "application/activity+json",
    }
    network.clock.advance(minutes=1)

    answer = await sud.http.post("https://sud.test/inbox", content=b"{}", headers=headers)
    shown = await known(sud, "nord.test")

    assert answer.status_code == 401
    assert (shown.events[0].way, shown.events[0].times) == ("door", 1)
    assert shown.fault.key.startswith("verdict.")


async def test_a_good_letter_after_a_bad_one_ends_the_trouble(network, pair):
    nord, sud = pair
    async with sud.node.db.write() as tx:
        await turned_away._put(tx, _away("nord.test", tx.now))
    assert (await known(sud, "nord.test")).fault.key == "verdict.digest_here"
    network.clock.advance(minutes=1)
    await nord.publish("Remorque")
    await network.settle()

    shown = await known(sud, "nord.test")

    assert shown.fault is None
    assert "door" in [one.way for one in shown.events]


def _away(host, now, problem="signature.digest_differs"):
    return turned_away.TurnedAway(host, problem, "", 1, now, now)


async def test_a_flood_of_bad_letters_costs_one_commit_in_ten_seconds_and_few_rows(network):
    nord = await network.add("nord.test")
    steady = SimpleNamespace(now=100.0)
    gathered = Gathered(lambda: steady.now)
    now = network.clock.now

    times = 0
    for number in range(1000):
        if gathered.note(f"h{number}.test", "signature.wrong", "x", now):
            times += 1
            await gathered.keep(nord.node.db)
    assert times == 1
    steady.now += 11
    assert not gathered.note("one-more.test", "signature.wrong", "", now)  # its memory is full
    await gathered.keep(nord.node.db)
    async with nord.node.db.write() as tx:
        await turned_away.forget_old(tx)
        rows = await tx.count("SELECT count(*) FROM turned_away")
    assert rows == turned_away.MOST_STRANGERS


async def test_what_could_not_be_written_down_is_kept_for_later(network):
    nord = await network.add("nord.test")
    gathered, now = Gathered(), network.clock.now
    gathered.note("est.test", "signature.wrong", "x", now)

    class Full:
        def write(self):
            raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        await gathered.keep(Full())
    await gathered.keep(nord.node.db)

    async with nord.node.db.read() as tx:
        assert [one.times for one in await turned_away.of_host(tx, "est.test")] == [1]


# --- who read ------------------------------------------------------------------------------------------


async def test_a_house_that_fetches_a_listing_is_noted_and_a_browser_is_not(network, pair):
    nord, sud = pair
    listing = await nord.publish("Remorque")
    await nord.get(f"/listings/{listing.key}")
    await nord.get(f"/listings/{listing.key}", "text/html")

    await fetch(sud.node, listing.id)
    network.clock.advance(minutes=1)
    await fetch(sud.node, listing.id)

    async with nord.node.db.read() as tx:
        [reading] = await readings.of_thing(tx, listing.id)
    assert (reading.host, reading.first_at, reading.last_at) == (
        "sud.test",
        reading.first_at,
        reading.first_at,
    )
    assert ("read", "listing", "given") in lines(await known(nord, "sud.test"))


async def test_a_signature_that_is_not_that_houses_leaves_no_trace(network, pair):
    nord, _ = pair
    listing = await nord.publish("Remorque")

    signature = 'keyId="https://sud.test/actor#main-key",headers="date",signature="eA=="'
    await nord.get(f"/listings/{listing.key}", signature=signature)

    async with nord.node.db.read() as tx:
        assert await readings.of_thing(tx, listing.id) == []


# --- verdicts ------------------------------------------------------------------------------------------


async def test_a_follow_that_nobody_answers_is_named_after_an_hour(network):
    nord, sud = await network.add("nord.test"), await network.add("sud.test")
    await sud.follow(nord)
    await sud.settle()  # and nord does not work
    assert (await known(sud, "nord.test")).fault is None

    network.clock.advance(hours=2)
    shown = await known(sud, "nord.test")

    assert shown.fault.key == "verdict.follow_pending"
    assert "2 hours ago" in explain(shown.fault, "en").why


async def test_a_coop_that_was_silent_for_a_month_and_one_that_is_closed_here_are_named(network, pair):
    _, sud = pair
    network.clock.advance(days=31)
    assert (await known(sud, "nord.test")).fault.key == "verdict.quiet"

    async with sud.node.db.write() as tx:
        await peers.set_policy(tx, "nord.test", Policy.CLOSED)

    assert (await known(sud, "nord.test")).fault.key == "verdict.closed_here"


async def test_the_walk_of_the_handshake_ends_with_one_verdict(network, pair):
    _, sud = pair
    well = await handshake.walk(sud.node, "@nord@nord.test", "en")
    labels = [one.label for one in well.steps]

    assert well.fault is None
    assert labels == [
        *("webfinger", "answer", "signature", "document", "keys", "loop"),
        *("policy", "their_view", "follow", "follow", "deliveries", "letters"),
    ]
    assert {one.mark for one in well.steps} == {"✓"}


async def test_a_house_that_wants_signatures_shows_that_it_can_read_us(network, pair):
    nord, sud = pair
    async with nord.node.db.write() as tx:
        await readers.require_signatures(tx, True, None)

    walked = await handshake.walk(sud.node, "@nord@nord.test", "en")

    view = next(one for one in walked.steps if one.label == "their_view")
    assert view.key == "relation.view.signed"
    assert walked.fault is None


# --- pages ---------------------------------------------------------------------------------------------


async def test_stewards_see_the_timeline_and_admins_alone_inspect(network, pair):
    _, sud = pair
    lea = await signed_in(sud, await sud.join("lea"))
    karim = await member(sud, Role.STEWARD, "karim")
    camille = await member(sud, Role.ADMIN, "camille")

    assert (await lea.open("/admin/maisons/nord.test")).status == 403
    seen = await karim.open("/admin/maisons/nord.test")
    assert seen.status == 200
    assert "Ils ont dit oui" in seen.words
    assert (await karim.open("/admin/inspecter")).status == 403
    assert (await camille.open("/admin/inspecter")).status == 200
    assert (await karim.open("/admin/maisons/nowhere.test")).status == 404


async def test_the_button_walks_the_handshake_and_shows_each_step(network, pair):
    nord, sud = pair
    karim = await member(sud, Role.STEWARD, "karim")
    await karim.open("/admin/maisons/nord.test")

    well = await karim.submit("/admin/maisons/nord.test/examiner")
    changed(network, nord, {"/actors/": (410, {}, b"")})
    await karim.open("/admin/maisons/nord.test")
    gone = await karim.submit("/admin/maisons/nord.test/examiner")

    assert (well.status, gone.status) == (200, 200)
    assert "Tout va bien avec ce serveur." in well.words
    assert "nord.test répond que c’est supprimé pour de bon (410)." in gone.words
    assert "nous voient" in well.words


async def test_an_admin_inspects_from_the_browser_and_reads_what_is_wrong_beside_the_field(network, pair):
    _, sud = pair
    camille = await member(sud, Role.ADMIN, "camille")
    await camille.open("/admin/inspecter")

    seen = await camille.submit("/admin/inspecter", name="@personne@nord.test")
    await camille.open("/admin/inspecter")
    odd = await camille.submit("/admin/inspecter", name="@@")

    assert "nord.test ne connaît personne de ce nom" in seen.words
    assert odd.status == 422
    assert 'value="@@"' in odd.answer.text


async def test_nobody_makes_us_knock_without_end(network, pair):
    _, sud = pair
    camille = await member(sud, Role.ADMIN, "camille")
    for _ in range(30):
        await camille.open("/admin/inspecter")
        await camille.submit("/admin/inspecter", name="@personne@nord.test")
    network.switchboard.asked.clear()

    await camille.open("/admin/inspecter")
    answer = await camille.submit("/admin/inspecter", name="@personne@nord.test")

    assert answer.status == 429
    assert network.switchboard.asked == []


@pytest.mark.parametrize("reason", [None, "", "odd", "peer.timeout (x)", "no key (", "{x}", "é\x07"])
async def test_the_page_survives_whatever_the_tables_hold(network, pair, reason):
    _, sud = pair
    karim = await member(sud, Role.STEWARD, "karim")
    async with sud.node.db.write() as tx:
        for number, outcome in enumerate(("done", "ignored", "refused", "waiting", "odd")):
            await tx.run(
                """INSERT INTO received (id, actor_id, type, body, received_at, outcome, reason)
                   VALUES (:id, 'https://nord.test/x', :type, '', :now, :outcome, :reason)""",
                id=f"https://nord.test/{number}",
                type="<b>Odd{0}</b>"[:64],
                now=tx.now,
                outcome=outcome,
                reason=reason,
            )
        told = answers.Told("x", "https://nord.test/i", "nord.test", "Ça", "y", 999, reason or "", "<script>")
        await answers.note(tx, [told])
        await turned_away._put(tx, _away("nord.test", tx.now - timedelta(days=1), reason or "x"))

    seen = await karim.open("/admin/maisons/nord.test?avant=garbage")

    assert seen.status == 200
    assert "<script>" not in seen.answer.text.replace("<script src", "")
    assert "<b>Odd" not in seen.answer.text


# --- one registry --------------------------------------------------------------------------------------


async def test_health_doctor_and_insiders_read_the_same_verdict_as_the_page_of_the_house(network, pair):
    nord, sud = pair
    network.unplug(nord)
    await sud.publish("Remorque")
    await network.befriend(nord, sud)
    await sud.publish("Perceuse")
    await sud.settle()
    network.clock.advance(hours=2)
    await sud.settle()
    async with sud.node.db.write() as tx:
        await turned_away._put(tx, _away("nord.test", tx.now))

    [late] = [one for one in await promises(sud.node, "fr") if one.label == "outbox"]
    [network_finding] = await neighbours(sud.node, "fr")
    karim = await member(sud, Role.STEWARD, "karim")
    health = await karim.open("/admin/sante")
    shown = await known(sud, "nord.test")

    assert explain(late.problem, "fr").why == "nord.test est injoignable."
    assert "repart tout seul" in explain(late.problem, "fr").remedy
    assert network_finding.problem.key == "verdict.digest_here"
    assert "Les messages de nord.test arrivent modifiés." in health.words
    assert "nord.test est injoignable." in health.words
    assert health.all('a[href="/admin/maisons/nord.test"]')
    assert shown.fault.key == "verdict.unreachable"


async def test_a_name_on_a_bad_letter_of_a_house_that_we_never_met_alarms_nobody(network):
    nord = await network.add("nord.test")
    async with nord.node.db.write() as tx:
        await turned_away._put(tx, _away("stranger.test", tx.now))

    assert await neighbours(nord.node, "fr") == []


async def test_several_houses_with_one_trouble_are_one_finding_and_a_proxy_of_ours_is_named(network):
    nord = await network.add("nord.test")
    async with nord.node.db.write() as tx:
        for number in range(5):
            await peers.seen(tx, f"h{number}.test")
            await turned_away._put(tx, _away(f"h{number}.test", tx.now))

    [one] = await neighbours(nord.node, "en")

    assert "h0.test, h1.test, h2.test (+2)" in explain(one.problem, "en").what
    assert "In your proxy" in explain(one.problem, "en").remedy


async def test_a_request_to_follow_that_nobody_answers_for_days_is_on_the_page_of_health(network):
    nord, sud = await network.add("nord.test"), await network.add("sud.test")
    await sud.follow(nord)
    network.clock.advance(days=4)

    [one] = await neighbours(sud.node, "en")

    assert "@nord@nord.test" in explain(one.problem, "en").what
    assert "4 days ago" in explain(one.problem, "en").why


async def test_one_address_makes_us_check_few_signatures_a_minute(network, pair):
    nord, _ = pair
    listing = await nord.publish("Remorque")
    network.switchboard.asked.clear()

    for number in range(2 * LOOKS):
        key = f'keyId="https://h{number}.test/actor#main-key"'
        signature = f'{key},headers="(request-target) date host",signature="eA=="'
        date = "Wed, 01 May 2030 09:00:00 GMT"
        await nord.get(f"/listings/{listing.key}", signature=signature, date=date)

    assert 0 < len(network.switchboard.asked) < 1.5 * LOOKS  # it lets one more go each second


@pytest.mark.parametrize("error", ["storage.busy (x)", "inbox.look_up_later (peer.silent (third.test: off))"])
async def test_our_own_trouble_and_that_of_a_third_house_is_not_laid_at_this_ones_door(network, pair, error):
    _, sud = pair
    async with sud.node.db.write() as tx:
        await tx.run(
            """INSERT INTO jobs (id, lane, thread, kind, payload, created_at, run_at, attempts, last_error)
               VALUES ('1', 'from nord.test', 'x', 'Process', '{}', :now, :now, 1, :error)""",
            now=tx.now,
            error=error,
        )

    assert (await known(sud, "nord.test")).fault is None
