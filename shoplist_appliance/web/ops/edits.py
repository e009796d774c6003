"""The kinds of edits as clients send them, and how each becomes the domain's `Edit`."""

from typing import Annotated, Any, Literal, NotRequired, cast

from pydantic import AfterValidator, ConfigDict, FailFast, Field, with_config
from typing_extensions import TypedDict  # pydantic reads the one of `typing` from Python 3.12 on only

from shoplist_appliance.domain.ids import EditId, ItemId
from shoplist_appliance.domain.lists import Edit, Kind
from shoplist_appliance.web.fields import (
    STRICT,
    Category,
    Flag,
    Note,
    Position,
    Price,
    Quantity,
    Shop,
    Text,
    Time,
    Title,
    Unit,
    Uuid,
    Whole,
    refused,
)

MOST_EDITS = 500
MOST_ITEMS = 500
MOST_CATEGORIES = 200

# The first mistake of an array is enough: 500 edits of 500 wrong ids each would hold up the loop for seconds.
Items = Annotated[list[Uuid], Field(min_length=1, max_length=MOST_ITEMS), FailFast()]
Categories = Annotated[list[Category], Field(max_length=MOST_CATEGORIES), FailFast()]
Picture = Annotated[None, Field(description="Pictures come later; until then only null.")]


class _Edit(TypedDict):
    id: Annotated[Uuid, Field(description="The edit's own id: the same id again is the same edit.")]
    at: Annotated[Time, Field(description="When it was made: the client's time, corrected by the server's clock.")]
    seen: NotRequired[Annotated[Whole, Field(description="The revision that its author's screen showed.")] | None]


@with_config(STRICT)
class AddEdit(_Edit):
    """Put a new item on the list; the same text once more raises the quantity of the open one."""

    kind: Literal["add"]
    item: Annotated[Uuid, Field(description="The id of the new item, made by the client.")]
    text: Text
    quantity: NotRequired[Quantity | None]
    unit: NotRequired[Unit | None]
    note: NotRequired[Note | None]
    category: NotRequired[Category | None]
    price: NotRequired[Price | None]
    picture: NotRequired[Picture]
    position: NotRequired[Annotated[Position | None, Field(description="Without one the item comes last.")]]


_SETTABLE = ("text", "quantity", "unit", "note", "category", "price", "picture", "position")
_SOMETHING = ConfigDict(**STRICT, json_schema_extra={"anyOf": [{"required": [name]} for name in _SETTABLE]})


@with_config(_SOMETHING)
class SetEdit(_Edit):
    """Change fields of an item, one at least; null clears, except text and position."""

    kind: Literal["set"]
    item: Uuid
    text: NotRequired[Text]
    quantity: NotRequired[Quantity | None]
    unit: NotRequired[Unit | None]
    note: NotRequired[Note | None]
    category: NotRequired[Category | None]
    price: NotRequired[Price | None]
    picture: NotRequired[Picture]
    position: NotRequired[Position]


class _Many(_Edit):
    item: NotRequired[Uuid]
    items: NotRequired[Items]


_ONE_OR_MANY = ConfigDict(**STRICT, json_schema_extra={"oneOf": [{"required": ["item"]}, {"required": ["items"]}]})


@with_config(_ONE_OR_MANY)
class TickEdit(_Many):
    """Tick or untick one item or many; exactly one of `item` and `items`."""

    kind: Literal["tick"]
    ticked: Flag


@with_config(_ONE_OR_MANY)
class RemoveEdit(_Many):
    """Take one item or many off the list; exactly one of `item` and `items`."""

    kind: Literal["remove"]


@with_config(_ONE_OR_MANY)
class RestoreEdit(_Many):
    """Bring back what was removed; exactly one of `item` and `items`."""

    kind: Literal["restore"]


@with_config(STRICT)
class RenameEdit(_Edit):
    """Give the list another title."""

    kind: Literal["rename"]
    title: Title


@with_config(STRICT)
class ArrangeEdit(_Edit):
    """Set the order of categories in a shop; an empty array forgets the shop."""

    kind: Literal["arrange"]
    shop: NotRequired[Annotated[Shop | None, Field(description="Empty, or missing, for every shop.")]]
    categories: Categories


# --- into the domain ----------------------------------------------------------------------------------------------

_Given = dict[str, Any]


def _edit(given: _Given, kind: Kind, items: tuple[ItemId, ...], fields: _Given) -> Edit:
    return Edit(cast(EditId, given["id"]), kind, items, given["at"], given.get("seen") or 0, fields)


def _fields(given: _Given) -> _Given:
    return {name: value for name, value in given.items() if name not in _ENVELOPE}


_ENVELOPE = frozenset({"id", "kind", "at", "seen", "item"})


def _add(given: _Given) -> Edit:
    fields = {name: value for name, value in _fields(given).items() if value is not None}
    return _edit(given, "add", (given["item"],), fields)


def _set(given: _Given) -> Edit:
    fields = _fields(given)
    if not fields:
        raise refused("nothing_to_set")
    return _edit(given, "set", (given["item"],), fields)


def _items(given: _Given) -> tuple[ItemId, ...]:
    one, many = given.get("item"), given.get("items")
    if one is not None and many is None:
        return (one,)
    if many is not None and one is None:
        return tuple(dict.fromkeys(many))  # once each: a thing named twice is one thing
    raise refused("item_or_items")


def _tick(given: _Given) -> Edit:
    return _edit(given, "tick", _items(given), {"ticked": given["ticked"]})


def _remove(given: _Given) -> Edit:
    return _edit(given, "remove", _items(given), {})


def _restore(given: _Given) -> Edit:
    return _edit(given, "restore", _items(given), {})


def _rename(given: _Given) -> Edit:
    return _edit(given, "rename", (), {"title": given["title"]})


def _arrange(given: _Given) -> Edit:
    return _edit(given, "arrange", (), {"shop": given.get("shop") or "", "categories": given["categories"]})


OneEdit = Annotated[
    Annotated[AddEdit, AfterValidator(_add)]
    | Annotated[SetEdit, AfterValidator(_set)]
    | Annotated[TickEdit, AfterValidator(_tick)]
    | Annotated[RemoveEdit, AfterValidator(_remove)]
    | Annotated[RestoreEdit, AfterValidator(_restore)]
    | Annotated[RenameEdit, AfterValidator(_rename)]
    | Annotated[ArrangeEdit, AfterValidator(_arrange)],
    Field(discriminator="kind"),
]
Edits = Annotated[list[OneEdit], Field(max_length=MOST_EDITS)]
