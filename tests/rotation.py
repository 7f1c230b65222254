"""A credential that somebody replaces while it is in use."""


class Rotating:
    """Has each of these values in turn, the next one as soon as one is refused.

    Attributes:
        refused: The values that a newer one was asked for.
    """

    def __init__(self, *values: str) -> None:
        self._values = list(values)
        self.refused: list[str] = []

    async def current(self) -> str:
        return self._values[0]

    async def renewed(self, refused: str) -> str:
        self.refused.append(refused)
        if refused == self._values[0] and len(self._values) > 1:
            del self._values[0]
        return self._values[0]
