"""Letters: promised in somebody's commit, carried to the mail server, never lost and never twice."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest

from fedicoop import app as house
from fedicoop.actors import coops
from fedicoop.errors import Unreachable
from fedicoop.jobs.worker import run_one
from fedicoop.mail import carrying, letters, store
from fedicoop.outward import Outward
from fedicoop.outward.post import hand_in
from tests.post_office import post_office, with_mail
from tests.test_outward_tls import Authority

LEA, KARIM = "lea@mail.test", "karim@mail.test"


@pytest.fixture
async def office():
    async with post_office() as open_office:
        yield open_office


@pytest.fixture
async def nord(network, office):
    found = await network.add("nord.test")
    with_mail(found, f"smtp://127.0.0.1:{office.port}")
    return found


async def promise(nord, key="k", to=LEA, language="fr", **more):
    async with nord.node.db.write() as tx:
        return await letters.promise(tx, key=key, to=to, language=language, template="test", **more)


async def kept(nord, key="k"):
    async with nord.node.db.read() as tx:
        return await store.find(tx, key)


async def jobs(nord):
    async with nord.node.db.read() as tx:
        return await tx.count("SELECT count(*) FROM jobs WHERE kind = 'Mail' AND NOT dead")


async def test_a_promised_letter_arrives_once_and_what_it_said_is_forgotten(nord, office):
    assert await promise(nord, secret="hunter2")
    assert not await promise(nord, to=KARIM)

    await nord.settle()
    await nord.settle()

    [letter] = office.letters
    assert office.envelopes[0][:2] == ("noreply@nord.test", [LEA])
    assert letter["To"] == LEA
    assert letter["From"] == "Coop Nord <noreply@nord.test>"
    assert letter["Subject"] == "Essai de courriel de nord.test"
    assert letter["Message-ID"].endswith("@nord.test>")
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Date"].datetime == nord.node.db.clock()
    assert letter.get_content_type() == "text/plain"
    assert office.envelopes[0][2].isascii()
    assert "Cette" not in letter["Subject"]
    assert "https://nord.test/" in letter.get_content()
    assert (await kept(nord)).details == {}
    assert (await kept(nord)).sent_at


async def test_a_letter_speaks_the_language_of_its_reader(nord, office):
    await promise(nord, "a", language="fr")
    await promise(nord, "b", language="en")

    await nord.settle()

    french, english = office.letters
    assert "fonctionne" in french.get_content()
    assert "works" in english.get_content()
    assert (french["Content-Language"], english["Content-Language"]) == ("fr", "en")


async def test_what_is_rolled_back_sends_nothing(nord, office):
    with suppress(ZeroDivisionError):
        async with nord.node.db.write() as tx:
            await letters.promise(tx, key="k", to=LEA, language="fr", template="test")
            raise ZeroDivisionError("the cause did not happen")

    await nord.settle()

    assert office.letters == []


async def test_a_mail_server_that_is_down_loses_nothing_and_holds_up_no_page(network):
    nord = await network.add("nord.test")
    async with post_office() as gone:
        port = gone.port
    with_mail(nord, f"smtp://127.0.0.1:{port}")
    for key in "abc":
        await promise(nord, key)

    await nord.settle()
    assert (await nord.get("/", accept="text/html")).status_code == 200
    assert await jobs(nord) == 3

    async with post_office(port) as office:
        await nord.settle()
        assert office.letters == []  # the lane rests
        for _ in range(4):
            network.clock.advance(hours=1)
            await nord.settle()
        assert len({letter["Message-ID"] for letter in office.letters}) == len(office.letters) == 3
    assert await jobs(nord) == 0


async def test_a_letter_that_must_wait_holds_up_no_other(nord, office, network):
    office.says[f"RCPT {LEA}"] = "450 4.2.0 greylisted, come back later"
    await promise(nord, "a", LEA)
    await promise(nord, "b", KARIM)

    await nord.settle()
    assert [letter["To"] for letter in office.letters] == [KARIM]

    office.says.clear()
    network.clock.advance(minutes=1)
    await nord.settle()
    assert [letter["To"] for letter in office.letters] == [KARIM, LEA]


@pytest.mark.parametrize("step", [f"RCPT {LEA}", "DATA"])
async def test_a_no_for_good_is_noted_and_not_asked_again(nord, office, network, step):
    office.says[step] = f"550 5.1.1 <{LEA}> is not known here"
    await promise(nord, secret="hunter2")

    await nord.settle()
    office.says.clear()
    network.clock.advance(days=1)
    await nord.settle()

    assert office.letters == []
    assert await jobs(nord) == 0
    async with nord.node.db.read() as tx:
        [refused] = await store.refused_since(tx, tx.now - timedelta(days=7))
    assert refused.answer == "550 5.1.1 <…> is not known here"
    assert (await kept(nord)).details == {}


async def test_an_address_that_came_back_three_times_gets_no_more_news_until_it_works(nord, office, network):
    async def stopped():
        async with nord.node.db.read() as tx:
            return await store.comes_back(tx, LEA)

    office.says[f"RCPT {LEA}"] = "550 5.1.1 unknown"
    for key in "abc":
        assert not await stopped()
        await promise(nord, key)
        await nord.settle()
    assert await stopped()

    network.clock.advance(days=31)
    assert not await stopped()
    network.clock.advance(days=-31)
    office.says.clear()
    await promise(nord, "d")
    await nord.settle()
    assert not await stopped()


async def test_what_is_wrong_with_the_content_does_not_count_against_the_address(nord, office):
    office.says["DATA"] = "554 5.7.1 spam"
    for key in "abc":
        await promise(nord, key)
    await nord.settle()

    async with nord.node.db.read() as tx:
        assert not await store.comes_back(tx, LEA)


@pytest.mark.parametrize("answer", ["550 5.7.1 not from here", "451 4.3.0 try later", "421 4.3.2 closing"])
async def test_a_no_to_us_costs_no_letter(nord, office, network, answer):
    office.says["MAIL"] = answer
    await promise(nord)

    await nord.settle()
    assert await jobs(nord) == 1
    async with nord.node.db.read() as tx:
        assert await store.refused_since(tx, tx.now - timedelta(days=7)) == []

    office.says.clear()
    network.clock.advance(hours=1)
    await nord.settle()
    assert len(office.letters) == 1


async def test_a_worker_that_dies_after_the_servers_yes_sends_the_same_message_again(nord, office, network):
    """Mail cannot rule it out; but both copies are the same message, and known as one."""
    await promise(nord)
    worker = asyncio.create_task(run_one(nord.node, house.WORK))
    office.taken = worker.cancel
    with pytest.raises(asyncio.CancelledError):
        await worker
    office.taken = lambda: None
    network.clock.advance(minutes=10)

    await nord.settle()
    await nord.settle()

    first, second = (body for _, _, body in office.envelopes)
    assert first == second
    assert b"Message-ID: <" in first


@pytest.mark.parametrize(
    "name", ["Vélo\r\nBcc: spy@evil.test", "Vélo\nBcc: spy@evil.test\n\nHello", "a\x00b\x0bc"]
)
async def test_a_name_adds_no_header_and_no_recipient(nord, office, name):
    """Security case 94."""
    async with nord.node.db.write() as tx:
        await tx.run(
            "UPDATE actors SET name = :name WHERE id = :id", name=name.replace("\0", ""), id=nord.coop.id
        )
        assert (await coops.face(tx, "nord.test")).name != "nord.test"
    await promise(nord)

    await nord.settle()

    [letter] = office.letters
    assert office.envelopes[0][1] == [LEA]
    assert letter["Bcc"] is None
    assert letter["Subject"] == "Essai de courriel de nord.test"
    assert letter["From"].addresses[0].addr_spec == "noreply@nord.test"
    assert len(letter["From"].addresses) == 1


@pytest.mark.parametrize(
    "address",
    [
        "a%b@c.test",
        "a,b@c.test",
        '"a b"@c.test',
        "a b@c.test",
        "a@b.test>,<c@d.test",
        "a@b.test\r\nDATA",
        "a" * 250 + "@c.test",
        "@c.test",
        "a",
    ],
)
async def test_no_letter_goes_to_an_address_that_mailers_read_differently(nord, office, address):
    """Security case 94."""
    await promise(nord, to=address)

    await nord.settle()

    assert office.envelopes == []
    assert await jobs(nord) == 0
    assert (await kept(nord)).ended_at


async def test_a_letter_that_would_come_too_late_does_not_come(nord, office, network):
    await promise(nord, "link", until=network.clock.now + timedelta(hours=1))
    await promise(nord, "news")
    network.clock.advance(hours=1)

    await nord.settle()

    assert len(office.letters) == 1
    assert (await kept(nord, "link")).ended_at
    assert (await kept(nord, "link")).details == {}


async def test_in_a_house_without_mail_a_letter_waits_a_week_and_is_forgotten(nord, office, network):
    with_mail(nord, "")
    await promise(nord, "early", secret="hunter2")
    network.clock.advance(days=6)
    await promise(nord, "late", secret="hunter2")
    await nord.settle()
    network.clock.advance(days=2)
    async with nord.node.db.write() as tx:
        await store.tidy(tx)
    assert (await kept(nord, "early")).details == {}

    with_mail(nord, f"smtp://127.0.0.1:{office.port}")
    network.clock.advance(days=1)
    await nord.settle()

    assert (await kept(nord, "early")).sent_at is None
    assert (await kept(nord, "late")).sent_at
    assert len(office.letters) == 1


async def test_addresses_are_forgotten_after_a_week_and_keys_after_a_year(nord, office, network):
    await promise(nord)
    await nord.settle()
    for days, address in ((6, LEA), (2, "")):
        network.clock.advance(days=days)
        async with nord.node.db.write() as tx:
            await store.tidy(tx)
        assert (await kept(nord)).address == address

    assert not await promise(nord)
    network.clock.advance(days=366)
    async with nord.node.db.write() as tx:
        await store.tidy(tx)
    assert await kept(nord) is None


async def test_who_leaves_gets_nothing_more_and_leaves_nothing_here(nord, office):
    await promise(nord, "a", secret="hunter2")
    async with nord.node.db.write() as tx:
        await store.forget_address(tx, LEA)

    await nord.settle()

    assert office.letters == []
    async with nord.node.db.read() as tx:
        assert not await tx.count("SELECT count(*) FROM mails WHERE address <> '' OR details <> '{}'")


async def test_no_letter_leaves_inside_a_transaction(nord):
    async with nord.node.db.read() as tx:
        assert tx.now
        with pytest.raises(RuntimeError, match="inside a transaction"):
            await carrying.bring(nord.node, LEA, b"Subject: x\r\n\r\nx")


async def test_the_log_names_neither_whom_we_write_to_nor_the_password(network, capsys):
    nord = await network.add("nord.test")
    async with post_office(account=True) as office:
        with_mail(nord, f"smtp://bureau:hunter2@127.0.0.1:{office.port}")
        office.says[f"RCPT {LEA}"] = f"550 no {LEA}"
        office.says[f"RCPT {KARIM}"] = f"450 not yet {KARIM}"
        await promise(nord, "a", LEA)
        await promise(nord, "b", KARIM)
        await nord.settle()
        office.says["AUTH"] = "535 5.7.8 no"
        await promise(nord, "c", LEA)
        await nord.settle()

    said = capsys.readouterr().err
    assert "mail.refused" in said
    assert "mail.account" in said
    assert LEA not in said
    assert KARIM not in said
    assert "hunter2" not in said


# --- the way to the server ------------------------------------------------------------------------


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


async def handed_in(url, ca_file=None):
    from fedicoop.settings.mail_server import mail_server

    return await hand_in(
        mail_server(url),
        "bureau@nord.test",
        LEA,
        b"Subject: x\r\n\r\nx\r\n",
        ourselves="nord.test",
        ca_file=ca_file,
    )


async def why_not(url, ca_file=None):
    with pytest.raises(Unreachable) as caught:
        await handed_in(url, ca_file)
    assert "hunter2" not in f"{caught.value} {caught.value.values}"
    return caught.value.key


async def test_a_password_goes_to_a_server_whose_certificate_we_believe(authority):
    async with post_office(tls=authority.server("localhost"), account=True) as office:
        url = f"smtps://bureau@nord.test:hunter2@localhost:{office.port}"

        assert await why_not(url) == "mail.tls"
        assert office.accounts == []
        assert await handed_in(url, authority.file) == "250 taken".removeprefix("250 ")
        assert office.accounts == [("bureau@nord.test", "hunter2")]


async def test_starttls_is_insisted_on_where_it_was_asked_for(authority):
    async with post_office() as open_office:
        assert await why_not(f"smtp+starttls://localhost:{open_office.port}") == "mail.no_starttls"
        assert open_office.envelopes == []
    async with post_office(starttls=authority.server("localhost"), account=True) as office:
        url = f"smtp+starttls://bureau:hunter2@localhost:{office.port}"
        assert await why_not(url) == "mail.tls"
        assert office.accounts == []
        await handed_in(url, authority.file)
        assert len(office.envelopes) == 1


async def test_what_is_wrong_on_the_way_is_told_apart():
    async with post_office(account=True) as office:
        office.says["AUTH"] = "535 5.7.8 wrong password"
        assert await why_not(f"smtp://bureau:hunter2@127.0.0.1:{office.port}") == "mail.account"
        assert await why_not(f"smtps://bureau:hunter2@127.0.0.1:{office.port}") == "mail.tls"
    async with post_office() as office:
        assert await why_not(f"smtp://bureau:hunter2@127.0.0.1:{office.port}") == "mail.account"
        office.says["MAIL"] = "553 not yours"
        assert await why_not(f"smtp://127.0.0.1:{office.port}") == "mail.sender_refused"
        port = office.port
    assert await why_not(f"smtp://127.0.0.1:{port}") == "mail.silent"
    assert await why_not("smtp://mail.invalid:2525") == "mail.name_unknown"


async def test_what_is_no_mail_server_is_called_odd():
    async def web(reader, writer):
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(web, "127.0.0.1", 0)
    async with server:
        assert await why_not(f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}") == "mail.odd"


def test_the_authorities_of_the_operator_count_for_mail_too(authority):
    assert Outward(allowed_peers=set(), user_agent="x", ca_file=authority.file).ca_file == authority.file
