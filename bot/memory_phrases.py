"""What memories say in chats, in both languages."""

from collections.abc import Mapping

EN: Mapping[str, str] = {
    "summary.memory": "What I remember of you",
    "usage.memory": "`/memory` · `/memory search leverage` · `/memory undo`",
    "option.about": "What to look for",
    "card.memory": "What I remember",
    "card.no_memory": "I remember nothing yet. Tell me “remember that …”, or write it into MEMORY.md.",
    "card.memory_none": "I remember nothing of that.",
    "card.memory_words": "Found by words alone.",
    "card.memory_gone": "Forgotten for good: {count}",
    "button.forget": "Forget",
    "sure.forget": "A memory is taken out of your files for good. Nothing brings it back.",
}

DE: Mapping[str, str] = {
    "summary.memory": "Was ich von dir weiß",
    "usage.memory": "`/memory` · `/memory suche Hebel` · `/memory zurück`",
    "option.about": "Wonach gesucht wird",
    "card.memory": "Was ich weiß",
    "card.no_memory": "Ich weiß noch nichts. Sag mir „merk dir, dass …“, oder schreib es in MEMORY.md.",
    "card.memory_none": "Davon weiß ich nichts.",
    "card.memory_words": "Nur nach Wörtern gefunden.",
    "card.memory_gone": "Endgültig vergessen: {count}",
    "button.forget": "Vergessen",
    "sure.forget": "Eine Erinnerung wird endgültig aus deinen Dateien genommen. Nichts bringt sie zurück.",
}
