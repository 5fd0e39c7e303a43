import os
import re
import stat
import tomllib

import pytest

from fedicoop.errors import Misconfigured
from fedicoop.settings import EXAMPLES, Settings, describe, foreign, load, write_file
from fedicoop.vocabulary.hosts import origin_of


@pytest.fixture
def house(tmp_path):
    """A data directory, and a way to put its file of settings there and load it."""

    def load_with(text="", flags=None, **environ):
        (tmp_path / "fedicoop.toml").write_text(text, encoding="utf-8")
        return load({"data_dir": tmp_path, **(flags or {})}, environ, require_origin=False)

    load_with.dir = tmp_path
    return load_with


def refused(house, *args, **kwargs):
    with pytest.raises(Misconfigured) as caught:
        house(*args, **kwargs)
    return caught.value


def test_an_origin_and_a_directory_are_all_that_is_needed(tmp_path):
    settings = load({"data_dir": tmp_path, "origin": "https://coop.example"}, {})

    assert (settings.host, settings.locale, settings.workers) == ("coop.example", "fr", 16)
    assert settings.database_path == tmp_path / "fedicoop.db"
    assert settings.media_dir == tmp_path / "media"
    assert settings.listens_on == ("127.0.0.1", 8080)


def test_a_flag_beats_the_environment_which_beats_the_file_which_beats_the_default(house):
    settings = house(
        'bind = "127.0.0.1:1"\nlocale = "en"\nworkers = 9\n',
        flags={"bind": "127.0.0.1:3", "origin": None},
        FEDICOOP_BIND="127.0.0.1:2",
        FEDICOOP_WORKERS="4",
    )

    assert (settings.bind, settings.workers, settings.locale, settings.log_level) == (
        "127.0.0.1:3",
        4,
        "en",
        "info",
    )
    assert settings.sources["bind"] == "flag"
    assert settings.sources["workers"] == "FEDICOOP_WORKERS"
    assert settings.sources["locale"] == str(house.dir / "fedicoop.toml")
    assert settings.sources["log_level"] == "default"


def test_the_environment_is_the_one_that_was_passed_in(tmp_path, monkeypatch):
    monkeypatch.setenv("FEDICOOP_ORIGIN", "https://elsewhere.example")

    settings = load({"data_dir": tmp_path, "origin": "https://coop.example"}, {"HOME": "/root"})

    assert settings.origin == "https://coop.example"


def test_a_secret_may_stand_in_a_file_of_its_own(house):
    (house.dir / "secret").write_text("https://coop.example\n")

    settings = house(FEDICOOP_ORIGIN_FILE=str(house.dir / "secret"))

    assert settings.origin == "https://coop.example"
    assert settings.sources["origin"] == "FEDICOOP_ORIGIN_FILE"


def test_an_empty_variable_is_one_that_was_not_given(house):
    assert house('locale = "en"', FEDICOOP_LOCALE="", FEDICOOP_ORIGIN=" ").locale == "en"


def test_a_variable_and_its_twin_may_not_both_be_given(house):
    (house.dir / "secret").write_text("en")

    problem = refused(house, FEDICOOP_LOCALE="fr", FEDICOOP_LOCALE_FILE=str(house.dir / "secret"))

    assert problem.key == "settings.twice"


def test_a_twin_that_is_not_there_is_told(house):
    problem = refused(house, FEDICOOP_LOCALE_FILE="/nowhere/at/all")

    assert (problem.key, problem.values["file"]) == ("settings.file_unreadable", "/nowhere/at/all")


@pytest.mark.parametrize(
    ("text", "line", "name"),
    [
        ('# a comment\n\nlocal = "fr"\n', 3, "local"),
        ('locale = "fr"\n[federation]\nopen = true\n', 2, "federation"),
        ('data_dir = "/srv"\n', 1, "data_dir"),
        ('locale = "fr"\n"Locale" = "fr"\n', 2, "Locale"),
    ],
)
def test_an_unknown_key_of_the_file_is_named_with_its_line(house, text, line, name):
    problem = refused(house, text)

    assert problem.key == "settings.unknown"
    assert problem.values["name"] == name
    assert problem.values["place"] == f"{house.dir / 'fedicoop.toml'}:{line}"


def test_an_unknown_variable_is_named(house):
    problem = refused(house, FEDICOOP_ORGIN="https://coop.example")

    assert (problem.key, problem.values["place"]) == ("settings.unknown", "FEDICOOP_ORGIN")
    assert "FEDICOOP_ORIGIN" in problem.values["known"]


def test_a_variable_that_is_none_of_ours_stops_nothing_and_can_be_named(house):
    settings = house(FEDICOOP_TILES="https://later.example", FEDICOOP_ORIGIN="https://velo.example")

    assert settings.origin == "https://velo.example"
    assert foreign({"FEDICOOP_TILES": "x", "FEDICOOP_ORIGIN_FILE": "y", "HOME": "z"}) == ["FEDICOOP_TILES"]


@pytest.mark.parametrize(
    "line",
    [
        'workers = "2"',
        "workers = -1",
        "workers = 1.5",
        "workers = true",
        'locale = "de"',
        'log_level = "loud"',
        'log_format = "xml"',
        "bind = 8080",
        'bind = "8080"',
        'bind = "127.0.0.1:70000"',
        'allowed_peers = "127.0.0.1:8001"',
        'allowed_peers = ["127.0.0.1"]',
        'allowed_peers = ["http://127.0.0.1:8001"]',
        'trusted_proxies = "*"',
        'trusted_proxies = "10.0.0.1/8"',
        'database_url = "mysql://localhost/coop"',
        'database_url = "coop.db"',
    ],
)
def test_a_value_of_the_wrong_kind_is_named_with_its_line_and_an_example(house, line):
    problem = refused(house, f"\n{line}\n")

    name = line.split()[0]
    assert problem.key == "settings.not_understood"
    assert problem.values == {
        "name": name,
        "place": f"{house.dir / 'fedicoop.toml'}:2",
        "example": EXAMPLES[name],
    }


def test_a_value_of_the_environment_is_read_as_what_it_should_be(house):
    settings = house(
        FEDICOOP_ALLOWED_PEERS="127.0.0.1:8001, NORD.test:80 [::1]:8002",
        FEDICOOP_TRUSTED_PROXIES="127.0.0.1 10.0.0.0/8",
    )

    assert settings.allowed_peers == {"127.0.0.1:8001", "nord.test:80", "[::1]:8002"}
    assert settings.trusted_proxies == "127.0.0.1/32,10.0.0.0/8"
    assert refused(house, FEDICOOP_WORKERS="two").values["place"] == "FEDICOOP_WORKERS"


def test_a_file_that_is_not_toml_is_told_with_its_line(house):
    problem = refused(house, 'locale = "fr"\nbind = \n')

    assert problem.key == "settings.file_syntax"
    assert problem.values["place"].endswith("fedicoop.toml:2")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_that_we_may_not_read_is_not_taken_for_an_absent_one(house):
    house("")
    (house.dir / "fedicoop.toml").chmod(0)

    with pytest.raises(Misconfigured) as caught:
        load({"data_dir": house.dir}, {}, require_origin=False)

    assert caught.value.key == "settings.file_unreadable"


def test_a_file_that_is_a_folder_or_not_text_is_refused(tmp_path):
    (tmp_path / "folder" / "fedicoop.toml").mkdir(parents=True)
    (tmp_path / "fedicoop.toml").write_bytes(b"\xff\xfe")

    for directory in (tmp_path, tmp_path / "folder"):
        with pytest.raises(Misconfigured) as caught:
            load({"data_dir": directory}, {}, require_origin=False)
        assert caught.value.key == "settings.file_unreadable"


def test_without_an_origin_nothing_starts_but_init(tmp_path):
    with pytest.raises(Misconfigured) as caught:
        load({"data_dir": tmp_path}, {})

    assert caught.value.key == "settings.no_origin"
    assert load({"data_dir": tmp_path}, {}, require_origin=False).origin == ""


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://coop.example", "https://coop.example"),
        ("HTTPS://Coop.Example/", "https://coop.example"),
        ("https://coop.example:443", "https://coop.example"),
        ("https://coop.example.:8443", "https://coop.example:8443"),
        ("https://vélo.example", "https://xn--vlo-bma.example"),
        ("http://127.0.0.1:8001", "http://127.0.0.1:8001"),
        ("http://nord.test", "http://nord.test"),
        ("http://[::0:1]:8002/", "http://[::1]:8002"),
        ("https://straße.example", "https://xn--strae-oqa.example"),
    ],
)
def test_an_origin_has_one_spelling(house, written, meant):
    peers = "127.0.0.1:8001 nord.test:80 [::1]:8002"

    origin = house(FEDICOOP_ORIGIN=written, FEDICOOP_ALLOWED_PEERS=peers).origin

    assert origin == meant == origin_of(origin)


@pytest.mark.parametrize(
    "written",
    [
        "coop.example",
        "https://",
        "https://coop.example/coop",
        "https://coop.example?x=1",
        "https://coop.example#x",
        "https://user@coop.example",
        "https://co op.example",
        "https://coop\\.example",
        "https://coop..example",
        "https://-coop.example",
        "https://coop.example:99999",
        "ftp://coop.example",
        "https://coop_op.example",
        "https://coop.example\n.evil.example",
    ],
)
def test_what_is_not_an_origin_and_nothing_else_is_refused(house, written):
    assert refused(house, FEDICOOP_ORIGIN=written).key == "settings.bad_origin"


def test_plain_http_is_for_the_peers_that_are_named(house):
    problem = refused(house, FEDICOOP_ORIGIN="http://127.0.0.1:8001", FEDICOOP_ALLOWED_PEERS="127.0.0.1:8002")

    assert (problem.key, problem.values["peer"]) == ("settings.plain_http", "127.0.0.1:8001")


@pytest.mark.parametrize("url", ["postgresql://coop@localhost/coop", "postgres://localhost/coop"])
def test_the_database_may_be_a_server_of_postgresql(house, url):
    assert house(FEDICOOP_DATABASE_URL=url).on_postgresql
    assert not house().on_postgresql


def test_the_database_may_stand_elsewhere(house):
    assert str(house(FEDICOOP_DATABASE_URL="sqlite:///srv/my%20coop.db").database_path) == "/srv/my coop.db"
    assert str(house(FEDICOOP_DATABASE_URL="sqlite:////srv/coop.db").database_path) == "/srv/coop.db"
    assert house().database == f"sqlite://{house.dir}/fedicoop.db"


def test_a_message_never_shows_a_value(house):
    problem = refused(house, FEDICOOP_DATABASE_URL="mysql://coop:hunter2@localhost/coop")

    assert "hunter2" not in str(problem.values)


def test_config_show_masks_passwords_and_tells_every_source(tmp_path):
    url = "sqlite://coop:hunter2@host/coop.db"
    settings = Settings(data_dir=tmp_path, origin="https://coop.example", database_url=url)

    rows = {name: (value, source) for name, value, source in describe(settings)}

    assert rows.keys() == EXAMPLES.keys()
    assert rows["database_url"] == ("sqlite://***@host/coop.db", "default")


@pytest.mark.parametrize(
    "url", ["postgresql://coop:hunter2@host/coop", "postgresql:///coop?user=coop&password=hunter2&host=/run"]
)
def test_the_password_of_the_database_is_not_shown(tmp_path, url):
    settings = Settings(data_dir=tmp_path, origin="https://coop.example", database_url=url)

    assert "hunter2" not in str(describe(settings)) + repr(settings)


def test_a_time_zone_is_one_of_the_list(house):
    assert str(house(FEDICOOP_TIMEZONE="America/Montreal").zone) == "America/Montreal"
    for wrong in ("Paris", "../../etc/passwd", "/etc/passwd", "Europe"):
        assert refused(house, FEDICOOP_TIMEZONE=wrong).values["name"] == "timezone"


@pytest.mark.parametrize(
    ("written", "host", "port", "safety", "user", "password"),
    [
        ("smtps://lea:hunter2@mail.example", "mail.example", 465, "tls", "lea", "hunter2"),
        (
            "smtps://lea@coop.example:hunter2@Mail.Example:465/",
            "mail.example",
            465,
            "tls",
            "lea@coop.example",
            "hunter2",
        ),
        (
            "smtps://lea%40coop.example:a%25b@mail.example",
            "mail.example",
            465,
            "tls",
            "lea@coop.example",
            "a%b",
        ),
        ("smtps://lea:a@b/c#d?e:f@mail.example:2465", "mail.example", 2465, "tls", "lea", "a@b/c#d?e:f"),
        ("smtp://lea:hunter2@mail.example", "mail.example", 587, "starttls", "lea", "hunter2"),
        ("smtp://lea:hunter2@mail.example:465", "mail.example", 465, "tls", "lea", "hunter2"),
        ("smtps://lea:hunter2@mail.example:587", "mail.example", 587, "starttls", "lea", "hunter2"),
        ("smtp+starttls://mail.example", "mail.example", 587, "starttls", "", ""),
        ("smtp+starttls://127.0.0.1:2525", "127.0.0.1", 2525, "starttls", "", ""),
        ("SMTP://mail.example", "mail.example", 25, "offered", "", ""),
        ("smtp://localhost", "localhost", 25, "plain", "", ""),
        ("smtp://lea:hunter2@[::0:1]:2525", "::1", 2525, "plain", "lea", "hunter2"),
        ("smtp://poste.vélo.example", "poste.xn--vlo-bma.example", 25, "offered", "", ""),
    ],
)
def test_a_mail_server_is_understood_as_people_write_it(house, written, host, port, safety, user, password):
    server = house(FEDICOOP_SMTP_URL=written).mail_server

    assert (server.host, server.port, server.safety) == (host, port, safety)
    assert (server.user, server.password) == (user, password)


@pytest.mark.parametrize(
    "written",
    [
        "mail.example",
        "https://lea:hunter2@mail.example",
        "smtp://",
        "smtp://lea@mail.example",
        "smtp://lea:@mail.example",
        "smtp://:hunter2@mail.example",
        "smtp://lea:hunter2@mail.example:0",
        "smtp://lea:hunter2@mail.example:99999",
        "smtp://lea:hunter2@mail.example:port",
        "smtp://lea:hunter2@mail..example",
        "smtp://lea:hunter2@mail.example/inbox",
        "smtp://lea:hunter2%0d%0aRSET@mail.example",
    ],
)
def test_what_names_no_mail_server_stops_the_start_without_telling_the_password(house, written):
    problem = refused(house, FEDICOOP_SMTP_URL=written)

    assert problem.key == "settings.not_understood"
    assert "hunter2" not in f"{problem} {problem.values}"


def test_the_password_of_mail_may_stand_in_a_file_and_is_never_shown(house, tmp_path):
    secret = tmp_path / "smtp"
    secret.write_text("smtps://lea@coop.example:p@ss/hunter2@mail.example\n")

    settings = house(FEDICOOP_SMTP_URL_FILE=str(secret))

    assert settings.mail_server.password == "p@ss/hunter2"
    rows = {name: value for name, value, _ in describe(settings)}
    assert rows["smtp_url"] == "smtps://***@mail.example"
    assert "hunter2" not in f"{settings!r} {settings.mail_server!r} {rows}"


@pytest.mark.parametrize(
    ("mail_from", "smtp_url", "meant"),
    [
        ("Vélo Fives <bonjour@velo.example>", "", ("Vélo Fives", "bonjour@velo.example")),
        ("bonjour@velo.example", "", ("", "bonjour@velo.example")),
        ("<bonjour@velo.example>", "", ("", "bonjour@velo.example")),
        ("", "smtps://lea@coop.example:x@mail.example", ("", "lea@coop.example")),
        ("", "smtps://lea:x@mail.example", ("", "noreply@velo.example")),
        ("", "", ("", "noreply@velo.example")),
    ],
)
def test_letters_are_from_somebody_whom_the_mail_server_lets_write(house, mail_from, smtp_url, meant):
    origin = {"FEDICOOP_ORIGIN": "https://velo.example"}

    assert house(FEDICOOP_MAIL_FROM=mail_from, FEDICOOP_SMTP_URL=smtp_url, **origin).letters_from == meant


@pytest.mark.parametrize(
    "written",
    [
        "bonjour",
        "a b@velo.example",
        "a@velo.example>",
        "<a@velo.example",
        "x <a@b.example>\nBcc: c@d.example",
        "a@b.example, c@d.example",
        "a%b@c.example",
    ],
)
def test_what_is_no_sender_stops_the_start(house, written):
    """Security case 94."""
    assert refused(house, f"mail_from = {written!r}".replace("'", '"')).key == "settings.not_understood"


def test_what_init_writes_is_what_we_read(tmp_path):
    values = {
        "origin": "http://127.0.0.1:8001",
        "allowed_peers": frozenset({"127.0.0.1:8002", "127.0.0.1:8001"}),
        "workers": 0,
        "trusted_proxies": 'a"b\\c\x7f é',
    }

    write_file(tmp_path / "fedicoop.toml", values)

    text = (tmp_path / "fedicoop.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text) == {**values, "allowed_peers": ["127.0.0.1:8001", "127.0.0.1:8002"]}
    assert stat.S_IMODE((tmp_path / "fedicoop.toml").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["fedicoop.toml"]
    assert "# The public address." in text


def test_a_place_where_nothing_can_be_written_is_told(tmp_path):
    with pytest.raises(Misconfigured) as caught:
        write_file(tmp_path / "absent" / "fedicoop.toml", {})

    assert caught.value.key == "settings.file_unwritable"


def test_the_commented_file_names_every_setting_with_its_default(tmp_path):
    write_file(tmp_path / "fedicoop.toml", {})

    commented = (tmp_path / "fedicoop.toml").read_text(encoding="utf-8")
    written = tomllib.loads(re.sub(r"^#(\w+ = )", r"\1", commented, flags=re.MULTILINE))
    default = Settings(data_dir=tmp_path, origin="https://coop.example")
    assert written.keys() == EXAMPLES.keys() - {"data_dir"}
    for name, value in written.items():
        assert (frozenset(value) if name == "allowed_peers" else value) == getattr(default, name)
