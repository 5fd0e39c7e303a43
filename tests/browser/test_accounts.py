"""The life of an account in a browser: invited, joined, signed out of in mid-form, taken along, left."""

import io
import json
import os
import subprocess
import sys
import time
import zipfile

import pytest

from tests.browser.conftest import DESK, PHONE, ROOT, awake, free_port
from tests.browser.test_pages import faults

PASSWORD = "trois mots au hasard"
LISTED = [
    *("/rejoindre", "/entrer", "/moi", "/moi/profil", "/moi/absence", "/moi/appareils", "/moi/mot-de-passe"),
    *("/moi/donnees", "/moi/donnees/supprimer", "/inviter", "/admin/membres", "/admin/membres/lea"),
    "/au-revoir",
]


def invite(steward) -> str:
    """The address of a fresh invitation, as a steward reads it from the screen."""
    steward.open("/inviter")
    steward.page.get_by_role("button", name="Faire l’invitation").click()
    return steward.page.locator(".copy__text").inner_text()


@pytest.mark.parametrize(
    ("size", "script"), [(PHONE, True), (PHONE, False), (DESK, True)], ids=["phone", "no script", "desk"]
)
def test_who_is_invited_joins_comes_back_and_leaves(reader, demo, size, script):
    camille = reader(demo.velo, size=size, script=script)
    camille.enter("camille")
    name = f"Zoé {time.monotonic_ns() % 100_000}"

    zoe = reader(demo.velo, size=size, script=script)
    zoe.page.goto(invite(camille))
    zoe.page.fill("#f-name", name)
    zoe.page.fill("#f-password", PASSWORD)
    zoe.page.check("#f-age", force=True)
    zoe.page.get_by_role("button", name="Rejoindre").click()
    zoe.page.wait_for_url("**/moi?fait=bienvenue")
    handle = zoe.page.locator(".me .quiet").inner_text().partition("@")[2]

    zoe.page.get_by_role("button", name="Sortir").click()
    zoe.open("/moi/donnees")
    zoe.page.fill("#f-login", handle)
    zoe.page.fill("#f-password", PASSWORD)
    zoe.page.get_by_role("button", name="Entrer", exact=True).click()
    zoe.page.wait_for_url("**/moi/donnees")
    with zoe.page.expect_download() as download:
        zoe.page.get_by_role("button", name="Télécharger mes données").click()
    with zipfile.ZipFile(io.BytesIO(download.value.path().read_bytes())) as archive:
        assert json.loads(archive.read("data.json"))["profile"][0]["name"] == name

    zoe.open("/moi/donnees/supprimer")
    zoe.page.fill("#f-handle", handle)
    zoe.page.get_by_role("button", name="Supprimer mon compte pour de bon").click()
    zoe.page.wait_for_url("**/au-revoir")
    assert zoe.foreign == []


def test_a_session_that_is_revoked_in_mid_form_takes_nothing_along(reader, demo):
    here, elsewhere = reader(demo.velo), reader(demo.velo)
    for one in (here, elsewhere):
        one.enter("lea")
    here.open("/moi/profil")
    here.page.fill("#f-about", "Je répare des vélos, et bien d’autres choses.")
    elsewhere.open("/moi/appareils")
    elsewhere.page.get_by_role("button", name="Déconnecter tous les autres").click()

    here.page.get_by_role("button", name="Enregistrer").click()
    here.page.wait_for_url("**/entrer?next=%2Freprendre")
    here.page.locator('form:has(input[value="lea"]) button').first.click()
    here.page.wait_for_url("**/reprendre")
    here.page.get_by_role("button", name="Envoyer maintenant").click()
    here.page.wait_for_url("**/moi?fait=profil")

    here.open("/moi/profil")
    assert here.page.input_value("#f-about") == "Je répare des vélos, et bien d’autres choses."


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_the_pages_of_people_are_good_in_both_themes(reader, demo, size, dark):
    camille = reader(demo.velo, size=size, dark=dark)
    camille.enter("camille")

    for path in LISTED:
        camille.open(path)
        assert faults(camille.page) == [], path
        assert camille.width() <= size["width"], path
    assert (camille.foreign, camille.errors) == ([], [])


def test_a_passkey_is_made_and_lets_in(reader, tmp_path):
    """At `localhost`, where browsers make them without https, with chromium's own test authenticator."""
    port = free_port()
    origin, folder = f"http://localhost:{port}", tmp_path / "house"
    environment = os.environ | {
        "LANG": "fr_FR.UTF-8",
        "PYTHONPATH": str(ROOT),
        "FEDICOOP_ALLOWED_PEERS": f"localhost:{port}",
        "FEDICOOP_DATA_DIR": str(folder),
    }

    def fedicoop(*words: str) -> str:
        command = [sys.executable, "-m", "fedicoop", *words]
        return subprocess.run(
            command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True
        ).stdout

    made = ("--name", "Test", "--handle", "test", "--bind", f"127.0.0.1:{port}")
    fedicoop("init", "--origin", origin, *made)
    fedicoop("member", "add", "--handle", "lea", "--name", "Léa")
    link = json.loads(fedicoop("member", "link", "lea", "--json"))["url"]
    serving = subprocess.Popen([sys.executable, "-m", "fedicoop", "serve"], cwd=ROOT, env=environment)
    try:
        while not awake(f"http://127.0.0.1:{port}") and not awake(origin):
            time.sleep(0.1)
        _passkey(reader(origin), link)
    finally:
        serving.terminate()
        serving.wait(30)


def _passkey(lea, link: str) -> None:
    session = lea.page.context.new_cdp_session(lea.page)
    session.send("WebAuthn.enable")
    phone = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    phone |= {"hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": phone})
    lea.page.goto(link)
    lea.page.get_by_role("button", name="Entrer sur cet appareil").click()
    lea.open("/moi/appareils")
    lea.page.get_by_role("button", name="Ajouter cet appareil").click()
    lea.page.wait_for_url("**/moi/appareils?fait=cle")

    lea.open("/moi")
    lea.page.get_by_role("button", name="Sortir").click()
    lea.open("/entrer?next=/moi/donnees")
    lea.page.get_by_role("button", name="Entrer avec une clé d’accès").click()
    lea.page.wait_for_url(f"{lea.origin}/moi/donnees")
    assert (lea.foreign, lea.errors) == ([], [])
