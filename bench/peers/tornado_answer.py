"""The floor of an HTTP call: a Tornado handler that reads JSON and only answers: no token, rule or store."""

import asyncio
import json

from tornado.web import Application, RequestHandler

from bench.peers.listening import serve


class Answer(RequestHandler):
    def post(self) -> None:
        edits = json.loads(self.request.body)["edits"]
        results = [{"edit": edit["id"], "status": "applied", "revision": 1} for edit in edits]
        self.set_header("Content-Type", "application/json")
        self.write(json.dumps({"revision": 1, "results": results}))

    def data_received(self, chunk: bytes) -> None:
        """Required by the class; bodies come whole."""


if __name__ == "__main__":
    asyncio.run(serve(Application([("/api/lists.edit", Answer)])))
