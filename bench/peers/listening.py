"""How the Python peers listen: a free port of this machine, TLS where asked, and the product's ready line."""

import argparse
import asyncio
import ssl

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application


def arguments() -> argparse.Namespace:
    """``certificate`` and ``key``: paths, both or neither."""
    parser = argparse.ArgumentParser()
    parser.add_argument("certificate", nargs="?")
    parser.add_argument("key", nargs="?")
    return parser.parse_args()


def tls(certificate: str | None, key: str | None) -> ssl.SSLContext | None:
    """The server's side of TLS, None where the peer speaks in the clear."""
    if certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    return context


async def serve(application: Application) -> None:
    """Listen, say so, and answer until the process is ended."""
    given = arguments()
    context = tls(given.certificate, given.key)
    server = HTTPServer(application, ssl_options=context)
    sockets = bind_sockets(0, "127.0.0.1", backlog=8192)
    server.add_sockets(sockets)
    scheme = "https" if context else "http"
    print(f"ready {scheme}://127.0.0.1:{sockets[0].getsockname()[1]}", flush=True)
    await asyncio.Event().wait()
