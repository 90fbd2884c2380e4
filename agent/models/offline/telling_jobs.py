"""Words for jobs: as they would be made, as they stand, and what their runs came to."""

from datetime import datetime
from decimal import Decimal

from agent.models.offline.facts import Facts
from agent.models.offline.steps import problem
from agent.models.offline.telling_alerts import deliveries
from agent.models.offline.turn import Done
from agent.models.offline.voice import Voice
from tools.words.next_runs import next_run
from tools.words.schedule_texts import schedule_text
from tools.words.schedules import JobRead


def proposal(read: JobRead, name: str, now: datetime | None, voice: Voice) -> str:
    """Show a job as it would be made, and ask whether it is to be."""
    schedule = str(read.params["schedule"])
    lines = [
        voice.say("job.proposed", name=name),
        voice.say("job.when", schedule=when_text(schedule, str(read.params.get("timezone", "")), voice)),
    ]
    if coming := next_run(schedule, now, read.zone) if now else None:
        lines.append(voice.say("job.next", moment=voice.moment(Decimal(int(coming.timestamp() * 1000)))))
    lines.append(voice.say("job.asks", prompt=read.params["prompt"]))
    if "usual" in read.notes:
        lines.append(voice.say("job_note.usual"))
    return "\n".join([*lines, voice.say("job.confirm")])


def when_text(schedule: str, zone: str, voice: Voice) -> str:
    """Say a schedule in words, with whose clocks it goes by."""
    words = schedule_text(schedule, voice.language) or schedule
    return f"{words} ({zone})" if zone else words


def added(done: Done, voice: Voice) -> str:
    """Tell of a job that was made."""
    if wrong := problem(done, voice):
        return wrong
    facts = done.facts or Facts()
    told = voice.say("job.added", job=line(facts.inner("job"), voice))
    warnings = facts.data.get("warnings")
    more = [f"⚠ {each}" for each in warnings if isinstance(each, str)] if isinstance(warnings, list) else []
    return "\n".join([told, *more])


def listed(facts: Facts, voice: Voice) -> str:
    """Tell the jobs with their places in the list."""
    rows = facts.rows("jobs")
    if not rows:
        return voice.say("jobs.none")
    lines = [f"{place}. {line(row, voice)}" for place, row in enumerate(rows, 1)]
    return "\n".join([voice.say("jobs"), *lines])


def line(job: Facts, voice: Voice) -> str:
    """Tell a job on one line: its name, when it runs, what came of it last and whether that arrived."""
    schedule = when_text(job.text("schedule"), job.text("timezone"), voice)
    parts = [f"{job.text('name')}: {schedule}"]
    if job.data.get("enabled") is False:
        parts.append(voice.say("job.off"))
    elif coming := job.number("nextRunAt"):
        parts.append(voice.say("job.next", moment=voice.moment(coming)))
    if status := job.text("lastStatus"):
        parts.append(
            voice.say(
                "job.last",
                moment=voice.moment(job.number("lastRunAt")),
                status=voice.name("run_status", status),
                delivery=voice.name("delivery", job.text("lastDelivery") or "none"),
            )
        )
    return "; ".join(parts)


def ran(facts: Facts, voice: Voice) -> str:
    """Tell what a run that was asked for came to."""
    run = facts.inner("run")
    status = voice.name("run_status", run.text("status"))
    told = voice.say("job.ran", name=facts.text("name"), status=status)
    answer = run.data.get("response")
    error = run.text("error")
    tail = str(answer)[:4_000] if isinstance(answer, str) and answer else error
    return f"{told}\n{tail}" if tail else told


def runs(facts: Facts, voice: Voice) -> str:
    """Tell the runs of a job, and whether their answers arrived."""
    rows = facts.rows("runs")
    name = facts.text("name")
    if not rows:
        return voice.say("runs.none", name=name)
    lines = [
        voice.say(
            "runs.row",
            moment=voice.moment(row.number("startedAt") or row.number("slot")),
            status=voice.name("run_status", row.text("status")),
            error=f" ({row.text('error')})" if row.text("error") else "",
            deliveries=deliveries(row.rows("deliveries"), voice),
        )
        for row in rows
    ]
    return "\n".join([voice.say("runs", name=name), *lines])
