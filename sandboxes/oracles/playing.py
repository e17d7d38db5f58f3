"""A solver of a game: tic-tac-toe against a player who is half careless.

A draw counts as lost, so each move is the one that wins most often. Who begins is drawn, and from some openings no move
is sure of winning.
"""

from collections.abc import Callable
from functools import cache

from sandboxes.oracles.scene import Moves, Scene, at, click

CARELESS = 0.55
"""How often the other player sets anywhere; else it completes its line, bars ours, or sets anywhere."""
ORDER = (4, 0, 2, 6, 8, 1, 3, 5, 7)
"""Of moves that are as good: the middle, then corners, then edges."""
LINES = ("012", "345", "678", "036", "147", "258", "048", "246")


async def tic_tac_toe(scene: Scene) -> Moves:
    """Set until somebody has won or all fields are taken."""
    while True:
        fields = await scene.all(".ttt-row span")
        board = "".join({"mark-x": "x", "mark-o": "o"}.get(each.attributes.get("class", ""), " ") for each in fields)
        field = best(board)
        yield click(fields[field], f"Click {at(*divmod(field, 3))}")


def best(board: str) -> int:
    """The field for x that wins most often, on a board of nine letters: x, o or a space."""
    return max(_free(board), key=lambda field: chance(_set(board, field, "x")))


@cache
def chance(board: str) -> float:
    """How likely x is to win, with o to move."""
    if _has(board, "x"):
        return 1.0
    free = _free(board)
    if not free:
        return 0.0
    careful = _winning(board, "o") or _winning(board, "x") or free
    return CARELESS * _mean(board, free) + (1 - CARELESS) * _mean(board, careful)


def _mean(board: str, moves: list[int]) -> float:
    after = [_set(board, field, "o") for field in moves]
    return sum(0.0 if _has(each, "o") or not _free(each) else _hope(each) for each in after) / len(after)


def _hope(board: str) -> float:
    """How likely x is to win with the best move."""
    return max(chance(_set(board, field, "x")) for field in _free(board))


def _winning(board: str, mark: str) -> list[int]:
    return [field for field in _free(board) if _has(_set(board, field, mark), mark)]


def _free(board: str) -> list[int]:
    return [field for field in ORDER if board[field] == " "]


def _set(board: str, field: int, mark: str) -> str:
    return board[:field] + mark + board[field + 1 :]


def _has(board: str, mark: str) -> bool:
    return any(all(board[int(field)] == mark for field in line) for line in LINES)


SOLVERS: dict[str, Callable[[Scene], Moves]] = {"tic-tac-toe": tic_tac_toe}
