"""The product over TLS, which is no setting of it yet: the same app on a second door, for the rows that ask for it.

Usage: ``python -m bench.product_tls DATA CERTIFICATE KEY``; settings from the environment.
"""

import asyncio
import os
import sys

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from bench.peers.listening import tls
from shoplist_appliance.app import build_app, running
from shoplist_appliance.config import load


async def serve(data: str, certificate: str, key: str) -> None:
    """Answer until the process is ended."""
    settings = load({"data": data, "listen": "127.0.0.1:0"}, os.environ, None)
    async with running(build_app(settings)) as app:
        server = HTTPServer(app.application, ssl_options=tls(certificate, key))
        sockets = bind_sockets(0, "127.0.0.1", backlog=8192)
        server.add_sockets(sockets)
        print(f"ready https://127.0.0.1:{sockets[0].getsockname()[1]}", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:4]))
