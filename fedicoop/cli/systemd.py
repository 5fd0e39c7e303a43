"""Telling systemd that we are ready, or about to stop (sd_notify(3)); elsewhere nobody listens."""

import os
import socket


def tell(state: str) -> None:
    """Send `READY=1` or `STOPPING=1` to the socket that systemd names; if it is gone, that is no matter."""
    path = os.environ.get("NOTIFY_SOCKET", "")
    if not path:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect(f"\0{path[1:]}" if path.startswith("@") else path)
            sock.sendall(state.encode())
        except OSError:
            pass
