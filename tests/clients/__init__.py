"""The clients that tests speak through: HTTP, socket.io from PyPI and npm, bare sockets, and the process itself."""
