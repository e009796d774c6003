"""A list as pieces of JSON text, and back: everything it holds but what follows from the rest."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import attrgetter, itemgetter
from typing import Any

from shoplist_appliance.domain.ids import ItemId
from shoplist_appliance.domain.list_draft import Contents, Shop, shop_bytes
from shoplist_appliance.domain.list_item import FIELDS, NAME_BYTES, Item, OtherName

FORMAT = 1
# About: texts that need escapes can make it five times that, which is under the 1 MiB that a store takes. Small,
# because making a piece is time in which nothing else happens: half a millisecond.
_PIECE_BYTES = 64 * 1024
_ITEM_FIELDS = itemgetter(*FIELDS)
_NAME_FIELDS = attrgetter("item", "revision", "amount", "bare", "filled", "taken", "older")
# Kept, because json.dumps makes one for each call that wants anything but its defaults.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)


def encoded(value: object) -> bytes:
    """JSON text by the standard library."""
    return _ENCODER.encode(value).encode()


def pieces_of(contents: Contents, encode: Callable[[object], bytes] = encoded) -> Iterator[bytes]:
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
    return _pieces(rows, encode)


def _rows(
    head: list[object],
    shops: Mapping[str, Shop],
    items: Iterable[Item],
    removed: Mapping[ItemId, int],
    names: Mapping[ItemId, OtherName],
) -> Iterator[tuple[int, list[object]]]:
    """All rows, each with about the bytes that it takes."""
    yield 1_000, head
    for name, shop in shops.items():
        yield shop_bytes(shop.categories), ["shop", name, shop.categories, shop.stamp]
    for item in items:
        rest = [item.first, item.later, item.sets, item.counted, item.newest_name, item.revision]
        yield item.size() // 2, ["item", _ITEM_FIELDS(item.fields), rest, removed.get(item.id)]
    for name_id, other in names.items():
        yield 150, ["name", name_id, *_NAME_FIELDS(other)]


def _pieces(rows: Iterable[tuple[int, list[object]]], encode: Callable[[object], bytes]) -> Iterator[bytes]:
    gathered: list[object] = []
    size = 0
    for weight, row in rows:
        if size + weight > _PIECE_BYTES and gathered:
            yield encode(gathered)
            gathered, size = [], 0
        gathered.append(row)
        size += weight
    yield encode(gathered)


def contents_of(pieces: Iterable[bytes], contents: Contents, decode: Callable[[bytes], Any] = json.loads) -> None:
    """Fill an empty list with what pieces say."""
    for piece in pieces:
        for kind, *row in decode(piece):
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
