"""Literal text, code and addresses in Discord's Markdown, so that they show as they are and ping nobody.

Discord takes a backslash before any punctuation for the character itself. Mentions are found in the raw text
whatever is before them, so an invisible blank breaks them apart.
"""

import re

BLANK = "\u200b"
"""A character that takes no room."""

LINE_MARKUP = ">#-+0123456789"
"""Characters with which a line begins that needs a backslash, right before them or somewhat later."""

ADDRESS = re.compile(r"https?://[^\s<>*~|`\\\[\]\u200b]*[^\s<>*~|`\\\[\]\u200b.,:;!?\"')]", re.IGNORECASE)

_MENTIONS = r"@(?=(?i:everyone|here))|(?<=<)@(?=[!&]?\d)"
_MENTION = re.compile(_MENTIONS)
_ESCAPED = re.compile(
    r"(?P<mark>[\\*_~|`\[<]|(?<=\])\()"
    r"|(?P<colon>:(?=//|[^\s:]+:))"
    rf"|(?P<mention>{_MENTIONS})"
    r"|^(?P<indent>[^\S\n]*)(?P<lead>>|#(?=[#\s])|[-+](?=[\s#])|(?P<number>\d+)(?P<dot>[.)](?=\s)))",
    re.MULTILINE,
)
_COSTLY = re.compile(
    rf"(?i:https?)://|[\\*_~|`\[<]|(?<=\])\(|:(?=//|[^\s:]+:)|{_MENTIONS}|^[^\S\n]*(?:[>#+-]|\d+[.)])",
    re.MULTILINE,
)
_BRACKETS = re.compile(r"\[[^\]]*\]|\](?=\()")
_TICKS = re.compile("``(?=`)")
_IN_CODE = (_MENTION, _TICKS, re.compile(r"\](?=\()"))
_RUN = re.compile("`+")
_UNSAFE_IN_ADDRESS = re.compile(r"[\s()<>\[\]*~|`\\@\"]")


def literal(text: str) -> str:
    """Return text that shows as it is; addresses stay ones to tap, without a preview."""
    shown = []
    place = 0
    for address in ADDRESS.finditer(text):
        shown.append(escaped(text[place : address.start()]))
        shown.append(f"<{unpinging(address[0])}>")
        place = address.end()
    shown.append(escaped(text[place:]))
    return "".join(shown)


def escaped(text: str) -> str:
    """Return text that shows as it is, addresses like all else."""
    return _ESCAPED.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    if match["mention"]:
        return "@" + BLANK
    if match["number"]:
        return f"{match['indent']}{match['number']}\\{match['dot']}"
    if match["lead"]:
        return f"{match['indent']}\\{match['lead']}"
    return "\\" + match[0]


def extra_places(text: str) -> list[int]:
    """Return, for each character that `literal` adds at most, the place in the text that causes it."""
    found: list[int] = []
    for match in _COSTLY.finditer(text):
        if match[0][0] in "hH":
            # An address gets two brackets; cut short it is none, and its colon is escaped.
            found.extend((match.start(), match.start(), match.end() - 3))
        else:
            found.append(match.end() - 1)
    return found


def unpinging(text: str) -> str:
    """Return text in which no mention is found."""
    return _MENTION.sub("@" + BLANK, text)


def _inert(code: str) -> str:
    """Return code in which no mention is found, nor what ends the words of a link that is before it."""
    return unpinging(_BRACKETS.sub(lambda match: match[0] + BLANK * (match[0] == "]"), code))


def inline_code(text: str) -> str:
    """Return text as code in a line, or literally where both fences that Discord has are in it."""
    runs = {len(run) for run in _RUN.findall(text)}
    fence = next(("`" * size for size in (1, 2) if size not in runs), None)
    if fence is None:
        return escaped(text)
    left = " " if text.startswith("`") else ""
    right = " " if text.endswith("`") else ""
    return f"{fence}{left}{_inert(text)}{right}{fence}"


def fenced(text: str, language: str | None) -> str:
    """Return text as a block of code."""
    inside = _inert(_TICKS.sub("``" + BLANK, text))
    return f"```{language or ''}\n{inside}\n```"


def fenced_places(text: str) -> list[int]:
    """Return, for each character that `fenced` adds inside, the place in the text that causes it."""
    return [match.start() for pattern in _IN_CODE for match in pattern.finditer(text)]


def address(text: str) -> str:
    """Return the address of a link with nothing in it that Discord's Markdown knows."""
    return _UNSAFE_IN_ADDRESS.sub(lambda match: f"%{ord(match[0]):02X}", text)
