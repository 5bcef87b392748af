"""Why a server did not start, as one error in place of a trace."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Starting:
    """An app whose failure to start or to end is kept, for who runs it to tell; uvicorn would log its trace."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.failed: BaseException | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "lifespan":
            await self._app(scope, receive, send)
            return

        async def briefly(message: Message) -> None:
            await send({**message, "message": ""} if message["type"].endswith(".failed") else message)

        try:
            await self._app(scope, receive, briefly)
        except BaseException as error:
            self.failed = first_of(error)
            raise


def first_of(error: BaseException) -> BaseException:
    """The first of the errors that came together, or the one there is."""
    return first_of(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error
