import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fedicoop.errors import Unreachable
from tests.test_outward import OK, EndlessPeer, Peer, going_out, living

NOW = datetime.now(UTC)
BASIC = x509.BasicConstraints(ca=True, path_length=None)


class Authority:
    """A certificate authority of this test's own."""

    def __init__(self, folder):
        self.folder, self.key = folder, ec.generate_private_key(ec.SECP256R1())
        self.certificate = self.sign("Authority", self.key, NOW + timedelta(days=1), BASIC)
        self.file = str(folder / "ca.pem")
        self.write("ca.pem", self.certificate)

    def sign(self, name, key, until, extension):
        subject, issuer = (
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, n)]) for n in (name, "Authority")
        )
        builder = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
        builder = builder.not_valid_before(NOW - timedelta(days=9)).not_valid_after(until)
        builder = builder.add_extension(extension, critical=extension is BASIC)
        return builder.sign(self.key, hashes.SHA256())

    def write(self, name, *things):
        pem = b"".join(thing.public_bytes(serialization.Encoding.PEM) for thing in things)
        (self.folder / name).write_bytes(pem)

    def server(self, host, until=None):
        """What a house of that name needs to speak TLS."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.DNSName(host)])
        certificate = self.sign(host, key, until or NOW + timedelta(days=1), names)
        secret = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path = self.folder / "server.pem"
        path.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


def at_home(host, port):
    return ["127.0.0.1"]


async def ask(peer, host="peer.test", **options):
    peer.name = f"{host}:{peer.port}"
    async with going_out(peer, resolve=at_home, **{"deadline": 2.0, **options}) as out:
        return [await out.get(f"https://{peer.name}/", {}) for _ in range(2)]


async def test_a_private_authority_is_believed_if_the_operator_names_it(authority):
    asked_for = []
    tls = authority.server("peer.test")
    tls.sni_callback = lambda sock, name, context: asked_for.append(name)

    async with living(Peer(OK), tls=tls) as peer:
        answers = await ask(peer, ca_file=authority.file)

    assert [answer.body for answer in answers] == [b"ok", b"ok"]
    assert asked_for == ["peer.test"]  # once: the connection was kept
    assert f"\r\nhost: peer.test:{peer.port}\r\n".encode() in peer.asked[0].lower()


async def test_an_empty_directory_of_authorities_makes_us_believe_nobody(authority, tmp_path):
    folder = tmp_path / "certs"
    folder.mkdir()

    async with living(Peer(OK), tls=authority.server("peer.test")) as peer:
        with pytest.raises(Unreachable, match=r"peer\.tls"):
            await ask(peer, ca_file=str(folder))


async def test_an_unknown_authority_is_not_believed(authority):
    async with living(Peer(OK), tls=authority.server("peer.test")) as peer:
        with pytest.raises(Unreachable, match=r"peer\.tls") as failure:
            await ask(peer)

    assert peer.asked == []
    assert failure.value.values["host"] == "peer.test"


async def test_a_certificate_for_another_name_is_not_believed(authority):
    async with living(Peer(OK), tls=authority.server("peer.test")) as peer:
        with pytest.raises(Unreachable, match=r"peer\.tls"):
            await ask(peer, host="other.test", ca_file=authority.file)


async def test_an_expired_certificate_is_not_believed(authority):
    tls = authority.server("peer.test", until=NOW - timedelta(days=2))
    async with living(Peer(OK), tls=tls) as peer:
        with pytest.raises(Unreachable, match=r"peer\.tls"):
            await ask(peer, ca_file=authority.file)


class PlainPeer(Peer):
    async def answer(self, reader, writer):
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()


async def test_a_house_that_speaks_no_tls_is_told_as_such():
    async with living(PlainPeer(b"")) as peer:
        with pytest.raises(Unreachable, match=r"peer\.tls"):
            await ask(peer)


async def test_a_body_without_end_is_cut_under_tls_too(authority):
    tls = authority.server("peer.test")
    async with living(EndlessPeer(b"HTTP/1.1 200 OK\r\n\r\n"), tls=tls) as peer:
        with pytest.raises(Unreachable, match=r"peer\.too_large"):
            await ask(peer, ca_file=authority.file)
