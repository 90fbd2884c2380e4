"""The prompt of a terminal: lines of a conversation, and questions in between."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from kit.approval_prompt import ApprovalPrompt

PROMPT = "> "


class LinePrompt:
    """Reads lines at a terminal; what has to be asked goes first, and what was typed by then stays."""

    def __init__(self, history: Path | None, source: TextIO) -> None:
        from prompt_toolkit import PromptSession
        from prompt_toolkit.history import FileHistory, InMemoryHistory

        if history is not None:
            history.parent.mkdir(parents=True, exist_ok=True)
            history.touch(mode=0o600)
        self._source = source
        self._lines: PromptSession[str] = PromptSession(
            PROMPT, history=InMemoryHistory() if history is None else FileHistory(str(history))
        )
        self._questions: PromptSession[str] = PromptSession()
        self.asking: ApprovalPrompt | None = None
        """Who has something to ask."""

    async def __call__(self) -> str | None:
        """Return the next line, None at the end; raise KeyboardInterrupt when the person gave up on it."""
        typed = ""
        while True:
            line = await self._line_or_question(typed)
            if isinstance(line, str):
                return line
            if isinstance(line, EOFError):
                return None
            if isinstance(line, KeyboardInterrupt):
                raise line
            typed = self._lines.default_buffer.text
            if self.asking is not None:
                await self.asking.ask_all()

    async def ask(self, question: str) -> str | None:
        """Return the answer to a question, None when the person gave up on it.

        What was typed before the question stood there is not an answer to it.
        """
        self._forget_typed()
        try:
            return await self._questions.prompt_async(question, handle_sigint=False)
        except (EOFError, KeyboardInterrupt):
            return None

    async def _line_or_question(self, typed: str) -> str | BaseException | None:
        """Return a line or how it was given up, None as soon as there is something to ask."""
        if self.asking is None:
            return await self._line(typed)
        reading = asyncio.create_task(self._line(typed))
        asked = asyncio.create_task(self.asking.arrived())
        try:
            await asyncio.wait({reading, asked}, return_when=asyncio.FIRST_COMPLETED)
            if reading.done():
                return reading.result()
            if self._lines.app.is_running:
                self._lines.app.exit(result="")
                await reading
            return None
        finally:
            reading.cancel()
            asked.cancel()
            await asyncio.gather(reading, asked, return_exceptions=True)

    async def _line(self, typed: str) -> str | BaseException:
        # A KeyboardInterrupt that left a task would end the whole loop.
        try:
            return await self._lines.prompt_async(default=typed)
        except (EOFError, KeyboardInterrupt) as gave_up:
            return gave_up

    def _forget_typed(self) -> None:
        from prompt_toolkit.input.typeahead import clear_typeahead

        clear_typeahead(self._questions.app.input)
        try:
            import termios
        except ImportError:
            return
        termios.tcflush(self._source, termios.TCIFLUSH)
