"""Which stores belong to a data folder: a forgotten setting must not begin an empty one beside the household's own."""

import os
from pathlib import Path

from shoplist_appliance.adapters.refusals import NotOurs, StoreUnreadable


class Belonging:
    """The ids of the stores that this folder has served, one a line in the file ``stores``; none at the first start.

    A store is known by an id of its own, not by its address: it may be reached by another one tomorrow.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / "stores"

    def refuse_new(self, name: str) -> None:
        """Nothing is at ``name`` yet. Raises ``NotOurs`` where this folder has served a store before."""
        if self._ids():
            raise NotOurs(f"there is no store at {name}, {self._but()}")

    def check(self, id: bytes, name: str) -> None:
        """Raises ``NotOurs`` where this folder has served other stores, and not this one."""
        ids = self._ids()
        if ids and id.hex() not in ids:
            raise NotOurs(f"{name} is another store, {self._but()}")

    def remember(self, id: bytes) -> None:
        """From now on this store belongs to the folder."""
        ids = self._ids()
        if id.hex() in ids:
            return
        draft = self._path.with_name("stores.new")
        try:
            with open(draft, "w", opener=_for_us) as file:
                file.writelines(f"{one}\n" for one in [*ids, id.hex()])
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._path)
        except OSError as error:
            raise StoreUnreadable(f"the file {self._path} cannot be written: {error.strerror}") from error

    def settle(self, id: bytes, name: str) -> None:
        """Check it, and remember it."""
        self.check(id, name)
        self.remember(id)

    def _but(self) -> str:
        return (
            f"but the data folder {self._folder} belongs to one that it has served before: look at the setting store."
            f" If that one is gone for good, remove the file {self._path}"
        )

    def _ids(self) -> list[str]:
        try:
            return self._path.read_text().split()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StoreUnreadable(f"the file {self._path} cannot be read: {error.strerror}") from error


def _for_us(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
