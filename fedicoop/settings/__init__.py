"""What the operator decides, read once at the start and never again.

A flag wins over the environment, the environment over `DIR/fedicoop.toml`, the file over the
default; each value remembers where it came from.  Everything social (names, colours, rules)
stands in the database and on the pages, not here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from fedicoop.errors import Misconfigured
from fedicoop.settings.mail_server import ADDRESS, MailServer, Safety, mail_server, sender
from fedicoop.settings.sources import FILE, PREFIX, foreign, from_environ, from_file, note, write_file
from fedicoop.settings.values import EXAMPLES, Given, checked, one_origin, zone_of

__all__ = [
    "ADDRESS",
    "EXAMPLES",
    "FILE",
    "PREFIX",
    "MailServer",
    "Safety",
    "Settings",
    "describe",
    "foreign",
    "load",
    "note",
    "write_file",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How this house runs.  `origin` has no trailing slash, and is "" only before `init`."""

    data_dir: Path
    origin: str
    bind: str = "127.0.0.1:8080"
    database_url: str = field(default="", repr=False)  # empty: fedicoop.db in data_dir
    locale: str = "fr"
    timezone: str = "Europe/Paris"  # by which the coop's days begin
    log_level: str = "info"
    log_format: str = "text"
    allowed_peers: frozenset[str] = frozenset()  # host:port reached by plain http, on private addresses too
    workers: int = 16  # 0: none inside `serve`
    trusted_proxies: str = ""
    tiles_url: str = ""  # where the map's tiles come from, through this house; empty: from nowhere
    tiles_credit: str = "© OpenStreetMap contributors"
    source_url: str = ""  # where readers find the source of what runs here (AGPL, section 13)
    smtp_url: str = field(default="", repr=False)  # where letters are handed in; empty: a house without mail
    mail_from: str = ""  # who they are from; empty: the mail server's user, else noreply@ our host
    backups_kept: int = 7  # one is made each night; 0: only by hand
    metrics_token: str = field(default="", repr=False)  # who bears it may read /metrics from elsewhere
    sources: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def host(self) -> str:
        """The part of our addresses that people write after the @: host, and port if there is one."""
        return urlsplit(self.origin).netloc

    @property
    def listens_on(self) -> tuple[str, int]:
        """Where to listen: an address without brackets, and a port (0: any free one)."""
        host, _, port = self.bind.rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def zone(self) -> tzinfo:
        return zone_of(self.timezone)

    @property
    def mail_server(self) -> MailServer | None:
        """Where letters are handed in; None in a house without mail."""
        return mail_server(self.smtp_url) if self.smtp_url else None

    @property
    def letters_from(self) -> tuple[str, str]:
        """Name ("" for the coop's) and address of who writes our letters."""
        if self.mail_from:
            return sender(self.mail_from)
        try:
            return sender(self.mail_server.user if self.mail_server else "")
        except ValueError:
            return "", f"noreply@{urlsplit(self.origin).hostname}"

    @property
    def database(self) -> str:
        """The address of the database, written out even where it is the default."""
        return self.database_url or f"sqlite://{quote(str(self.data_dir / 'fedicoop.db'))}"

    @property
    def on_postgresql(self) -> bool:
        """Whether the database is a server's, which any number of processes may share."""
        return self.database_url.startswith("postgres")

    @property
    def database_path(self) -> Path:
        """The SQLite file.  Always absolute: `sqlite:///a` and `sqlite:////a` both mean /a."""
        assert not self.on_postgresql, "a database of a server is no file of ours"
        return Path("/" + unquote(urlsplit(self.database).path).lstrip("/"))

    @property
    def media_dir(self) -> Path:
        return self.data_dir / "media"

    @property
    def backups_dir(self) -> Path:
        return self.data_dir / "backups"


def load(flags: Mapping[str, object], environ: Mapping[str, str], *, require_origin: bool = True) -> Settings:
    """Put the settings together; `flags` are named like the fields, and None means not given.

    An empty variable counts as not given, because that is what `${X:-}` of a compose file yields.
    Raises Misconfigured for anything unknown or unsound, naming it and its place.
    """
    assert flags.keys() <= EXAMPLES.keys(), f"not a setting: {flags.keys() - EXAMPLES.keys()}"
    given = {"data_dir": Given(EXAMPLES["data_dir"], "default", "default")} | from_environ(environ)
    for name in (name for name in flags if flags[name] is not None):
        given[name] = Given(flags[name], "flag", f"--{name.replace('_', '-')}")
    data_dir = Path(checked("data_dir", given["data_dir"])).absolute()
    given = from_file(data_dir / FILE) | given
    values = {name: checked(name, one) for name, one in given.items()} | {"data_dir": data_dir}
    values["allowed_peers"] = frozenset(peer.lower() for peer in values.get("allowed_peers", ()))
    if origin := values.get("origin"):
        values["origin"] = one_origin(origin, given["origin"].place, values["allowed_peers"])
    elif require_origin:
        raise Misconfigured("settings.no_origin", file=str(data_dir / FILE), data_dir=str(data_dir))
    sources = {name: one.source for name, one in given.items()}
    return Settings(**{"origin": "", **values, "sources": dict.fromkeys(EXAMPLES, "default") | sources})


def describe(settings: Settings) -> list[tuple[str, str, str]]:
    """Name, value and source of every setting, for `config show --origin`; passwords are masked."""
    shown = {name: getattr(settings, name) for name in EXAMPLES}
    shown |= {"database_url": settings.database, "allowed_peers": ", ".join(sorted(settings.allowed_peers))}
    masked = {name: re.sub(r"(?<=://)[^/@]*@", "***@", str(value)) for name, value in shown.items()}
    masked["database_url"] = re.sub(r"(?<=password=)[^&]*", "***", masked["database_url"])
    masked["smtp_url"] = re.sub(r"(?<=://).*@", "***@", settings.smtp_url, flags=re.DOTALL)
    masked["metrics_token"] = "***" if settings.metrics_token else ""
    return [(name, masked[name], settings.sources.get(name, "default")) for name in EXAMPLES]
