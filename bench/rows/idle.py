"""What the product costs before anyone does anything: its start, its memory, and that of one more idle client."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench import servers, shop
from bench.effort import Effort
from bench.figures import Beside, Row, Sample, Section, Series
from bench.wire import Client, live, stream

SETTLE = 2.0
DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
TEXT = """\
Each of {starts} rounds starts every server anew, the product on a new data folder (it makes its key and its tables).
The start is from `exec` to the first HTTP answer. Memory is resident. The idle clients are {clients:,} that offer
compression as browsers do; those of the product are signed in and have opened a list. Raw Tornado is a bare WebSocket
handler."""
WHAT = ("start to first answer, s", "idle memory, MB", "one more idle client, KB")
BOUNDS = (0.6, 75.0, 40.0)  # the first says "about 0.5"

Costs = tuple[float, float, float]
Connect = Callable[[], Client]


def measure(effort: Effort) -> Section:
    taken: dict[str, list[Costs]] = {"ours": [], "raw Tornado": [], "Node socket.io": []}
    for _ in range(effort.starts):
        taken["ours"].append(ours(effort.idle))
        taken["raw Tornado"].append(peer(servers.python_peer("tornado_room"), raw, effort.idle))
        taken["Node socket.io"].append(peer(servers.node_peer("socketio_node"), socket_io, effort.idle))
    rows = [row(taken, place) for place in range(len(WHAT))]
    return Section(
        "idle", "Start and memory", TEXT.format(clients=effort.idle, starts=effort.starts), "what", "less", rows
    )


def row(taken: dict[str, list[Costs]], place: int) -> Row:
    series = {name: Series(name, [Sample(costs[place]) for costs in every]) for name, every in taken.items()}
    mine = series.pop("ours")
    return Row(WHAT[place], mine, [Beside(other) for other in series.values()], BOUNDS[place])


def ours(clients: int) -> Costs:
    with tempfile.TemporaryDirectory() as data, servers.product(Path(data)) as product:
        first = first_answer(product)
        time.sleep(SETTLE)
        memory = product.resident()
        entered = shop.enter(product.url)
        list_id, _ = entered.make_list(20)
        return first, memory, each_client(product, lambda: entered.connect(list_id, DEFLATE), clients)


def peer(server: servers.Server, connect: Callable[[str], Client], clients: int) -> Costs:
    with server:
        first = first_answer(server)
        time.sleep(SETTLE)
        return first, server.resident(), each_client(server, lambda: connect(server.url), clients)


def raw(url: str) -> Client:
    return Client(url, "/", headers=DEFLATE)


def socket_io(url: str) -> Client:
    return live(url, headers=DEFLATE)


def first_answer(server: servers.Server) -> float:
    """Seconds from the start of its process to an HTTP answer, whatever it says."""
    sock = stream(server.url, None)
    sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    sock.recv(65_536)
    sock.close()
    return time.perf_counter() - server.began


def each_client(server: servers.Server, connect: Connect, clients: int) -> float:
    """KB (10^3 bytes) by which the server grows for each; the first few, which make what all share, do not count."""
    few = [connect() for _ in range(20)]
    time.sleep(SETTLE)
    before = server.resident()
    many = [connect() for _ in range(clients)]
    time.sleep(SETTLE)
    grown = server.resident() - before
    for client in few + many:
        client.close()
    return grown * 1e3 / clients
