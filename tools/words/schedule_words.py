"""The words jobs are made of, in both languages, folded."""

import re
from collections.abc import Mapping

from tools.words.lists import split_words

DAILY = (
    "every single day|every day|each day|daily|every morning|each morning|every evening|each evening|"
    "every night|every afternoon|jeden tag|taeglich|jeden morgen|jeden abend|jede nacht|jeden nachmittag|"
    "jeden mittag"
)
WORKDAYS = (
    "on weekdays|on every weekday|every weekday|each weekday|weekdays|on workdays|every workday|"
    "every working day|monday to friday|mon-fri|monday through friday|werktags|an werktagen|jeden werktag|"
    "unter der woche|montag bis freitag|mo-fr|wochentags"
)
WEEKENDS = "on weekends|every weekend|on the weekend|weekends|am wochenende|jedes wochenende|an wochenenden"
BRIEFINGS = "morning briefing|morgenbriefing|morning update|morgenbericht|morning report"
WEEKLY_REPORTS = (
    "weekly report|weekly summary|weekly recap|wochenbericht|woechentlicher bericht|woechentlichen bericht"
)
DAILY_REPORTS = (
    "briefing|daily report|daily briefing|daily summary|daily digest|daily update|evening briefing|"
    "evening report|evening summary|evening update|market briefing|tagesbriefing|tagesbericht|abendbriefing|"
    "abendbericht|marktbriefing"
)

ORDINALS: Mapping[str, int] = {
    word: number
    for number, listed in enumerate(
        (
            "first ersten erster erste",
            "second zweiten",
            "third dritten",
            "fourth vierten",
            "fifth fuenften",
            "sixth sechsten",
            "seventh siebten",
            "eighth achten",
            "ninth neunten",
            "tenth zehnten",
        ),
        1,
    )
    for word in listed.split()
}

LEADS = frozenset(
    split_words("""
    please kindly pls can could you i want would like to kit hey hi schedule set up create add new job that
    a an the and then bitte kannst koenntest du ich will moechte plane plan erstelle setze neuer neuen job
    einen ein eine dass und dann mal doch
    """)
)
"""Words before what is asked that are no part of it."""
TRAILS = frozenset(split_words("please thanks and then bitte danke und dann"))
REMINDERS = (
    ("Reminder", re.compile(r"remind me(?:\s+(?:to|about|that|of))?\b[\s,:]*", re.IGNORECASE)),
    ("Erinnerung", re.compile(r"erinner[en]? mich(?:\s+(?:an|daran|dass))?\b[\s,:]*", re.IGNORECASE)),
)
"""What begins a reminder, and what it is called when it comes."""
NO_NAME = frozenset(
    split_words("""
    a an the my me send show give tell get make write create do please of for with and to on in at is what
    mein meine meinen meiner mir mich schick schicke sende zeig zeige gib sag der die das den dem ein eine
    einen von fuer und mit auf im reminder erinnerung
    """)
)
"""Words that tell nothing in a name."""
