"""bovine judges our draft-cavage, in a process and an environment of its own.

It verified GoToSocial, Takahe, WordPress and Fedify before us.  Its clock is the real one (five
minutes of grace), and it knows the path alone in `(request-target)`.
"""

import json
import os
import subprocess
import tempfile
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fedicoop.signatures import cavage
from fedicoop.signatures.claims import claim
from tests.letters import BODY, INBOX, KEY_ID, PAIRS, RSA_PRIVATE, arrived, is_nords, refusal

HERE = Path(__file__).resolve().parent
DEFAULT_PYTHON = HERE.parents[1] / ".venv-judges" / "bin" / "python"

pytestmark = pytest.mark.judge


class Bovine:
    def __init__(self, python: str) -> None:
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the judge
        self._process = subprocess.Popen(
            [python, str(HERE / "bovine" / "judge.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )

    def is_ready(self) -> bool:
        """It greets when it could import bovine; otherwise it is gone already."""
        if self._process.stdout.readline():
            return True
        self.leave()
        return False

    def ask(self, question: dict) -> dict:
        self._process.stdin.write(json.dumps(question).encode() + b"\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, f"the judge fell silent:\n{self._read_log()}"
        return json.loads(answer)

    def accepts(self, headers, *, method="POST", url=INBOX, body=BODY, key="rsa", public=None, key_id=KEY_ID):
        question = {"ask": "verify", "method": method, "url": url, "headers": headers, "key_id": key_id}
        question |= {"body": b64encode(body).decode(), "algorithm": key, "public": public or PAIRS[key][1]}
        return self.ask(question)["accepted"]

    def signs(self, method: str, url: str, body: bytes) -> dict[str, str]:
        question = {"ask": "sign", "method": method, "url": url, "body": b64encode(body).decode()}
        question |= {"key_id": KEY_ID, "private": RSA_PRIVATE, "content_type": "application/activity+json"}
        return self.ask(question)["headers"]

    def _read_log(self) -> str:
        self._log.seek(0)
        return self._log.read().decode(errors="replace")[-4000:]

    def leave(self) -> None:
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()
        self._log.close()


@pytest.fixture(scope="module")
def bovine():
    python = os.environ.get("BOVINE_PYTHON", str(DEFAULT_PYTHON))
    judge = Bovine(python) if Path(python).is_file() else None
    if judge is None or not judge.is_ready():
        reason = f"bovine is not installed for {python}: run tests/oracles/install.sh"
        if {"bovine", "all"} & set(os.environ.get("REQUIRE_JUDGES", "").replace(" ", "").split(",")):
            pytest.fail(reason)
        pytest.skip(reason)
    yield judge
    judge.leave()


def now() -> datetime:
    return datetime.now(UTC)


@pytest.mark.parametrize("key", PAIRS)
@pytest.mark.parametrize(("method", "body"), [("POST", BODY), ("GET", b"")])
def test_bovine_believes_what_we_sign(bovine, method, body, key):
    headers = cavage.sign(method, INBOX, body, KEY_ID, PAIRS[key][0], now())

    assert bovine.accepts(headers, method=method, body=body, key=key)


@pytest.mark.parametrize(("method", "body"), [("POST", BODY), ("GET", b"")])
def test_we_believe_what_bovine_signs(bovine, method, body):
    headers = bovine.signs(method, INBOX, body)

    request = arrived(headers, method=method, body=body)

    assert claim(request, now()).key_id == KEY_ID
    assert is_nords(request, now=now())
    assert not is_nords(arrived(headers, method=method, body=body, path="/elsewhere"), now=now())


def test_neither_bovine_nor_we_believe_another_body(bovine):
    headers = cavage.sign("POST", INBOX, BODY, KEY_ID, RSA_PRIVATE, now())

    assert not bovine.accepts(headers, body=b"{}")
    assert refusal(arrived(headers, body=b"{}"), now()) == "signature.digest_differs"


def test_neither_bovine_nor_we_believe_another_path_or_verb(bovine):
    headers = cavage.sign("POST", INBOX, BODY, KEY_ID, RSA_PRIVATE, now())

    assert not bovine.accepts(headers, url=f"{INBOX}/elsewhere")
    assert not bovine.accepts(headers, method="PUT")
    assert not is_nords(arrived(headers, path="/inbox/elsewhere"), now=now())
    assert not is_nords(arrived(headers, method="PUT"), now=now())


def test_neither_bovine_nor_we_believe_an_old_letter(bovine):
    headers = cavage.sign("POST", INBOX, BODY, KEY_ID, RSA_PRIVATE, now() - timedelta(days=2))

    assert not bovine.accepts(headers)
    assert refusal(arrived(headers), now()) == "signature.too_old"


@pytest.mark.parametrize("name", ["host", "date", "content-type"])
def test_neither_bovine_nor_we_believe_a_header_that_was_changed(bovine, name):
    headers = cavage.sign("POST", INBOX, BODY, KEY_ID, RSA_PRIVATE, now())
    another = {"host": "sud.test:443", "content-type": "text/plain"}
    another["date"] = cavage.write_date(now() + timedelta(seconds=30))

    changed = headers | {name: another[name]}

    assert not bovine.accepts(changed)
    assert not is_nords(arrived(changed), now=now())


def test_neither_bovine_nor_we_believe_another_key_or_signature(bovine):
    headers = cavage.sign("POST", INBOX, BODY, KEY_ID, RSA_PRIVATE, now())
    other = cavage.sign("POST", INBOX, b"{}", KEY_ID, RSA_PRIVATE, now())

    assert not bovine.accepts(headers, key="ed25519")
    assert not bovine.accepts(headers, key_id=f"{KEY_ID}-2")
    assert not bovine.accepts(headers | {"signature": other["signature"]})
    assert not is_nords(arrived(headers), "ed25519", now=now())
    assert not is_nords(arrived(headers | {"signature": other["signature"]}), now=now())


def test_neither_bovine_nor_we_believe_a_digest_that_was_not_signed(bovine):
    headers = cavage.sign("GET", INBOX, b"", KEY_ID, RSA_PRIVATE, now())
    headers["digest"] = cavage.digest_header(BODY)

    assert not bovine.accepts(headers)
    assert refusal(arrived(headers), now()) == "signature.too_narrow"
