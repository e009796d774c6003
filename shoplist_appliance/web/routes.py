"""Every address of the site, on one screen."""

import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Protocol

from tornado.httputil import HTTPServerRequest
from tornado.web import Application, RequestHandler

from shoplist_appliance.config import Settings
from shoplist_appliance.usecases.people import People
from shoplist_appliance.web.files import ExportFile
from shoplist_appliance.web.http import ApiHandler, Door
from shoplist_appliance.web.operations import Dispatcher
from shoplist_appliance.web.pages import (
    BuildFile,
    Elsewhere,
    Healthy,
    LivePage,
    ManifestFile,
    Metrics,
    OpenApiFile,
    Ready,
    ShellPage,
    StaticFile,
    SwaggerPage,
    WorkerFile,
)
from shoplist_appliance.web.shared import SharedList

log = logging.getLogger(__name__)


class Counted(Protocol):
    """What was counted, as a page."""

    def render(self) -> str: ...


def application(
    dispatcher: Dispatcher,
    settings: Settings,
    people: People,
    *,
    check: Callable[[], Awaitable[None]],
    counters: Counted,
    live: Iterable[Any] = (),
) -> Application:
    """The site. ``check`` raises where a write would fail now; ``live`` are the rules of the live door."""
    return site(Door(dispatcher, people, settings, check, counters.render), live)


def site(door: Door, live: Iterable[Any] = ()) -> Application:
    """All rules, the first that fits."""
    given = {"door": door}
    rules = [
        *live,
        (r"/api/shared/([^/]+)", SharedList, given),
        (r"/api(?:/.*)?", ApiHandler, given),
        (r"/", ShellPage, given | {"page": "start"}),
        (r"/account", ShellPage, given | {"page": "account"}),
        (r"/account/security", ShellPage, given | {"page": "security"}),
        (r"/verify/[^/]+", ShellPage, given | {"page": "verify"}),
        (r"/reset(?:/[^/]+)?", ShellPage, given | {"page": "reset"}),
        (r"/admin", ShellPage, given | {"page": "admin"}),
        (r"/list", ShellPage, given | {"page": "lists"}),
        (r"/list/[^/]+", ShellPage, given | {"page": "list"}),
        (r"/join/[^/]+", ShellPage, given | {"page": "join"}),
        (r"/s/[^/]+", ShellPage, given | {"page": "guest"}),
        (r"/swagger", SwaggerPage, given),
        (r"/swagger/live", LivePage, given),
        (r"/openapi\.json", OpenApiFile, given),
        (r"/manifest\.webmanifest", ManifestFile, given),
        (r"/sw\.js", WorkerFile, given),
        (r"/static/build\.json", BuildFile, given),
        (r"/static/.*", StaticFile, given),
        (r"/files/export/([^/]+)", ExportFile, given),
        (r"/healthz", Healthy, given),
        (r"/readyz", Ready, given),
        (r"/metrics", Metrics, given),
    ]
    return _Site(
        rules,
        default_handler_class=Elsewhere,
        default_handler_args=given,
        log_function=_log,
        shoplist=door.settings,
    )


class _Site(Application):
    def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> Any:
        """Tornado refuses a method that it does not know before the request is through, and resets its connection."""
        if request.method not in RequestHandler.SUPPORTED_METHODS:
            request.method = "OPTIONS"  # all refuse it
        return super().find_handler(request, **kwargs)


def _log(handler: RequestHandler) -> None:
    """One line for each page or file, for who asks for that much; calls and refusals have one of their own."""
    if log.isEnabledFor(logging.DEBUG) and not isinstance(handler, ApiHandler):
        ms = round(1000 * handler.request.request_time(), 1)
        request_id = handler._headers.get("X-Request-Id")
        extra = {"request_id": request_id, "status": handler.get_status(), "ms": ms}
        log.debug("answered", extra=extra)
