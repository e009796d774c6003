"""The collections and their indexes. What was released is never changed, only followed by a greater ``VERSION``.

``changes`` has one document a change, and two unique indexes: (list, revision), the arbiter of order, and
(list, edit), which finds a repeat. Ids of lists and edits are their 16 bytes. Whatever is called ``body``,
``header``, ``summary`` or ``piece`` is sealed. Only what MongoDB 4.4 has, and needs no replica set, is used.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from pymongo import ASCENDING, IndexModel

VERSION: Final = 1


def _index(*fields: str, unique: bool = False) -> IndexModel:
    return IndexModel([(field, ASCENDING) for field in fields], name="_".join(fields), unique=unique)


INDEXES: Final[Mapping[str, Sequence[IndexModel]]] = {
    "store": (),  # "schema", "key check", "lease", "probe", "migration" while one into it has not ended
    "people": (_index("email", unique=True), _index("role")),
    "tokens": (_index("hash", unique=True), _index("person")),
    "lists": (_index("members"), _index("invitations"), _index("shares"), _index("deleted_at")),
    "snapshots": (_index("list", "id", "number", unique=True),),
    "changes": (_index("list", "revision", unique=True), _index("list", "edit", unique=True)),
    "records": (_index("kind", "key", unique=True), _index("owner", "kind"), _index("kind", "due")),
    "unfinished": (),  # lists that are being made or removed: what a crash leaves of them is swept
}
