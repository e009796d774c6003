"""What has a secret in its address tells it to nobody: all of it, found by the rules of the site."""

import re

from tornado.routing import PathMatches

from shoplist_appliance.app import App
from tests.clients.http import Http

NO_SECRETS = {r"/list/[^/]+$"}  # the id of a list opens it for nobody


def secret_paths(app: App) -> list[str]:
    matchers = [rule.matcher for rule in app.application.wildcard_router.rules]
    patterns = [matcher.regex.pattern for matcher in matchers if isinstance(matcher, PathMatches)]
    secret = [pattern for pattern in patterns if "[^/]+" in pattern and pattern not in NO_SECRETS]
    return [
        re.sub(r"\(\?:(.*)\)\?", r"\1", one).replace("([^/]+)", "[^/]+").replace("[^/]+", "x")[:-1] for one in secret
    ]


async def test_no_other_server_and_no_search_engine_learns_a_secret_from_an_address(app: App, http: Http) -> None:
    paths = secret_paths(app)
    assert {"/join/x", "/s/x", "/reset/x", "/verify/x", "/files/export/x", "/api/shared/x"} <= set(paths)
    for path in paths:
        answer = await http.get(path)
        assert answer.headers["Referrer-Policy"] == "no-referrer", path
        assert "noindex" in answer.headers["X-Robots-Tag"], path
        if answer.headers["Content-Type"].startswith("text/html"):
            assert re.findall(rb'<meta name="referrer" content="([^"]*)"', answer.body) == [b"no-referrer"], path
