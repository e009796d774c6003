"""All use cases of a running app, as the doors are given them."""

from dataclasses import dataclass

from shoplist_appliance.ports import Clock
from shoplist_appliance.usecases.alerts import Alerts
from shoplist_appliance.usecases.codes import Codes
from shoplist_appliance.usecases.exports import Exports
from shoplist_appliance.usecases.kept_limits import KeptLimits
from shoplist_appliance.usecases.leaving import Leaving
from shoplist_appliance.usecases.lists import Lists
from shoplist_appliance.usecases.mail import Mail
from shoplist_appliance.usecases.members import Members
from shoplist_appliance.usecases.people import People
from shoplist_appliance.usecases.second_factor import SecondFactor
from shoplist_appliance.usecases.shares import Shares
from shoplist_appliance.usecases.stats import Stats


@dataclass(frozen=True, slots=True)
class Services:
    """One of each; a row of the table of operations runs a method of one of them."""

    people: People
    second_factor: SecondFactor
    lists: Lists
    members: Members
    shares: Shares
    exports: Exports
    leaving: Leaving
    mail: Mail
    codes: Codes
    kept_limits: KeptLimits
    alerts: Alerts
    stats: Stats
    clock: Clock
