"""How people ask for alerts and jobs in German. Umlauts are folded by the patterns."""

from collections.abc import Mapping

from agent.models.offline.intents import Kind

_JOB = "[den|die|meinen|meine] (job|aufgabe|zeitplan|erinnerung) [nummer|nr]"
_ALERT = "[den|meinen] (alarm|preisalarm|alert) [nummer|nr]"
_TELL = (
    "sag|sage|melde|gib|schreib|sag mir|sage mir|melde mir|gib mir|schreib mir|melde dich|gib mir bescheid|"
    "sag mir bescheid|sag bescheid|gib bescheid|benachrichtige mich|benachrichtige|informiere mich|"
    "warne mich|alarmiere mich|warn mich"
)

AUTOMATION_SENTENCES: Mapping[Kind, tuple[str, ...]] = {
    Kind.ALERT_NEW: (
        "[setze|setz|stelle|stell|erstelle|neuer|neuen] [mir] [einen|ein] [preis] (alarm|preisalarm|"
        "kursalarm|alert) (wenn|falls|bei|sobald|fuer|immer wenn|jedes wenn) {rest}",
        f"({_TELL}) (wenn|falls|sobald|bei|immer wenn|jedes wenn|jedesmal wenn) {{rest}}",
        f"({_TELL}) (einmal|nur einmal) (wenn|falls|sobald) {{rest}}",
        "(alarm|preisalarm|kursalarm) {pair} {rest}",
        "(setze|setz|stelle|erstelle|neuer) [einen] (alarm|preisalarm) [{rest}]",
    ),
    Kind.ALERT_LIST: (
        "[<show>] [<the>] [aktive|aktiven] (alarme|preisalarme) [an]",
        "welche alarme (habe ich|sind aktiv|gibt es)",
    ),
    Kind.ALERT_DELETE: (
        f"(loesche|entferne|storniere) {_ALERT} [{{n}}]",
        "alarm {n} (loeschen|entfernen)",
    ),
    Kind.ALERT_CLEAR: (
        "(loesche|entferne|leere) (alle|alle meine|meine|die) (alarme|preisalarme)",
        "alle (alarme|preisalarme) (loeschen|entfernen)",
    ),
    Kind.ALERT_PAUSE: (
        f"(pausiere|pausier|stumm|deaktiviere) {_ALERT} [{{n}}]",
        f"(pausiere|pausier|verschiebe) {_ALERT} {{n}} fuer {{rest}}",
        f"(pausiere|pausier|verschiebe) {_ALERT} fuer {{rest}}",
        "alarm {n} (pausieren|deaktivieren)",
        "alarm {n} fuer {rest} pausieren",
    ),
    Kind.ALERT_RESUME: (
        f"(aktiviere|reaktiviere|fortsetzen) {_ALERT} [{{n}}]",
        f"setze {_ALERT} [{{n}}] fort",
        "alarm {n} (fortsetzen|aktivieren|reaktivieren)",
    ),
    Kind.ALERT_HISTORY: (
        "wann hat [mein|der|ein] alarm [{n}] [zuletzt] (ausgeloest|gefeuert|angeschlagen)",
        "wann haben meine alarme [zuletzt] (ausgeloest|gefeuert|angeschlagen)",
        "[<show>] [<the>] (alarmverlauf|alarmhistorie) [an]",
        "[<show>] [<the>] (verlauf|historie) [von|der|meiner] (alarm|alarme) [{n}]",
        "welche alarme haben ausgeloest",
    ),
    Kind.JOB_NEW: (
        "[schick|schicke|sende] [mir] [ein|das] (morgenbriefing|briefing|abendbriefing|tagesbriefing|"
        "marktbriefing|morgenbericht|abendbericht|tagesbericht) {rest}",
        "(wochenbericht|monatsbericht|woechentlicher bericht) [{rest}]",
        "(jeden|jede|jedes|alle) (tag|morgen|abend|woche|monat|stunde|stunden|montag|dienstag|mittwoch|"
        "donnerstag|freitag|samstag|sonntag|werktag|wochenende|{n}) {rest}",
        "alle {n} (m|min|minuten|h|stunden|tage|wochen) {rest}",
        "in {n} (m|min|minute|minuten|h|stunde|stunden|tag|tagen|sekunden) {rest}",
        "in (einer|einem|zwei|drei|vier|fuenf|sechs|zehn) (minute|minuten|stunde|stunden|tag|tagen|woche|"
        "wochen) {rest}",
        "(um|morgen um|heute um|heute abend um|werktags um|taeglich um) {clock} [uhr] {rest}",
        "(erinnere mich|plane) {rest}",
        "(neuer|erstelle) [einen] (job|zeitplan) [{rest}]",
    ),
    Kind.JOB_LIST: (
        "[<show>] [<the>] (jobs|aufgaben|zeitplan|zeitplaene|geplante aufgaben|geplanten aufgaben|"
        "erinnerungen) [an]",
        "welche jobs (habe ich|laufen|gibt es)",
    ),
    Kind.JOB_DELETE: (
        f"(loesche|entferne|stoppe|storniere) {_JOB} {{n}}",
        f"(loesche|entferne|stoppe|storniere) {_JOB} {{rest}}",
        "(job|aufgabe) {n} (loeschen|entfernen|stoppen)",
    ),
    Kind.JOB_PAUSE: (
        f"(pausiere|pausier|deaktiviere) {_JOB} {{n}}",
        f"(pausiere|pausier|deaktiviere) {_JOB} {{rest}}",
        "(job|aufgabe) {n} (pausieren|deaktivieren)",
    ),
    Kind.JOB_RESUME: (
        f"(aktiviere|reaktiviere) {_JOB} {{n}}",
        f"(aktiviere|reaktiviere) {_JOB} {{rest}}",
        f"setze {_JOB} {{n}} fort",
        "(job|aufgabe) {n} (fortsetzen|aktivieren)",
    ),
    Kind.JOB_RUN: (
        f"(starte|fuehre) {_JOB} {{n}} [jetzt] [aus]",
        "(job|aufgabe) {n} [jetzt] (ausfuehren|starten)",
        f"(starte|fuehre) {_JOB} {{rest}}",
        "fuehre [den|die|das|meinen] {rest} jetzt aus",
    ),
    Kind.JOB_HISTORY: (
        f"[<show>] [den] (verlauf|laeufe) (von|des|vom) {_JOB} {{n}}",
        "wann lief job {n} [zuletzt]",
    ),
    Kind.BRIEFING: (
        "[<show>] [<the>|ein] (briefing|morgenbriefing|abendbriefing|tagesbriefing|marktbriefing|"
        "morgenbericht|abendbericht) [an]",
        "(schick|schicke|sende|schreib|erstelle|mach) [mir] [ein|das|mein|einen] (briefing|morgenbriefing|"
        "abendbriefing|tagesbriefing|marktbriefing|morgenbericht|abendbericht)",
    ),
    Kind.REMINDER: ("erinnerung {rest}",),
}
