"""The floor of a delivery: one RSA signature and one raw POST on a new connection, again and again.

`python -m bench.knock FIRST_PORT PORTS TIMES [CERTIFICATE]` prints the milliseconds of the processor for
each.
"""

import socket
import ssl
import sys
import time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

BODY = b"x" * 2048


def main(first: int, ports: int, times: int, certificate: str = "") -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    scheme = (padding.PKCS1v15(), hashes.SHA256())
    context = ssl.create_default_context(cafile=certificate) if certificate else None
    head = b"POST /inbox HTTP/1.1\r\nhost: bench.test\r\ncontent-length: %d\r\n" % len(BODY)
    began = time.process_time()
    for number in range(times):
        signature = key.sign(head, *scheme)
        with socket.create_connection(("127.0.0.1", first + number % ports)) as raw:
            sock = context.wrap_socket(raw, server_hostname="127.0.0.1") if context else raw
            sock.sendall(head + b"signature: %s\r\n\r\n" % signature.hex().encode() + BODY)
            sock.recv(4096)
            sock.close()
    print((time.process_time() - began) * 1000 / times)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
