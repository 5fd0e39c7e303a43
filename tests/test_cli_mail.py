"""`mail test` and the doctor: whether letters leave, and what stands in the way."""

import asyncio
import json
import threading
from contextlib import contextmanager

import pytest

from fedicoop.mail import letters
from tests.post_office import post_office
from tests.test_cli import built, house, run, terminal

__all__ = ["built", "house", "run", "terminal"]


@contextmanager
def office_in_town(**how):
    """A post office that works while a command runs, in a thread of its own."""
    loop, opened = asyncio.new_event_loop(), threading.Event()
    found, closing = [], asyncio.Event()

    async def work():
        async with post_office(**how) as office:
            found.append(office)
            opened.set()
            await closing.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(work(),))
    thread.start()
    opened.wait(10)
    try:
        yield found[0]
    finally:
        loop.call_soon_threadsafe(closing.set)
        thread.join(10)
        loop.close()


@pytest.fixture
def office():
    with office_in_town(account=True) as office:
        yield office


@pytest.fixture
def connected(house, office, monkeypatch):
    monkeypatch.setenv("FEDICOOP_SMTP_URL", f"smtp://bureau@velo.example:hunter2@127.0.0.1:{office.port}")
    return house


def test_a_test_letter_arrives_and_the_answer_is_shown(connected, office):
    answer = connected("mail", "test", "lea@mail.test")

    [letter] = office.letters
    assert answer.code == 0
    assert "Vélo Fives <bureau@velo.example>" in answer.out
    assert "taken" in answer.out
    assert letter["To"] == "lea@mail.test"
    assert letter["Subject"] == "Test mail from velo.example"
    assert connected.json("mail", "test", "lea@mail.test")["safety"] == "plain"


def test_the_test_speaks_the_language_of_the_terminal(connected, office, monkeypatch):
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")

    assert "est prise" in connected("mail", "test", "lea@mail.test").out
    assert office.letters[0]["Subject"] == "Essai de courriel de velo.example"


@pytest.mark.parametrize(
    ("step", "says", "code", "told"),
    [
        ("AUTH", "535 5.7.8 bad credentials", "FC-6205", "bad credentials"),
        ("MAIL", "553 5.7.1 not yours", "FC-6206", "bureau@velo.example"),
        ("RCPT", "550 5.1.1 no such mailbox", "FC-6209", "no such mailbox"),
        ("DATA", "554 5.7.1 looks like spam", "FC-6210", "looks like spam"),
    ],
)
def test_what_stands_in_the_way_is_told_with_the_servers_words(connected, office, step, says, code, told):
    office.says[step] = says

    answer = connected("mail", "test", "lea@mail.test")

    assert answer.code == 5
    assert code in answer.err
    assert told in answer.err
    assert "hunter2" not in answer.out + answer.err


def test_a_house_without_mail_and_an_address_that_is_none_are_told(house, monkeypatch):
    answer = house("mail", "test", "lea@mail.test")
    assert (answer.code, "FC-6200" in answer.err) == (1, True)

    assert house("mail", "test", "lea at mail").code == 2


def test_what_waited_leaves_once_the_test_went_well(connected, office, monkeypatch):
    from fedicoop.app import WORK
    from fedicoop.assemble import assemble
    from fedicoop.jobs.worker import run_one
    from fedicoop.settings import load

    async def promise_in_vain():
        async with assemble(load({"data_dir": connected.folder}, {})) as node:
            async with node.db.write() as tx:
                await letters.promise(tx, key="k", to="lea@mail.test", language="fr", template="test")
            while await run_one(node, WORK):
                pass

    asyncio.run(promise_in_vain())  # no mail was set up yet
    assert "1 letter was waiting" in connected("mail", "test", "lea@mail.test").out


def test_the_doctor_tells_how_mail_is(house, office, monkeypatch):
    def mail():
        told = json.loads(house("doctor", "--json").out)
        return next(check for check in told["checks"] if check["name"] == "mail")

    assert mail()["state"] == "ok"
    monkeypatch.setenv("FEDICOOP_SMTP_URL", f"smtp://bureau:hunter2@127.0.0.1:{office.port}")
    assert mail()["state"] == "ok"
    assert office.letters == []
    office.says["AUTH"] = "535 no"
    assert (mail()["state"], mail()["code"]) == ("error", "FC-6205")
