"""Whose certificates we believe."""

import ssl
from pathlib import Path

from fedicoop.errors import Misconfigured


def check_certificates(ca_file: str | None) -> None:
    """Look at the operator's file of certificates at the start, so that no delivery has to find out.

    Raises Misconfigured `outward.certificates`.
    """
    if not ca_file or Path(ca_file).is_dir():
        return
    try:
        if b"-----BEGIN " in Path(ca_file).read_bytes():
            return
    except OSError as error:
        raise Misconfigured("outward.certificates", str(error), file=ca_file) from error
    raise Misconfigured("outward.certificates", "no PEM block in it", file=ca_file)


def trusted_certificates(ca_file: str | None) -> ssl.SSLContext:
    """The one TLS context: names and chains are checked, TLS 1.2 or newer.

    `ca_file` is a PEM file, or a directory hashed by OpenSSL, believed *instead* of the system's
    (what SSL_CERT_FILE and SSL_CERT_DIR mean everywhere).  A system without any, as some small
    containers are, gets certifi's.  Takes about 20 ms: once a process.
    """
    if ca_file:
        if Path(ca_file).is_dir():
            return ssl.create_default_context(capath=ca_file)
        return ssl.create_default_context(cafile=ca_file)
    if not _system_has_some():
        import certifi

        return ssl.create_default_context(cafile=certifi.where())
    return ssl.create_default_context()


def _system_has_some() -> bool:
    paths = ssl.get_default_verify_paths()
    return bool(paths.cafile or (paths.capath and any(Path(paths.capath).glob("*.[0-9]"))))
