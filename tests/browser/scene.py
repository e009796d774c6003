"""A scene: a page in a state that a person can meet. Each has a name, a sentence, and what brings a page there."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.browser.stage import Stage

Play = Callable[[Stage], None]


@dataclass(frozen=True)
class Scene:
    name: str
    says: str
    play: Play
    main: bool  # one of those that are also looked at with text of twice the size


SCENES: dict[str, Scene] = {}


def scene(says: str, *, main: bool = False) -> Callable[[Play], Play]:
    """Enter a function among the scenes, under its own name."""

    def entered(play: Play) -> Play:
        name = play.__name__.replace("_", "-")
        SCENES[name] = Scene(name, says, play, main)
        return play

    return entered
