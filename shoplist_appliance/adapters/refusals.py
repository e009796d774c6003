"""Why a process may not start on what it found: each refusal is one line for whoever started it.

CannotOpen
 ├─ AlreadyRunning   another process owns the data folder
 ├─ KeyMissing       there is a store, but not the key that reads it
 ├─ KeyWrong         the key file is damaged, or belongs to another store
 ├─ SchemaTooNew     a newer version of the program wrote this store
 ├─ Unfinished       a migration into this store has not ended
 ├─ NotEmpty         a migration has nothing to do here: its target holds something already
 ├─ NotOurs          the data folder belongs to another store
 ├─ StoreUnreadable  it is no store of ours, or the system will not let us at it
 └─ StorageRefused   the object storage does not take what the settings say
"""

from shoplist_appliance.config import CannotStart


class CannotOpen(CannotStart):
    """``str()`` of it is one whole line that says what is wrong and what to do."""


class AlreadyRunning(CannotOpen):
    pass


class KeyMissing(CannotOpen):
    pass


class KeyWrong(CannotOpen):
    pass


class SchemaTooNew(CannotOpen):
    pass


class Unfinished(CannotOpen):
    pass


class NotEmpty(CannotOpen):
    pass


class NotOurs(CannotOpen):
    pass


class StoreUnreadable(CannotOpen):
    pass


class StorageRefused(CannotOpen):
    pass
