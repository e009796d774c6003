"""The ceiling of the load generator: no protocol, each chunk that comes is copied to every socket of the room."""

import select
import socket

UPGRADED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"


def serve() -> None:
    """Answer each connection's first chunk as an upgrade; whatever comes later goes to all as it is."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    print(f"ready http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    poll = select.epoll()
    poll.register(listener, select.EPOLLIN)
    room: dict[int, socket.socket] = {}
    upgraded: set[int] = set()
    while True:
        for number, _ in poll.poll():
            if number == listener.fileno():
                client, _address = listener.accept()
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                room[client.fileno()] = client
                poll.register(client, select.EPOLLIN)
            else:
                answer(room, upgraded, number)


def answer(room: dict[int, socket.socket], upgraded: set[int], number: int) -> None:
    chunk = room[number].recv(1_048_576)
    if not chunk:
        room.pop(number).close()
        upgraded.discard(number)
    elif number not in upgraded:
        upgraded.add(number)
        room[number].sendall(UPGRADED)
    else:
        for client in room.values():
            client.sendall(chunk)


if __name__ == "__main__":
    serve()
