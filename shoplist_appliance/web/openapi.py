"""The OpenAPI document, made from the table and from the models that validate."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from shoplist_appliance import __version__
from shoplist_appliance.domain.errors import (
    BadOrigin,
    DomainError,
    Forbidden,
    Invalid,
    MethodNotAllowed,
    TooLarge,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    UnsupportedType,
)
from shoplist_appliance.web import outputs, problems, words
from shoplist_appliance.web.auth import COOKIE
from shoplist_appliance.web.rows import Access, Operation

# What any operation may answer, besides what its own row names.
ALWAYS: tuple[type[DomainError], ...] = (
    Invalid,
    MethodNotAllowed,
    TooLarge,
    UnsupportedType,
    TooManyRequests,
    Unavailable,
)
SIGNED_IN: tuple[type[DomainError], ...] = (Unauthenticated, Forbidden, BadOrigin)
_REFERENCE = "#/components/schemas/{model}"


def document(table: Mapping[str, Operation]) -> dict[str, Any]:
    """The document: one path for each operation that HTTP knows."""
    from apispec import APISpec  # 10 ms of the start, which only this needs

    rows = [row for row in table.values() if not row.live_only]
    spec = APISpec(
        title="Shoplist appliance",
        version=__version__,
        openapi_version="3.1.0",
        info={"description": _ABOUT},
        servers=[{"url": "/"}],
        tags=[{"name": noun} for noun in dict.fromkeys(_noun(row) for row in rows)],
    )
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer", "description": _TOKEN})
    spec.components.security_scheme(
        "cookie", {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": _COOKIE}
    )
    spec.components.header("RequestId", {"schema": {"type": "string"}, "description": "By which the log knows it."})
    spec.components.header("RetryAfter", {"schema": {"type": "integer"}, "description": "Seconds to wait."})
    for name, schema in _schemas(rows).items():
        spec.components.schema(name, schema)
    for row in rows:
        spec.path(f"/api/{row.name}", operations={"post": _operation(row)})
    return spec.to_dict()


_ABOUT = (
    "Every operation is a `POST` with a JSON object in the body and a JSON object, or a problem object "
    "(`application/problem+json`), in the answer. A body with the `key` of a share makes the call its guest's, "
    "whatever token comes with it; what does not take one is then `401`. "
    "The live protocol is described at [/swagger/live](/swagger/live)."
)
_TOKEN = "A token of `accounts.sign_in` or `tokens.create`."
_COOKIE = "Set by `accounts.sign_in`; it counts only for requests of our own pages."


def _noun(row: Operation) -> str:
    return row.name.partition(".")[0]


def _schemas(rows: list[Operation]) -> dict[str, Any]:
    models = dict.fromkeys([model for row in rows for model in (row.input, row.output)] + [outputs.Problem])
    wanted = [(model.__name__, "validation", TypeAdapter(model)) for model in models]
    _, schema = TypeAdapter.json_schemas(wanted, ref_template=_REFERENCE)  # type: ignore[arg-type]  # str for Literal
    found: dict[str, Any] = schema["$defs"]
    return found


def schema_of(model: Any) -> dict[str, Any]:
    """The JSON Schema of one model, with its parts under ``$defs``."""
    return TypeAdapter(model).json_schema()


def _operation(row: Operation) -> dict[str, Any]:
    return {
        "operationId": row.name,
        "tags": [_noun(row)],
        "summary": row.summary,
        "description": _description(row),
        "security": _security(row),
        "requestBody": {
            "required": bool(row.example),
            "content": {"application/json": {"schema": _ref(row.input), **_examples(row)}},
        },
        "responses": {"200": _success(row), **_refusals(row)},
    }


def _examples(row: Operation) -> dict[str, Any]:
    if not row.guests:
        return {"example": row.example}
    guest = {"summary": "With the key of a share, without a token", "value": {**row.example, "key": _KEY}}
    return {"examples": {"token": {"summary": "With a token", "value": row.example}, "key": guest}}


_KEY = "Zq3vY0l8pT5nR2wX7cJ4mB6sD1fG9hK_aE-uLiOoPyA"


def _security(row: Operation) -> list[dict[str, list[str]]]:
    """What to show, in one way or another; nothing at all among them where the body may name a key instead."""
    if row.access is Access.ANYONE:
        return []
    without: list[dict[str, list[str]]] = [{}] if row.access is Access.EITHER or row.guests else []
    return [*without, {"token": []}, {"cookie": []}]


_MAY_CALL = {
    Access.ANYONE: "Needs no token.",
    Access.EITHER: "Takes a token, and may do without.",
    Access.READ: "Needs a token with the scope `read`.",
    Access.WRITE: "Needs a token with the scope `write`.",
    Access.MANAGE: "Needs to be signed in: a token of `tokens.create` may not.",
    Access.ADMIN: "Needs to be signed in as an admin: a token of `tokens.create` may not.",
}


def _description(row: Operation) -> str:
    assert row.access is not None
    guests = "With the `key` of a share it needs none: the call is a guest's." if row.guests else ""
    return " ".join(filter(None, [row.description, _MAY_CALL[row.access], guests]))


def _ref(model: Any) -> dict[str, str]:
    return {"$ref": _REFERENCE.format(model=model.__name__)}


def _success(row: Operation) -> dict[str, Any]:
    return {
        "description": (row.output.__doc__ or "").strip() or f"{row.summary}.",
        "headers": {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}},
        "content": {"application/json": {"schema": _ref(row.output)}},
    }


def _refusals(row: Operation) -> dict[str, Any]:
    """A response for each status, which names the codes that come with it."""
    by_status: dict[int, list[type[DomainError]]] = {}
    for error in [*ALWAYS, *((Unauthenticated,) if row.access is Access.ANYONE else SIGNED_IN), *row.errors]:
        if error not in by_status.setdefault(error.status, []):
            by_status[error.status].append(error)
    return {str(status): _refusal(errors) for status, errors in sorted(by_status.items())}


def _refusal(errors: list[type[DomainError]]) -> dict[str, Any]:
    headers = {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}}
    if TooManyRequests in errors:
        headers["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}
    return {
        "description": " ".join(f"`{error.code}`: {words.of(error.code, '', 'en')[1]}" for error in errors),
        "headers": headers,
        "content": {
            problems.MEDIA_TYPE: {
                "schema": _ref(outputs.Problem),
                "examples": {error.code: {"value": _example(error)} for error in errors},
            }
        },
    }


def _example(error: type[DomainError]) -> outputs.Problem:
    made = error(retry_after=7) if error is TooManyRequests else error()
    return problems.problem(made, "en", "1f0c9a52-2a")
