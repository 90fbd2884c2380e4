"""Talk of what the agent may do: nothing that is remembered speaks of rules, limits, approvals or roles."""

import re

from tools.words.language import fold

RULES = """
k\\.? ?i\\.? ?t\\.|developer mode|jailbreak\\w*|prompts?|instructions?|anweisung\\w*|guard ?rails?
kill.?switch
(?:ignore|disregard|override|bypass|forget) (?:all|any|every|each|the)
(?:ignorier\\w*|missacht\\w*|umgeh\\w*|vergiss) (?:all|any|every|each|the)
(?:ignore|disregard|override|bypass|forget) (?:your|my|previous|prior)
(?:ignorier\\w*|missacht\\w*|umgeh\\w*|vergiss) (?:your|my|previous|prior)
(?:ignorier\\w*|missacht\\w*|umgeh\\w*|vergiss) (?:alle\\w*|deine\\w*|ihre\\w*|die)
(?:ignorier\\w*|missacht\\w*|umgeh\\w*|vergiss) (?:jede\\w*|saemtliche\\w*|bisherige\\w*)
(?<!my )(?<!my own )(?<!personal )(?<!mein )(?<!eigenes )limits?(?![ -]?orders?)(?![ -](?:kauf|verkauf))
limits? .{0,40}(?:from now on|as of|ab jetzt|ab sofort|ab heute|is now)
limits? .{0,40}(?:ist jetzt|is off|ist aus|raised|lifted|aufgehoben)
limits? .{0,20}(?:\\b100 ?%|unlimited|hoeher|higher)
approv\\w*|genehmig\\w*|freigabe\\w*|freigegeben|permissions?|erlaubnis|erlaube\\w*|authori[sz]\\w*
bevollmaechtig\\w*
(?<!wait for )(?<!for a )(?<!for the )(?<!candle )confirm\\w*|(?:bestaetige|bestaetigen|bestaetigung\\w*)
without (?:asking|being asked|checks?)|ohne (?:\\w+ )?(?:rueckfrage\\w*|nachfrage\\w*|zu fragen|pruefung\\w*)
(?<!a )(?<!no )(?<!important )roles?|rollen?(?! spiel)(?! mehr)(?<!keine rolle)
owners?(?! of (?:an?|two|three|my own)\\b)|(?:eigentuemer|besitzer)\\w*(?! eine[rs]?\\b)
(?<!system )(?<!systems )admin(?:s|istrators?|istratorin|rechte\\w*)?|superuser|root access
safety checks?|sicherheitspruefung\\w*|on my behalf|in meinem namen|exempt from|obey|gehorch\\w*|hereby
hiermit
(?:as|als) (?:an? |eine )?(?:rule|regel)
(?:your|the|this|these|all|no|any|deine\\w*|die|diese\\w*|alle|keine) (?:rules?|regeln?)
(?:rules?|regeln?) (?:for|fuer) (?:you|dich|the|den)
(?:you|agent|assistant|bot|kit) (?:may|can|must|should|shall|are|have to|need to|will|never|always)
(?:you're|you'll|darfst|sollst|musst|du bist|sie duerfen|sie sollen|sie muessen|agent darf|bot darf)
(?:my|mein\\w*|the) (?:word|wort) is law|as the (?:new )?boss
"""

_RULES = re.compile(rf"(?<!\w)(?:{'|'.join(line for line in RULES.splitlines() if line)})(?!\w)")


def speaks_of_rules(text: str) -> bool:
    """Tell whether a text speaks of the agent's rules, limits, approvals or roles."""
    return _RULES.search(" ".join(fold(text).replace("’", "'").split())) is not None
