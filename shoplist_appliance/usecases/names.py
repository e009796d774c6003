"""The names of people, kept at hand, so that telling a change never waits for the store."""

from collections.abc import Iterable, Sequence

from shoplist_appliance.domain.ids import PersonId
from shoplist_appliance.domain.people import PersonName
from shoplist_appliance.ports import PeopleStore


class Names:
    """Names of the people met since the start: as many as a household server has accounts, some 100 bytes each."""

    def __init__(self, store: PeopleStore) -> None:
        self._store = store
        self._names: dict[PersonId, PersonName] = {}

    async def fetch(self, people: Iterable[PersonId]) -> None:
        """Make the names of these people known. Does not suspend where they are; raises ``Unavailable``."""
        missing = {person for person in people if person not in self._names}
        if missing:
            found = await self._store.people(missing)
            for person in missing:
                account = found.get(person)
                # What an update told meanwhile is newer than what was read.
                self._names.setdefault(person, PersonName(person, account.name if account else None))

    def known(self, people: Iterable[PersonId]) -> bool:
        """Whether all of them were fetched before."""
        return all(person in self._names for person in people)

    def of(self, people: Iterable[PersonId]) -> Sequence[PersonName]:
        """Their names, in the order of ids; all were fetched before."""
        return [self._names[person] for person in sorted(people)]

    def forgotten(self, person: PersonId) -> None:
        """The account is no more: nobody learns its name again."""
        self._names[person] = PersonName(person, None)

    def renamed(self, person: PersonId, name: str) -> None:
        """The account has this name from now on."""
        self._names[person] = PersonName(person, name)
