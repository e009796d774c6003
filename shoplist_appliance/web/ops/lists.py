"""Lists: making, reading, editing, undoing, copying, archiving, deleting, restoring."""

import asyncio
import time
from collections.abc import Awaitable, Sequence
from typing import Annotated, cast

from pydantic import Field, StringConstraints

from shoplist_appliance.domain.errors import Conflict, Forbidden, Gone, Invalid, NotFound, Reason
from shoplist_appliance.domain.ids import EditId, ListId
from shoplist_appliance.domain.list_rules import Edited
from shoplist_appliance.domain.lists import Edit
from shoplist_appliance.domain.text import TypedItem, items_of_line, lines_of
from shoplist_appliance.usecases.lists import History, ListView, Opened
from shoplist_appliance.web import outputs, shapes
from shoplist_appliance.web.fields import NOT_BLANK, Flag, Input, OpaqueId, Revision, Title, Uuid, Whole
from shoplist_appliance.web.ops.edits import MOST_EDITS, Edits
from shoplist_appliance.web.ratelimit import Rate
from shoplist_appliance.web.rows import Access, Caller, House, Operation

# The contract promises 50 calls a second for a token and 6,000 edits a minute for a person; a queue may come at once.
EDIT_CALLS = Rate("edit_calls", burst=300, per_second=100)
EDITS = Rate("edits", burst=6_000, per_second=100)

# By the characters: a list of 2,000 lines a minute, and once ten of the longest texts that a body holds.
TYPED = Rate("typed_text", burst=10_000_000, per_second=50_000)
# An item of text and note is read to its end within 1 ms or so; others' calls wait no longer than for a few of them.
READ_MS = 4

MOST_TYPED = 500

Epoch = Annotated[OpaqueId | None, Field(description="Which the client has the list of; none: the list's own.")]
Since = Annotated[Whole | None, Field(description="The last revision that the client has.")]


Key = Annotated[OpaqueId | None, Field(description="Of a share, in place of a token: the call is its guest's.")]


class OneList(Input):
    """Which list."""

    list: Uuid


class CreateList(Input):
    """What the list is called; with an ``id`` the same call may be sent again."""

    title: Title
    id: Annotated[Uuid | None, Field(description="Made by the client.")] = None


class ListIndex(Input):
    """Which lists: those deleted, those archived, or, without either, neither."""

    archived: Flag | None = None
    deleted: Flag | None = None


class GetList(OneList):
    """Which list, and what the client has of it already."""

    since: Since = None
    epoch: Epoch = None


class ReadList(GetList):
    """Which list, by the key of a share where one is given, and what the client has of it already."""

    key: Key = None


class EditList(OneList):
    """Edits, which are decided in this order."""

    edits: Edits
    epoch: Epoch = None
    key: Key = None


class ListHistory(OneList):
    """Which page of the history."""

    before: Annotated[Revision | None, Field(description="Only changes with lower revisions.")] = None
    limit: Annotated[int | None, Field(strict=True, ge=1, le=200, description="50 where it is missing.")] = None


class UndoChange(OneList):
    """Which change, and the id of this undo, by which a repeat is known."""

    revision: Revision
    id: Uuid


class CopyList(OneList):
    """Which list, and the id of the new one, by which a repeat is known."""

    id: Uuid
    title: Annotated[Title | None, Field(description="The same title where it is missing.")] = None


class ArchiveList(OneList):
    """Whether the list is to be in the archive."""

    archived: Flag


class ParseText(Input):
    """What was typed or pasted."""

    text: Annotated[
        str,
        StringConstraints(strict=True, min_length=1, pattern=NOT_BLANK),
        Field(description="Of any length that a body holds; no more than 500 items."),
    ]


async def _create(house: House, wish: CreateList, caller: Caller) -> ListView:
    list_id = ListId(wish.id) if wish.id is not None else None
    return await house.services.lists.create(caller.me.person, wish.title, list_id)


async def _index(house: House, wish: ListIndex, caller: Caller) -> Sequence[ListView]:
    return await house.services.lists.index(caller.me.person, bool(wish.archived), bool(wish.deleted))


async def _get(house: House, wish: ReadList, caller: Caller) -> Opened:
    return await house.services.lists.get(caller.actor, ListId(wish.list), wish.since, wish.epoch)


async def _open(house: House, wish: GetList, caller: Caller) -> None:
    """The answer leaves in the step that joins the room: nothing is told before it or missed after it."""
    listener, reply = caller.listener, caller.reply
    assert listener is not None
    assert reply is not None
    await house.services.lists.open(
        caller.actor,
        ListId(wish.list),
        wish.since,
        wish.epoch,
        listener,
        lambda opened: reply(shapes.opened_json(opened)),
    )


async def _close(house: House, wish: OneList, caller: Caller) -> None:
    assert caller.listener is not None
    house.services.lists.close(ListId(wish.list), caller.listener)


def _edit(house: House, wish: EditList, caller: Caller) -> Awaitable[Edited]:
    """Takes its place in the list's turn before it returns."""
    return house.services.lists.edit(caller.actor, ListId(wish.list), cast(Sequence[Edit], wish.edits), wish.epoch)


def _undo(house: House, wish: UndoChange, caller: Caller) -> Awaitable[Edited]:
    """Takes its place in the list's turn before it returns."""
    return house.services.lists.undo(caller.me.person, ListId(wish.list), wish.revision, EditId(wish.id))


async def _history(house: House, wish: ListHistory, caller: Caller) -> History:
    return await house.services.lists.history(caller.me.person, ListId(wish.list), wish.before, wish.limit or 50)


async def _copy(house: House, wish: CopyList, caller: Caller) -> ListView:
    return await house.services.lists.copy(caller.me.person, ListId(wish.list), wish.title, ListId(wish.id))


async def _parse(house: House, wish: ParseText, caller: Caller) -> Sequence[TypedItem]:
    """Reads in slices, so that a long text does not hold up the loop; of the item too many it goes no further."""
    items: list[TypedItem] = []
    until = time.monotonic() + READ_MS / 1000
    for line in lines_of(wish.text):
        items += items_of_line(line)
        if len(items) > MOST_TYPED:
            raise Invalid(fields={"text": Reason("too_many_items", {"limit": MOST_TYPED})})
        if time.monotonic() > until:
            await asyncio.sleep(0)
            until = time.monotonic() + READ_MS / 1000
    return items


async def _archive(house: House, wish: ArchiveList, caller: Caller) -> ListView:
    return await house.services.lists.archive(caller.me.person, ListId(wish.list), wish.archived)


async def _delete(house: House, wish: OneList, caller: Caller) -> None:
    await house.services.lists.delete(caller.me.person, ListId(wish.list))


async def _restore(house: House, wish: OneList, caller: Caller) -> ListView:
    return await house.services.lists.restore(caller.me.person, ListId(wish.list))


def _edits_in(payload: object) -> int:
    """How many edits a payload counts as, also one that turns out to be malformed."""
    edits = payload.get("edits") if isinstance(payload, dict) else None
    return min(max(len(edits), 1), MOST_EDITS) if isinstance(edits, list) else 1


def _characters_in(payload: object) -> int:
    """How much there is to read in a payload, also in one that turns out to be malformed."""
    text = payload.get("text") if isinstance(payload, dict) else None
    return len(text) if isinstance(text, str) else 1


_LIST = "0193b0a0-6c1e-7d3a-9f00-5e1c2a7b4d10"
_ITEM = "0193b0a0-7d2f-7e4b-8a11-6f2d3b8c5e21"
_EDIT = "0193b0a0-8e30-7f5c-9b22-703e4c9d6f32"
_ADD = {
    "id": _EDIT,
    "kind": "add",
    "item": _ITEM,
    "at": "2026-11-25T10:42:00.123Z",
    "seen": 6,
    "text": "potatoes",
    "quantity": 2,
    "unit": "kg",
}
_ONE = (NotFound, Gone)
_OWN = (NotFound, Forbidden, Gone)

ROWS = (
    Operation(
        name="lists.create",
        summary="Make a list",
        description="The same `id` of the same person again answers that list; another's is `409 conflict`.",
        access=Access.WRITE,
        input=CreateList,
        output=outputs.ListAnswer,
        example={"title": "Groceries", "id": _LIST},
        errors=(Gone, Conflict),
        run=_create,
        shape=shapes.list_answer,
    ),
    Operation(
        name="lists.index",
        summary="My lists, the last used first",
        access=Access.READ,
        input=ListIndex,
        output=outputs.ListsAnswer,
        example={},
        run=_index,
        shape=shapes.lists_answer,
    ),
    Operation(
        name="lists.get",
        summary="A list with its items, or with what changed after a revision",
        description="`whole` false: `items` are those changed after `since`, removed ones with `removed: true`.",
        access=Access.READ,
        input=ReadList,
        guests=True,
        output=outputs.OpenedAnswer,
        example={"list": _LIST, "since": 5},
        errors=_ONE,
        run=_get,
        shape=shapes.opened_answer,
    ),
    Operation(
        name="lists.edit",
        summary="Edit a list; one result for each edit, in order",
        description="An edit whose shape is wrong makes the whole call `400 invalid`, and nothing of it is done.",
        access=Access.WRITE,
        rate=EDIT_CALLS,
        weight=(EDITS, _edits_in),
        guests=True,
        input=EditList,
        output=outputs.EditedAnswer,
        example={"list": _LIST, "edits": [_ADD]},
        errors=_OWN,
        run=_edit,
        shape=shapes.edited_answer,
    ),
    Operation(
        name="lists.history",
        summary="What was done, the newest first",
        access=Access.READ,
        input=ListHistory,
        output=outputs.HistoryAnswer,
        example={"list": _LIST, "limit": 20},
        errors=_ONE,
        run=_history,
        shape=shapes.history_answer,
    ),
    Operation(
        name="lists.undo",
        summary="Put back what a change replaced and nobody has changed since",
        access=Access.WRITE,
        rate=EDIT_CALLS,
        weight=(EDITS, _edits_in),
        input=UndoChange,
        output=outputs.EditedAnswer,
        example={"list": _LIST, "revision": 6, "id": _EDIT},
        errors=(*_OWN, Conflict),
        run=_undo,
        shape=shapes.edited_answer,
    ),
    Operation(
        name="lists.copy",
        summary="Copy a list, unticked, with its categories",
        access=Access.WRITE,
        input=CopyList,
        output=outputs.ListAnswer,
        example={"list": _LIST, "title": "Groceries, next week", "id": "0193b0a0-9f41-706d-8c33-814f5dae7043"},
        errors=(*_ONE, Conflict),
        run=_copy,
        shape=shapes.list_answer,
    ),
    Operation(
        name="lists.parse",
        summary="Read typed or pasted text as items, in Russian and English; nothing is added to a list",
        description="Headings and separators are no items; what is not understood stays in `text`.",
        access=Access.READ,
        weight=(TYPED, _characters_in),
        input=ParseText,
        output=outputs.TypedAnswer,
        example={"text": "2 kg potatoes, milk 3.5% x2"},
        run=_parse,
        shape=shapes.typed_answer,
    ),
    Operation(
        name="lists.archive",
        summary="Put a list into the archive, for all its members, or take it out",
        access=Access.WRITE,
        input=ArchiveList,
        output=outputs.ListAnswer,
        example={"list": _LIST, "archived": True},
        errors=_OWN,
        run=_archive,
        shape=shapes.list_answer,
    ),
    Operation(
        name="lists.delete",
        summary="Delete a list; for 30 days its owner can restore it, then it is removed for good",
        access=Access.WRITE,
        input=OneList,
        output=outputs.Done,
        example={"list": _LIST},
        errors=_OWN,
        run=_delete,
        shape=shapes.nothing,
    ),
    Operation(
        name="lists.restore",
        summary="Bring a deleted list back",
        access=Access.WRITE,
        input=OneList,
        output=outputs.ListAnswer,
        example={"list": _LIST},
        errors=_OWN,
        run=_restore,
        shape=shapes.list_answer,
    ),
    Operation(
        name="lists.open",
        summary="As lists.get, and from now on this connection hears the list's room",
        access=Access.READ,
        guests=True,
        live_only=True,
        input=GetList,
        output=outputs.OpenedAnswer,
        example={"list": _LIST, "since": 5},
        errors=_ONE,
        run=_open,
        shape=shapes.replied,
    ),
    Operation(
        name="lists.close",
        summary="Hear the list's room no longer",
        access=Access.READ,
        guests=True,
        live_only=True,
        input=OneList,
        output=outputs.Done,
        example={"list": _LIST},
        run=_close,
        shape=shapes.nothing,
    ),
)
