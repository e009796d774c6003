"""The rules broken on purpose: each of these servers must make the tests of this folder fail."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from shoplist_appliance.domain.access import require
from shoplist_appliance.domain.errors import DomainError
from shoplist_appliance.domain.ids import EditId, PersonId
from shoplist_appliance.domain.list_deed import Deed as Decision
from shoplist_appliance.domain.list_rules import Unit, decide
from shoplist_appliance.domain.lists import Call, Change, Known
from tests.domain.server import Deed, Json, Line, Server
from tests.domain.test_convergence import EDITS, HOUSE, NETWORK, scripts
from tests.domain.world import Step, World


def live(server: type[Server], lives: int = 200) -> None:
    """The property of ``test_convergence``, with the same scripts each time."""

    @settings(
        max_examples=lives,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(scripts(*EDITS, *NETWORK, *HOUSE))
    def ends_well(steps: list[Step]) -> None:
        World(server).play(steps)

    ends_well()


def test_nothing_fails_where_nothing_is_broken() -> None:
    live(Server, 50)


class LosesAnAcknowledgement(Server):
    """The answer to some calls never comes, however often they are sent."""

    def answer(self, waiting: Sequence[tuple[Line, Json]], unit: Unit) -> None:
        for (line, message), outcome in zip(waiting, unit.outcomes, strict=True):
            edits = message["payload"].get("edits", [])
            if not any(edit["id"] < "4" for edit in edits):
                super().answer([(line, message)], replace_outcomes(unit, outcome))


class LosesWhatItAcknowledged(Server):
    """One change in some is told and acknowledged, but not stored."""

    def store(self, changes: Sequence[Change], deeds: Sequence[Deed]) -> None:
        kept = [number for number, change in enumerate(changes) if change.revision % 5]
        super().store([changes[number] for number in kept], [deeds[number] for number in kept])


class AppliesTwice(Server):
    """Only the repeats of adds are known again."""

    def known(self, edits):  # type: ignore[no-untyped-def]
        added = {deed.edit["id"] for deed in self.deeds if deed.edit["kind"] == "add"}
        return {edit: known for edit, known in super().known(edits).items() if edit in added}


class LeavesAGap(Server):
    """One revision is skipped."""

    def decide(self, calls: Sequence[Call]) -> Unit:
        if self.state.revision == 3:
            self.state.revision += 1
        return super().decide(calls)


class TellsBeforeItStores(Server):
    def make_true(self, unit: Unit, deeds: Sequence[Deed]) -> None:
        self.tell(unit.changes)
        self.store(unit.changes, deeds)
        self.state.take(unit)


class RefusesARepeat(Server):
    """Only what would be stored again is looked up, not what comes out refused."""

    def decide(self, calls: Sequence[Call]) -> Unit:
        known: dict[EditId, Known] = {}
        while True:
            unit = decide(self.state, self.header, calls, now=self.now, known=known)
            found = self.known([change.edit for change in unit.changes])
            if not found:
                return unit
            known |= found


class ChecksRightsBeforeTheTurn(Server):
    """Who might edit when the call came in may do so whenever its turn comes."""

    def arrive(self, line: Line, message: Json) -> None:
        try:
            require(self.header, line.person, "read" if message["name"] == "lists.open" else "edit")
        except DomainError as error:
            line.put({"name": message["name"], "call": message["call"], "ok": False, "error": {"code": error.code}})
        else:
            super().arrive(line, message)

    def decide(self, calls: Sequence[Call]) -> Unit:
        now, self.header = (
            self.header,
            replace(self.header, members={PersonId(str(call.by)): "editor" for call in calls}),
        )
        try:
            return super().decide(calls)
        finally:
            self.header = now


@pytest.mark.parametrize(
    ("broken", "notice"),
    [
        (LosesAnAcknowledgement, "every queue drains"),
        (LosesWhatItAcknowledged, "without gaps|never lost"),
        (AppliesTwice, "counts once"),
        (LeavesAGap, "without gaps"),
        (TellsBeforeItStores, "what is told is stored"),
        (RefusesARepeat, "what is stored is never refused"),
        (ChecksRightsBeforeTheTurn, "might not edit any longer"),
    ],
)
def test_a_rule_broken_on_purpose_is_noticed(broken: type[Server], notice: str) -> None:
    with pytest.raises(AssertionError, match=notice):
        live(broken)


def test_an_old_at_that_wins_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Decision, "wins", lambda *_: True)
    with pytest.raises(AssertionError):
        live(Server)


def replace_outcomes(unit: Unit, *outcomes: object) -> Unit:
    return replace(unit, outcomes=list(outcomes))  # type: ignore[arg-type]
