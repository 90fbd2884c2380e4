"""What is said of memories, in both languages."""

from collections.abc import Mapping

MEMORY_EN: Mapping[str, str] = {
    "topic.undo": "that taken back",
    "memory.kept": "Noted. It stands in your MEMORY.md; “undo that” takes it back.",
    "memory.known": "I know that already.",
    "memory.undone": "Taken back: it is forgotten.",
    "memory.undo_what": "I take back only what I was just told to remember. An order goes by “cancel”, a "
    "memory by “forget”. Nothing was done.",
    "memory.task": "I keep facts, and carry nothing out later because of them. For a moment in time say "
    "“remind me tomorrow at 9 to …”. Nothing was kept.",
    "memory.rules": "I keep facts about you. Rules, limits, approvals and roles are not changed by what I "
    "remember: see “kit limits” and /settings. Nothing was kept.",
    "memory.remember_what": "Remember what? Say it like “remember that I never trade at night”.",
    "memory.recalled": "You told me:",
    "memory.near": "Nothing has those words. Nearest to it:",
    "memory.nothing": "I know nothing of that.",
    "memory.forget_what": "Forget what? Name it, such as “forget what I said about leverage”; /memory "
    "shows all.",
    "memory.sure": "Is that to be forgotten for good? Say “yes” or “no”.",
    "memory.which": "Which one is to be forgotten for good? Say its number, or “no”.",
    "memory.forgotten": "Forgotten, for good.",
    "memory.gone": "That is not there any more, so nothing was forgotten.",
}

MEMORY_DE: Mapping[str, str] = {
    "topic.undo": "das zurücknehmen",
    "memory.kept": "Gemerkt. Es steht in deiner MEMORY.md; „nimm das zurück“ nimmt es zurück.",
    "memory.known": "Das weiß ich schon.",
    "memory.undone": "Zurückgenommen: es ist vergessen.",
    "memory.undo_what": "Ich nehme nur zurück, was ich mir gerade merken sollte. Eine Order nimmt "
    "„storniere“ zurück, eine Erinnerung „vergiss“. Nichts wurde getan.",
    "memory.task": "Ich merke mir Tatsachen und führe ihretwegen später nichts aus. Für einen Zeitpunkt "
    "sag „erinnere mich morgen um 9 an …“. Nichts wurde gemerkt.",
    "memory.rules": "Ich merke mir Tatsachen über dich. Regeln, Limits, Freigaben und Rollen ändert das "
    "nicht: siehe „kit limits“ und /settings. Nichts wurde gemerkt.",
    "memory.remember_what": "Was soll ich mir merken? Sag es etwa so: „merk dir, dass ich nie nachts "
    "handle“.",
    "memory.recalled": "Du hast mir gesagt:",
    "memory.near": "Diese Wörter kommen nirgends vor. Am nächsten liegt:",
    "memory.nothing": "Davon weiß ich nichts.",
    "memory.forget_what": "Was soll ich vergessen? Nenn es, etwa „vergiss, was ich über Hebel gesagt habe“; "
    "/memory zeigt alles.",
    "memory.sure": "Soll das endgültig vergessen werden? Sag „ja“ oder „nein“.",
    "memory.which": "Was davon soll endgültig vergessen werden? Sag die Nummer oder „nein“.",
    "memory.forgotten": "Vergessen, endgültig.",
    "memory.gone": "Das ist nicht mehr da, also wurde nichts vergessen.",
}
