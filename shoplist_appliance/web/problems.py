"""Problem objects (RFC 9457): what goes wrong, said to programs by a code and to people in their language."""

from collections.abc import Mapping

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from shoplist_appliance.domain.errors import DomainError, Invalid, Reason
from shoplist_appliance.domain.people import Language
from shoplist_appliance.web import words
from shoplist_appliance.web.fields import EMAIL_PATTERN, TIME_PATTERN, UUID_PATTERN
from shoplist_appliance.web.outputs import Problem

MEDIA_TYPE = "application/problem+json"
# A body may hold thousands of wrong fields, with names of any length: an answer names as many as anyone mends at once,
# and beyond what 500 edits with every field missing come to, none: listing a hundred thousand takes half a second.
MOST_FIELDS = 100
MOST_MISTAKES = 5_000
LONGEST_NAME = 100


def problem(error: DomainError, language: Language, request_id: str) -> Problem:
    """The problem object of a refusal. An exception without code of its own is ``internal``."""
    title, detail = words.of(error.code, error.reason, language)
    told: Problem = {
        "type": f"/swagger/live#problem-{error.code}",
        "title": title,
        "status": error.status,
        "code": error.code,
        "detail": detail,
        "request_id": request_id,
    }
    if error.fields:
        told["fields"] = {place: words.field(reason, language) for place, reason in error.fields.items()}
    elif isinstance(error, Invalid):
        told["fields"] = {"payload": detail}  # it is wrong as a whole
    if error.retry_after is not None:
        told["retry_after"] = error.retry_after
    return told


def invalid(error: ValidationError) -> Invalid:
    """The refusal of a payload that its model does not take, with a reason for each place."""
    if error.error_count() > MOST_MISTAKES:
        return Invalid("too_many_mistakes")
    fields: dict[str, Reason] = {}
    for details in error.errors(include_url=False)[:MOST_FIELDS]:
        place = _place(details)
        if not place:
            return Invalid("not_an_object")
        fields.setdefault(place, _reason(details))
    return Invalid(fields=fields)


def _place(details: ErrorDetails) -> str:
    """Where, as ``edits.3.item``: without the name of a union's branch, which pydantic puts behind the index."""
    steps = [str(step)[:LONGEST_NAME] for step in details["loc"]]
    if steps[:1] == ["edits"] and len(steps) > 2:
        del steps[2]
    steps += _INSIDE.get(details["type"], ())
    return ".".join(steps)


# Errors of a whole edit or payload that are about one field of it.
_INSIDE: Mapping[str, tuple[str, ...]] = {
    "code_or_token": ("code",),
    "item_or_items": ("item",),
    "email_or_link": ("link",),
    "union_tag_invalid": ("kind",),
    "union_tag_not_found": ("kind",),
}

# What pydantic calls it → what `words.py` calls it.
_NAMES: Mapping[str, str] = {
    "missing": "missing",
    "extra_forbidden": "unknown",
    "string_type": "not_text",
    "string_too_long": "too_long",
    "float_type": "not_number",
    "int_type": "not_whole",
    "bool_type": "not_bool",
    "list_type": "not_array",
    "dict_type": "not_object",
    "model_type": "not_object",
    "model_attributes_type": "not_object",
    "none_required": "not_null",
    "finite_number": "not_number",
    "greater_than": "over",
    "greater_than_equal": "at_least",
    "less_than_equal": "at_most",
    "too_short": "too_few",
    "too_long": "too_many",
    "literal_error": "not_a_choice",
    "union_tag_invalid": "not_a_choice",
    "union_tag_not_found": "missing",
}


def _reason(details: ErrorDetails) -> Reason:
    kind = details["type"]
    if kind in ("string_pattern_mismatch", "string_too_short"):
        return _of_text(str(details["input"]), details)
    return Reason(_NAMES.get(kind, kind), details.get("ctx", {}))


def _of_text(text: str, details: ErrorDetails) -> Reason:
    """Which of the things a pattern says at once is not so."""
    context = details.get("ctx", {})
    if "\x00" in text:
        return Reason("nul")
    if not text.strip():
        return Reason("blank")
    if "min_length" in context:
        return Reason("too_short", context)
    return Reason(_FORMS.get(context.get("pattern", ""), "blank"))


_FORMS: Mapping[str, str] = {UUID_PATTERN: "not_uuid", TIME_PATTERN: "not_time", EMAIL_PATTERN: "not_email"}
