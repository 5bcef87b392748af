"""Functions with docstrings of three styles."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

_UNSET: Any = object()


def google(
    city: str,
    unit: Literal["C", "F"] = "C",
    days: Annotated[int, Field(ge=1, description="Said here")] = 3,
) -> str:
    """Say the weather.

    Of today.

    Args:
        city: Name of the city:
            as its people write it.
        unit (str): The scale.
        days: Not this.

    Returns:
        text: What it is.
    """
    return f"{city} {unit} {days}"


def numpy(a: int, b: float = 1.5) -> float:
    """Add.

    Parameters
    ----------
    a : int
        The first.
        And more.
    b : float, optional
        The second.

    Returns
    -------
    float
        The sum.
    """
    return a + b


def sphinx(a, *rest, later=_UNSET, **more):
    """Do.

    :param a: The first
        goes on.
    :param rest: No.
    :returns: Nothing.
    """


class _Odd:
    pass


def _cannot_say(odd: _Odd) -> None:
    """Not in JSON."""
