"""The time of this machine."""

import time


class SystemClock:
    """Obeys ``ports.Clock``."""

    def now(self) -> int:
        return time.time_ns() // 1_000_000
