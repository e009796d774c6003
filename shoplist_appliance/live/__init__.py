"""The live door: socket.io over Tornado, with one encoding for each message to a room."""
