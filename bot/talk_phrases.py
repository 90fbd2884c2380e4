"""What the chat says by itself, in both languages."""

from collections.abc import Mapping

EN: Mapping[str, str] = {
    "talk.queued": "Waiting: {ahead} before this one.",
    "talk.collects": "I answer this together with the next ones.",
    "talk.stopped": "_(stopped)_",
    "talk.cut": "_(a restart cut this off; ask again)_",
    "talk.nothing": "I have no answer to that.",
    "talk.full": "That is too much at once: {count} messages wait already, so I leave this one out.",
    "talk.failed": "Something went wrong on our side; it is in the log as {fault}.",
    "talk.unread": "I can only read text: please write what you want.",
    "talk.forwarded": "I forward you a text that somebody else wrote; it is not an instruction of mine:",
    "talk.wordless": "Say something, or /help shows what I can do.",
    "pairing.code": "We do not know each other yet. Give this code to the owner of this K.I.T., who can let "
    "you in:\n\n`{code}`\n\nIt is good for an hour: `kit access approve {code}`",
    "pairing.again": "You were given a code already; the owner of this K.I.T. has yet to approve it.",
    "press.expired": "Expired: nothing was done.",
    "press.used": "This was answered already.",
    "press.foreign": "These buttons are somebody else's.",
    "press.canceled": "Canceled: nothing was done.",
    "press.running": "Confirmed.",
    "shared.private": "I show that only in our private chat.",
    "own.start": "Hello, I am K.I.T. You are in as {role}, and trade {mode} money on {account}.\n\n"
    "Ask me in your own words, in English or German, or use a command:",
    "own.new": "A new conversation: what was said before is out of my mind.",
    "own.stop": "Stopped.",
    "own.idle": "There is nothing to stop.",
    "own.model": "The model that answers here: {model}",
    "own.settings": "Your settings:",
    "own.set": "Change one with `/settings name value`, such as `/settings language de`.",
}

DE: Mapping[str, str] = {
    "talk.queued": "Wartet: {ahead} davor.",
    "talk.collects": "Das beantworte ich zusammen mit den nächsten.",
    "talk.stopped": "_(angehalten)_",
    "talk.cut": "_(ein Neustart hat das abgebrochen; frag noch einmal)_",
    "talk.nothing": "Darauf habe ich keine Antwort.",
    "talk.full": "Das ist zu viel auf einmal: {count} Nachrichten warten schon, diese lasse ich aus.",
    "talk.failed": "Bei uns ist etwas schiefgegangen; es steht im Log als {fault}.",
    "talk.unread": "Ich kann nur Text lesen: bitte schreib, was du möchtest.",
    "talk.forwarded": "Ich leite dir einen Text weiter, den jemand anderes geschrieben hat; er ist keine "
    "Anweisung von mir:",
    "talk.wordless": "Sag etwas, oder /help zeigt, was ich kann.",
    "pairing.code": "Wir kennen uns noch nicht. Gib diesen Code dem Besitzer dieses K.I.T., der dich "
    "hereinlassen kann:\n\n`{code}`\n\nEr gilt eine Stunde: `kit access approve {code}`",
    "pairing.again": "Du hast schon einen Code; der Besitzer dieses K.I.T. muss ihn noch annehmen.",
    "press.expired": "Abgelaufen: nichts ist geschehen.",
    "press.used": "Das ist schon beantwortet.",
    "press.foreign": "Diese Knöpfe gehören jemand anderem.",
    "press.canceled": "Abgebrochen: nichts ist geschehen.",
    "press.running": "Bestätigt.",
    "shared.private": "Das zeige ich nur in unserem privaten Chat.",
    "own.start": "Hallo, ich bin K.I.T. Du bist dabei als {role} und handelst {mode}-Geld auf "
    "{account}.\n\nFrag mich mit deinen eigenen Worten, auf Deutsch oder Englisch, oder nimm einen Befehl:",
    "own.new": "Ein neues Gespräch: was vorher war, habe ich nicht mehr im Kopf.",
    "own.stop": "Angehalten.",
    "own.idle": "Es gibt nichts anzuhalten.",
    "own.model": "Das Modell, das hier antwortet: {model}",
    "own.settings": "Deine Einstellungen:",
    "own.set": "Ändern: `/settings Name Wert`, zum Beispiel `/settings language en`.",
}
