"""How people ask for alerts and jobs in English."""

from collections.abc import Mapping

from agent.models.offline.intents import Kind

_JOB = "[the|my] (job|schedule|reminder|cron job) [number|no]"
_ALERT = "[the|my] (alert|alarm) [number|no]"

AUTOMATION_SENTENCES: Mapping[Kind, tuple[str, ...]] = {
    Kind.ALERT_NEW: (
        "[set|create|add|make|new] [a|an|me] [price] (alert|alarm) [me] (if|when|at|for|on|that|once) {rest}",
        "(alert|notify|warn|ping|message|inform|remind) me (if|when|whenever|at|once|as soon as|every time|"
        "each time) {rest}",
        "(tell me|let me know|say something|text me) (if|when|whenever|once|as soon as|every time|each time) "
        "{rest}",
        "alert {pair} {rest}",
        "alert me",
        "(set|create|add|new) [a|an] [price] alert [{rest}]",
    ),
    Kind.ALERT_LIST: (
        "[<show>] [<the>] [active|price] (alerts|alarms)",
        "(what|which) alerts (do i have|are set|are active)",
    ),
    Kind.ALERT_DELETE: (f"(delete|remove|cancel|clear|drop) {_ALERT} [{{n}}]",),
    Kind.ALERT_CLEAR: ("(clear|delete|remove|cancel) [all|all my|all the|my|the] (alerts|alarms)",),
    Kind.ALERT_PAUSE: (
        f"(pause|mute|disable|turn off) {_ALERT} [{{n}}]",
        f"(pause|snooze|mute) {_ALERT} {{n}} for {{rest}}",
        f"(pause|snooze|mute) {_ALERT} for {{rest}}",
        f"snooze {_ALERT} [{{n}}]",
    ),
    Kind.ALERT_RESUME: (f"(resume|unpause|continue|enable|unmute|turn on|reactivate) {_ALERT} [{{n}}]",),
    Kind.ALERT_HISTORY: (
        "when did [my|the|any] (alert|alerts|alarm|alarms) [{n}] (fire|trigger|go off) [last]",
        "[<show>] [<the>] (alert|alerts) (history|log|firings) [of] [{n}]",
        "[<show>] [<the>] (history|log|firings) of [my|the|all] (alerts|alert) [{n}]",
        "(did|has) [my|any|the] (alert|alerts) [{n}] (fire|fired|trigger|triggered|go off)",
        "(which|what) alerts (fired|triggered|went off) [today|lately]",
    ),
    Kind.JOB_NEW: (
        "[set up|schedule|send|create|add] [me] [a|the|my] (morning|daily|evening|weekly|market) (briefing|"
        "update|digest|newsletter) {rest}",
        "(weekly|monthly|hourly) (report|summary) [{rest}]",
        "(daily|morning|evening) (report|summary) (at|every|on) {rest}",
        "(every|each) (day|morning|evening|week|hour|month|monday|tuesday|wednesday|thursday|friday|"
        "saturday|sunday|weekday|weekend|night|minute|{n}) {rest}",
        "(every|each) {n} (m|min|mins|minute|minutes|h|hour|hours|day|days|week|weeks) {rest}",
        "in {n} (m|min|mins|minute|minutes|h|hour|hours|day|days|second|seconds) {rest}",
        "in (a|an|one|two|three|four|five|six|ten) (minute|minutes|hour|hours|day|days|week|weeks) {rest}",
        "(at|tomorrow|tomorrow at|tonight at|today at|on weekdays at|weekdays at|every day at) {clock} "
        "[am|pm|oclock] {rest}",
        "(schedule|remind me) {rest}",
        "(schedule|new|create|add) [a] (job|reminder) [{rest}]",
    ),
    Kind.JOB_LIST: (
        "[<show>] [<the>] [scheduled] (jobs|schedules|schedule|cron jobs|crons|reminders)",
        "(what|which) jobs (do i have|are there|are scheduled|are running)",
    ),
    Kind.JOB_DELETE: (
        f"(delete|remove|cancel|stop|drop) {_JOB} {{n}}",
        f"(delete|remove|cancel|stop|drop) {_JOB} {{rest}}",
    ),
    Kind.JOB_PAUSE: (
        f"(pause|disable|turn off|switch off) {_JOB} {{n}}",
        f"(pause|disable|turn off|switch off) {_JOB} {{rest}}",
    ),
    Kind.JOB_RESUME: (
        f"(resume|enable|unpause|turn on|switch on|continue) {_JOB} {{n}}",
        f"(resume|enable|unpause|turn on|switch on|continue) {_JOB} {{rest}}",
    ),
    Kind.JOB_RUN: (
        f"(run|start|execute|trigger) {_JOB} {{n}} [now]",
        f"(run|start|execute|trigger) {_JOB} {{rest}}",
        "(run|execute|trigger) [the|my] {rest} [job] now",
    ),
    Kind.JOB_HISTORY: (
        f"[<show>] [the] (history|runs|log) of {_JOB} {{n}}",
        f"[<show>] [the] (history|runs|log) of {_JOB} {{rest}}",
        "when did job {n} [last] run",
        "did job {n} run",
    ),
    Kind.BRIEFING: (
        "[<show>] [<the>|a] [daily] (morning|evening|daily|market) (briefing|update|digest)",
        "[<show>] [<the>|a] briefing",
        "(send|write|make|create|give) [me] [a|the|my] [morning|daily|evening] (briefing|update)",
        "brief me [for the day]",
        "brief me for the day how the market stands {rest}",
    ),
    Kind.REMINDER: ("reminder {rest}",),
}
