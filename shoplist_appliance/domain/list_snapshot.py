"""A list as pieces of JSON text, and back: everything it holds but what follows from the rest."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from shoplist_appliance.domain.list_draft import Contents, Shop
from shoplist_appliance.domain.list_item import FIELDS, NAME_BYTES, Item, OtherName

FORMAT = 1
# Far under the 1 MiB that a store takes: a piece is what the event loop is kept from, about 1 ms.
_PIECE_BYTES = 64 * 1024


def pieces_of(contents: Contents) -> Iterator[bytes]:
    """The list as it is at this call, whatever changes while the pieces are drawn."""
    head = [
        "list",
        FORMAT,
        contents.revision,
        contents.title,
        contents.title_stamp,
        contents.updated_at,
        contents.last,
        contents.forgotten,
    ]
    # References only: items and the rest are replaced by a change, never altered.
    removed = dict(contents.removed)
    items = [item for item_id, item in contents.by_id.items() if item_id not in removed]
    items += [contents.by_id[item_id] for item_id in removed]
    rows = _rows(head, dict(contents.shops), items, removed, dict(contents.names))
    return _pieces(rows)


def _rows(head: object, shops: dict[str, Shop], items: list[Item], removed: Any, names: Any) -> Iterator[object]:
    yield head
    for name, shop in shops.items():
        yield ["shop", name, shop.categories, shop.stamp]
    for item in items:
        fields = [item.fields[field] for field in FIELDS]
        rest = [item.first, item.later, item.sets, item.counted, item.newest_name, item.revision]
        yield ["item", fields, rest, removed.get(item.id)]
    for name_id, other in names.items():
        yield [
            "name",
            name_id,
            other.item,
            other.revision,
            other.amount,
            other.bare,
            other.filled,
            other.taken,
            other.older,
        ]


def _pieces(rows: Iterable[object]) -> Iterator[bytes]:
    gathered: list[bytes] = []
    size = 0
    for row in rows:
        text = json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()
        if gathered and size + len(text) > _PIECE_BYTES:
            yield b"[" + b",".join(gathered) + b"]"
            gathered, size = [], 0
        gathered.append(text)
        size += len(text) + 1
    yield b"[" + b",".join(gathered) + b"]"


def contents_of(pieces: Iterable[bytes], contents: Contents) -> None:
    """Fill an empty list with what pieces say."""
    for piece in pieces:
        for kind, *row in json.loads(piece):
            _READERS[kind](contents, *row)


def _read_list(
    contents: Contents,
    format: int,
    revision: int,
    title: str,
    stamp: Any,
    updated_at: int,
    last: str | None,
    forgotten: int,
) -> None:
    if format != FORMAT:
        raise ValueError(f"a snapshot of format {format}; this program reads format {FORMAT}")
    contents.revision, contents.title, contents.title_stamp = revision, title, tuple(stamp)
    contents.updated_at, contents.last, contents.forgotten = updated_at, last, forgotten


def _read_shop(contents: Contents, name: str, categories: list[str], stamp: Any) -> None:
    contents.put_shop(name, Shop(categories, tuple(stamp)))


def _read_item(contents: Contents, fields: list[Any], rest: list[Any], removed_at: int | None) -> None:
    first, later, sets, counted, newest_name, revision = rest
    item = Item(
        dict(zip(FIELDS, fields, strict=True)),
        tuple(first),
        {field: tuple(stamp) for field, stamp in later.items()},
        tuple(tuple(said) for said in sets),
        counted,
        newest_name,
        revision,
    )
    contents.put_item(item, removed_at)


def _read_name(contents: Contents, name_id: Any, item: Any, revision: int, amount: int, *rest: Any) -> None:
    bare, filled, taken, older = rest
    contents.names[name_id] = OtherName(item, revision, amount, bare, tuple(filled), taken, older)
    contents.size += NAME_BYTES


_READERS: Mapping[str, Callable[..., None]] = {
    "list": _read_list,
    "shop": _read_shop,
    "item": _read_item,
    "name": _read_name,
}
