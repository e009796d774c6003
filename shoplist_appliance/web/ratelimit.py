"""What calls are limited by at the door: the usual rate of an operation, and the network that an address belongs to."""

import ipaddress
from functools import lru_cache

from shoplist_appliance.usecases.limits import Limits, Rate

__all__ = ["USUAL", "Limits", "Rate", "network_of"]

USUAL = Rate("usual", burst=1_000, per_second=50)


@lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """Whose address it is: an IPv4 address itself, of IPv6 the /64 that one subscriber is given."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        return str(ipaddress.IPv6Network((int(ip) >> 64 << 64, 64)))
    return str(ip)
