"""A person with an account: what they call, on how many connections they listen, whom they invite."""

from typing import Any

from tests.clients.http import Answer, Http
from tests.clients.live import Live
from tests.clients.making import PASSWORD, Json, new_id


class Person:
    """One signed-in account over HTTP; ``live()`` opens connections of the same token."""

    def __init__(self, http: Http, user: Json, token: str, password: str = PASSWORD) -> None:
        self.http, self.user, self.token, self.password = http, user, token, password

    @property
    def id(self) -> str:
        return str(self.user["id"])

    @property
    def email(self) -> str:
        return str(self.user["email"])

    @classmethod
    async def registered(cls, http: Http, name: str = "Anna", **more: object) -> "Person":
        """A new account, with an address that nobody has."""
        email = f"{new_id()}@example.test"
        payload = {"email": email, "password": PASSWORD, "name": name, **more}
        answer = (await http.call("accounts.register", payload)).ok()
        return cls(http, answer["user"], answer["token"], str(payload["password"]))

    async def again(self, device: str | None = None) -> "Person":
        """The same account on another device, with a token of its own."""
        payload = {"email": self.email, "password": self.password, **({} if device is None else {"device": device})}
        answer = (await self.http.call("accounts.sign_in", payload)).ok()
        return Person(self.http, answer["user"], answer["token"], self.password)

    async def program(self, *scopes: str) -> "Person":
        """The same account through a token made by ``tokens.create``."""
        made = await self.call("tokens.create", name="script", scopes=list(scopes))
        return Person(self.http, self.user, made["token"], self.password)

    async def ask(self, name: str, payload: object = None, headers: dict[str, str] | None = None) -> Answer:
        return await self.http.call(name, payload, self.token, headers)

    async def call(self, name: str, /, **payload: object) -> Json:
        return (await self.ask(name, payload)).ok()

    async def problem(self, code: str, name: str, /, **payload: object) -> Json:
        return (await self.ask(name, payload)).problem(code)

    async def live(self, transports: tuple[str, ...] = ("websocket",), **auth: object) -> Live:
        return await Live(self.http.url).connect({"token": self.token, **auth}, transports)

    # --- lists ---

    async def answered_list(self, name: str, /, **payload: object) -> Json:
        """The list that an operation answers."""
        answer = await self.call(name, **payload)
        assert set(answer) == {"list"}
        listed: Json = answer["list"]
        return listed

    async def new_list(self, title: str = "Groceries") -> str:
        """The id of a new list."""
        return str((await self.answered_list("lists.create", title=title))["id"])

    async def edit(self, list_id: str, *edits: Json, **more: object) -> Json:
        return await self.call("lists.edit", list=list_id, edits=list(edits), **more)

    async def done(self, list_id: str, *edits: Json, **more: object) -> list[Json]:
        """Edit, assert that every edit was applied, and return the results."""
        results: list[Json] = (await self.edit(list_id, *edits, **more))["results"]
        assert [result["status"] for result in results] == ["applied"] * len(edits), results
        return results

    async def get(self, list_id: str, **more: object) -> Json:
        return await self.call("lists.get", list=list_id, **more)

    async def items(self, list_id: str) -> dict[str, Json]:
        """What is on the list, by id."""
        return {item["id"]: item for item in (await self.get(list_id))["items"]}

    async def history(self, list_id: str) -> list[Json]:
        """All changes of a list, the oldest first."""
        changes: list[Json] = []
        more: dict[str, Any] = {}
        while True:
            page = await self.call("lists.history", list=list_id, limit=200, **more)
            changes += page["changes"]
            if not page["more"]:
                return changes[::-1]
            more = {"before": changes[-1]["revision"]}

    async def index(self, **more: object) -> list[Json]:
        lists: list[Json] = (await self.call("lists.index", **more))["lists"]
        return lists

    async def invitation(self, list_id: str, role: str = "editor") -> str:
        """The code of a new link."""
        return str((await self.call("members.invite", list=list_id, role=role, link=True))["code"])

    async def shares_with(self, list_id: str, other: "Person", role: str = "editor") -> None:
        """Make the other a member of a list of mine."""
        await other.call("members.accept", code=await self.invitation(list_id, role))
