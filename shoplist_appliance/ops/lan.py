"""The addresses of this machine under which a phone in the same network may reach it."""

import contextlib
import ipaddress
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

# Bridges and ends of containers and virtual machines: no phone is there.
INWARD = ("docker", "br-", "veth", "virbr", "lxc", "cni")
SIOCGIFADDR = 0x8915  # Linux: "the IPv4 address of the interface with this name"
IF_INET6 = Path("/proc/net/if_inet6")


def addresses(host: str) -> list[str]:
    """Hosts for a URL: IPv4, and where ``host`` is ``::``, which takes both, IPv6 in brackets after them."""
    found = [*_ipv4(), *(_ipv6() if host == "::" else ())]
    return sorted(
        {address for name, address in found if not name.startswith(INWARD)}, key=lambda one: (one[0] == "[", one)
    )


def _ipv4() -> Iterator[tuple[str, str]]:
    try:
        from fcntl import ioctl
    except ImportError:
        return
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        for _, name in socket.if_nameindex():
            with contextlib.suppress(OSError):  # an interface without an IPv4 address, or a system that is no Linux
                answer = ioctl(asking, SIOCGIFADDR, struct.pack("256s", name.encode()[:15]))
                address = ipaddress.IPv4Address(answer[20:24])
                if not address.is_loopback:
                    yield name, str(address)


def _ipv6() -> Iterator[tuple[str, str]]:
    with contextlib.suppress(OSError):
        for line in IF_INET6.read_text().splitlines():
            digits, *_, name = line.split()
            address = ipaddress.IPv6Address(bytes.fromhex(digits))
            if not address.is_loopback and not address.is_link_local:  # a link-local one needs a zone, which no URL has
                yield name, f"[{address}]"
