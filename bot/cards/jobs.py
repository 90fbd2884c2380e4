"""Cards of scheduled jobs: how they stand, and how they ran."""

from bot.asking import Action
from bot.cards.deliveries import deliveries
from bot.cards.parts import code, head, line, lines, more
from bot.voice import Voice, plain
from tools.cron_views import (
    JobAdded,
    JobList,
    JobRan,
    JobRemoved,
    JobRuns,
    JobShown,
    JobView,
    RunView,
    Templates,
)
from tools.words.language import Language
from tools.words.schedule_texts import schedule_text

MOST_JOBS = 10
MOST_BUTTONS = 5
MOST_RUNS = 10
MOST_TEMPLATES = 10
_MOST_SHOWN = 200
_SECOND_MS = 1_000

Buttons = tuple[tuple[Action, ...], ...]


def added(found: JobAdded, voice: Voice) -> str:
    """Show a job that was saved, with what signs its webhook, which is shown this once."""
    secret = found.webhook_secret
    return lines(
        voice.say("card.job_replaced" if found.replaced else "card.job_saved"),
        whole(found.job, voice),
        *(f"- {plain(each)}" for each in found.warnings),
        line(voice, "secret", code(secret)) if secret else None,
    )


def whole(found: JobView, voice: Voice) -> str:
    """Show everything there is to know about a job."""
    return lines(
        brief(found, voice),
        line(voice, "asks", plain(found.prompt[:_MOST_SHOWN])),
        line(voice, "channels", plain(", ".join(found.channels))) if found.channels else None,
        line(voice, "missed", voice.say(f"missed.{found.missed}")),
        line(voice, "talks", voice.say(f"session.{found.session}")),
        line(voice, "model", plain(found.model)) if found.model else None,
    )


def shown(found: JobShown, voice: Voice) -> str:
    """Show one job."""
    return whole(found.job, voice)


def listing(found: JobList, voice: Voice) -> str:
    """Show jobs by their numbers."""
    if not found.jobs:
        return voice.say("card.no_jobs")
    rows = [f"{number}. {brief(each, voice)}" for number, each in enumerate(found.jobs[:MOST_JOBS], 1)]
    title = head(voice.say("card.jobs"), voice.figure(len(found.jobs), 0))
    rest = more(voice, len(found.jobs) - MOST_JOBS)
    return "\n\n".join([title, *rows, *([rest] if rest else [])])


def brief(found: JobView, voice: Voice) -> str:
    """Show a job in a list: when it runs; how it last ran, and apart from that whether people were told."""
    following, last = found.next_run_at, found.last_run_at
    ended = voice.name("run", found.last_status) if found.last_status else voice.say("run.never")
    told = voice.name("delivery", found.last_delivery) if found.last_delivery else None
    return lines(
        head(plain(found.name), voice.say("job.on" if found.enabled else "job.off")),
        f"{plain(_schedule(found, voice))} · {code(found.schedule)}",
        line(voice, "next_run", voice.time(following) if following else voice.say("run.none")),
        line(voice, "last_run", f"{ended} · {voice.time(last)}" if last else ended),
        line(voice, "told", told) if told else None,
    )


def _schedule(found: JobView, voice: Voice) -> str:
    """Return when a job runs: in the service's words, which are English, or in ours where there are any."""
    # How long from when is known only of what has been saved just now.
    if voice.language is Language.EN or found.schedule.startswith("in "):
        return found.text
    said = schedule_text(found.schedule, voice.language)
    return f"{said} ({found.timezone})" if said else found.text


def job_actions(found: JobView, voice: Voice, number: str = "") -> tuple[Action, ...]:
    """Return what can be done about a job."""
    label = f"{number} " if number else ""
    verb = "pause" if found.enabled else "resume"
    return (
        Action(f"{label}{voice.say('button.run')}", "jobs", f"run {found.id}"),
        Action(f"{label}{voice.say(f'button.{verb}')}", "jobs", f"{verb} {found.id}"),
        Action(f"{label}{voice.say('button.delete')}", "jobs", f"delete {found.id}", "bad"),
    )


def of_one(found: JobAdded | JobShown, voice: Voice) -> Buttons:
    """Return the buttons under one job."""
    return (job_actions(found.job, voice),)


def of_listing(found: JobList, voice: Voice) -> Buttons:
    """Return a row of buttons for each of the first jobs."""
    return tuple(
        job_actions(each, voice, str(number)) for number, each in enumerate(found.jobs[:MOST_BUTTONS], 1)
    )


def removed(found: JobRemoved, voice: Voice) -> str:
    """Show that a job is gone."""
    return voice.say("card.job_removed", name=plain(found.name))


def ran(found: JobRan, voice: Voice) -> str:
    """Show the run that a job was just given."""
    return "\n".join([head(plain(found.name)), run(found.run, voice)])


def runs(found: JobRuns, voice: Voice) -> str:
    """Show how a job ran, newest first."""
    name = plain(found.name)
    if not found.runs:
        return voice.say("card.no_runs", name=name)
    rows = [run(each, voice) for each in found.runs[:MOST_RUNS]]
    rest = len(found.runs) > MOST_RUNS or found.has_more
    title = head(voice.say("card.runs"), name)
    return "\n\n".join([title, *rows, *([voice.say("card.rest")] if rest else [])])


def run(found: RunView, voice: Voice) -> str:
    """Show a run: when it was due, how it ended, what it said and cost, and whether people were told."""
    moment = found.started_at or found.slot
    ended = found.status in ("success", "failed")
    return lines(
        " · ".join([_when(found, voice), voice.name("run", found.status), *_spent(found, voice)]),
        line(voice, "due", voice.time(found.slot)) if found.slot and moment != found.slot else None,
        line(voice, "attempts", voice.figure(found.attempts, 0)) if found.attempts > 1 else None,
        plain(found.error) if found.error else None,
        line(voice, "said", plain(found.response[:_MOST_SHOWN])) if found.response else None,
        *(deliveries(found.deliveries, voice) if ended or found.deliveries else ()),
    )


def _when(found: RunView, voice: Voice) -> str:
    moment = found.started_at or found.slot
    return f"**{voice.time(moment)}**" if moment else f"**{voice.say('run.now')}**"


def _spent(found: RunView, voice: Voice) -> list[str]:
    spent = found.duration_ms
    return [
        *([f"{voice.figure(spent / _SECOND_MS, 1)} s"] if spent is not None else []),
        *([voice.dollars(found.cost)] if found.cost else []),
    ]


def templates(found: Templates, voice: Voice) -> str:
    """Show the jobs that are ready to be added."""
    rows = [
        f"- **{plain(each.name)}** · {code(each.schedule)}\n{plain(each.summary)}"
        for each in found.templates[:MOST_TEMPLATES]
    ]
    return "\n".join([head(voice.say("card.templates")), *(rows or [voice.say("card.nothing_ready")])])


def of_templates(found: Templates, voice: Voice) -> Buttons:
    """Return a button that adds each of the first jobs."""
    return tuple(
        (Action(voice.say("button.add", name=each.name[:30]), "jobs", f"add {each.name}"),)
        for each in found.templates[:MOST_BUTTONS]
    )
