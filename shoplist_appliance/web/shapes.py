"""The JSON values of answers and events, made from what the use cases return; times become text here."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal, assert_never, cast

from shoplist_appliance import __version__
from shoplist_appliance.domain.list_rules import Edited
from shoplist_appliance.domain.lists import Change, Invitation, Result, Role, Share
from shoplist_appliance.domain.people import Person, PersonName, Token
from shoplist_appliance.domain.text import TypedItem
from shoplist_appliance.ports import Event, ListChanged, ListGone, ListsChanged
from shoplist_appliance.usecases.alerts import Alert
from shoplist_appliance.usecases.lists import History, ListView, Opened
from shoplist_appliance.usecases.people import SignedIn
from shoplist_appliance.usecases.second_factor import Begun
from shoplist_appliance.usecases.stats import ServerStats
from shoplist_appliance.web import outputs
from shoplist_appliance.web.problems import problem
from shoplist_appliance.web.rows import Caller

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=4096)  # what a room is told and answered is nearly all of the same few seconds
def _second(seconds: int) -> str:
    return (_EPOCH + timedelta(seconds=seconds)).isoformat()[:19]


def time_json(ms: int) -> str:
    """``2026-11-25T10:42:00.123Z``."""
    seconds, rest = divmod(ms, 1000)
    return f"{_second(seconds)}.{rest:03}Z"


def nothing(result: object, caller: Caller) -> outputs.Done:
    """The answer of what has nothing to tell."""
    return {}


# --- people -------------------------------------------------------------------------------------------------------


def user_json(person: Person) -> outputs.User:
    """An account as its owner sees it."""
    user: outputs.User = {
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "email_verified": person.email_verified,
        "language": person.language,
        "theme": person.theme,
        "role": person.role,
        "totp": person.has_totp,
        "telegram": False,
        "created_at": time_json(person.created_at),
    }
    if person.new_email is not None:
        user["new_email"] = person.new_email
    return user


def user_answer(person: Person, caller: Caller) -> outputs.UserAnswer:
    return {"user": user_json(person)}


def signed_in_answer(signed_in: SignedIn, caller: Caller) -> outputs.SignedInAnswer:
    return {"user": user_json(signed_in.person), "token": signed_in.secret}


def totp_begun_answer(begun: tuple[Begun, str], caller: Caller) -> outputs.TotpBegunAnswer:
    return {"secret": begun[0].secret, "uri": begun[0].uri, "qr": begun[1]}


def recovery_codes_answer(codes: Sequence[str], caller: Caller) -> outputs.RecoveryCodesAnswer:
    return {"recovery_codes": list(codes)}


def tokens_answer(tokens: Sequence[Token], caller: Caller) -> outputs.TokensAnswer:
    return {"tokens": [_token_json(token, caller) for token in tokens]}


def _token_json(token: Token, caller: Caller) -> outputs.Token:
    return {
        "id": token.id,
        "name": token.name,
        "scopes": sorted(token.scopes),
        "session": token.session,
        "created_at": time_json(token.created_at),
        "last_seen": time_json(token.last_seen),
        "current": token.id == caller.me.token,
    }


def new_token_answer(made: tuple[Token, str], caller: Caller) -> outputs.NewTokenAnswer:
    return {"id": made[0].id, "token": made[1]}


def person_json(person: PersonName) -> outputs.Person:
    """A person as another member of a list may know them."""
    return {"id": person.id, "name": person.name}


# --- lists --------------------------------------------------------------------------------------------------------


def list_json(view: ListView) -> outputs.ShoppingList:
    """A list without its items, as this member or guest sees it."""
    header, summary = view.header, view.summary
    return {
        "id": header.id,
        "title": summary.title,
        "revision": summary.revision,
        "epoch": header.epoch,
        "role": view.role,
        "right": view.right,
        "categories": cast(dict[str, list[str]], summary.categories),
        "archived": header.archived,
        "deleted_at": None if header.deleted_at is None else time_json(header.deleted_at),
        "open": summary.open,
        "total": summary.total,
        "updated_at": time_json(summary.updated_at),
    }


def list_answer(view: ListView, caller: Caller) -> outputs.ListAnswer:
    return {"list": list_json(view)}


def lists_answer(views: Sequence[ListView], caller: Caller) -> outputs.ListsAnswer:
    return {"lists": [list_json(view) for view in views]}


def item_json(item: Mapping[str, Any]) -> outputs.Item:
    """An item with all its fields."""
    return cast(outputs.Item, {**item, "updated_at": time_json(item["updated_at"])})


def opened_json(opened: Opened) -> outputs.OpenedAnswer:
    """A list with its items, or those that changed."""
    return {
        "list": list_json(opened.view),
        "items": [item_json(item) for item in opened.items],
        "people": [person_json(person) for person in opened.people],
        "whole": opened.whole,
        "now": time_json(opened.now),
    }


def opened_answer(opened: Opened, caller: Caller) -> outputs.OpenedAnswer:
    return opened_json(opened)


def replied(result: None, caller: Caller) -> None:
    """The answer of ``lists.open``: it went out in the step that joined the room."""
    return


# --- edits and changes --------------------------------------------------------------------------------------------


def edited_answer(edited: Edited, caller: Caller) -> outputs.EditedAnswer:
    return {"revision": edited.revision, "results": [_result_json(result, caller) for result in edited.results]}


def _result_json(result: Result, caller: Caller) -> outputs.Result:
    answer: outputs.Result = {"edit": result.edit, "status": result.status, "revision": result.revision}
    if result.item is not None:
        answer["item"] = result.item
    if result.error is not None:
        answer["error"] = problem(result.error, caller.language, caller.request_id)
    return answer


def change_json(change: Change) -> outputs.Change:
    """A change as clients apply it. ``updated_at``, which is its ``at``, is added to each item here."""
    at = time_json(change.at)
    answer: outputs.Change = {
        "revision": change.revision,
        "edit": change.edit,
        "by": change.by,
        "at": at,
        "items": {item: {**fields, "updated_at": at} for item, fields in change.items.items()},
    }
    if change.list is not None:
        answer["list"] = cast(outputs.ListFields, change.list)
    return answer


def typed_answer(items: Sequence[TypedItem], caller: Caller) -> outputs.TypedAnswer:
    return {"items": [cast(outputs.Typed, asdict(item)) for item in items]}


def history_answer(history: History, caller: Caller) -> outputs.HistoryAnswer:
    people = {person.id: person_json(person) for person in history.people}
    changes: list[outputs.PastChange] = [
        {**change_json(change), "kind": change.kind, "person": people.get(change.by) if change.by else None}
        for change in history.changes
    ]
    return {"changes": changes, "more": history.more}


# --- members ------------------------------------------------------------------------------------------------------


def members_answer(members: Sequence[tuple[PersonName, Role]], caller: Caller) -> outputs.MembersAnswer:
    return {"members": [{"person": person_json(person), "role": role} for person, role in members]}


def invited_answer(invited: tuple[str | None, str | None], caller: Caller) -> outputs.InvitedAnswer:
    return {"code": invited[0], "url": invited[1]}


def invitations_answer(
    invitations: Sequence[tuple[Invitation, str | None]], caller: Caller
) -> outputs.InvitationsAnswer:
    return {
        "invitations": [
            {
                "id": invitation.id,
                "role": cast(Literal["editor", "viewer"], invitation.role),
                "email": invitation.email,
                "url": url,
                "expires_at": time_json(invitation.expires_at),
            }
            for invitation, url in invitations
        ]
    }


def share_json(share: Share, url: str) -> outputs.Share:
    """A share as the owner of the list sees it."""
    return {
        "id": share.id,
        "name": share.name,
        "right": share.right,
        "url": url,
        "expires_at": None if share.expires_at is None else time_json(share.expires_at),
        "created_at": time_json(share.created_at),
        "last_used": None if share.last_used is None else time_json(share.last_used),
    }


def shares_answer(shares: Sequence[tuple[Share, str]], caller: Caller) -> outputs.SharesAnswer:
    return {"shares": [share_json(share, url) for share, url in shares]}


def shared_answer(made: tuple[Share, str], caller: Caller) -> outputs.SharedAnswer:
    return {"id": made[0].id, "key": made[0].key, "url": made[1]}


def now_answer(now: int, caller: Caller) -> outputs.NowAnswer:
    return {"now": time_json(now)}


# --- for admins ---------------------------------------------------------------------------------------------------


def users_answer(page: tuple[Sequence[tuple[Person, int | None]], bool], caller: Caller) -> outputs.UsersAnswer:
    people, more = page
    users: list[outputs.Account] = [
        {**user_json(person), "blocked": person.blocked, "last_seen": None if seen is None else time_json(seen)}
        for person, seen in people
    ]
    return {"users": users, "more": more}


def export_answer(url: str, caller: Caller) -> outputs.ExportAnswer:
    return {"url": url}


def alerts_answer(found: tuple[Sequence[Alert], bool], caller: Caller) -> outputs.AlertsAnswer:
    alerts, has_mail_server = found
    return {
        "mail": "server" if has_mail_server else "folder",
        "alerts": [
            {
                "id": alert.id,
                "kind": alert.kind,
                "place": alert.place,
                "detail": alert.detail,
                "count": alert.count,
                "first_at": time_json(alert.first_at),
                "last_at": time_json(alert.last_at),
            }
            for alert in alerts
        ],
    }


def stats_answer(stats: ServerStats, caller: Caller) -> outputs.StatsAnswer:
    return {
        "people": stats.sizes.people,
        "lists": stats.sizes.lists,
        "changes": stats.sizes.changes,
        "connections": stats.connections,
        "mails_waiting": stats.mails_waiting,
        "store_bytes": stats.sizes.on_disk,
        "disk_free_bytes": stats.disk_free,
        "started_at": time_json(stats.started_at),
        "version": __version__,
    }


# --- events -------------------------------------------------------------------------------------------------------


def event_json(event: Event) -> tuple[str, Mapping[str, object]]:
    """The name and the payload under which live clients hear of it."""
    match event:
        case ListChanged():
            return "list.changed", {
                "list": event.list,
                "revision": event.changes[-1].revision,
                "changes": [change_json(change) for change in event.changes],
                "people": [person_json(person) for person in event.people],
            }
        case ListsChanged():
            return "lists.changed", {}
        case ListGone():
            return "list.gone", {"list": event.list, "reason": event.reason}
        case _:
            assert_never(event)
