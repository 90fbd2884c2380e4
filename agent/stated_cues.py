"""How people speak of themselves, in English and German, folded: what lasts of it is a fact about them."""

import re

_DAYS = (
    "mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?|montags?|dienstags?|mittwochs?|"
    "donnerstags?|freitags?|samstags?|sonntags?"
)
_MONTHS = (
    "january|february|march|april|june|july|august|september|october|november|december|januar|februar|maerz|"
    "mai|juni|juli|oktober|dezember|(?:next|in|by|until|this|last|\\d\\d?(?:st|nd|rd|th)?) may"
)
_SEASONS = "spring|summer|autumn|winter|christmas|easter|fruehjahr|fruehling|sommer|herbst|weihnachten|ostern"

DATES = f"""
20[0-9][0-9]
{_MONTHS}
(?:next|last|this) (?:year|month|quarter|{_SEASONS})
(?:naechst|letzt|dies|kommend)\\w* (?:jahr\\w*|monat\\w*|quartal|{_SEASONS})
{_SEASONS}
in (?:\\d+|an?|two|three|four|five|six|ten) (?:years?|months?|weeks?)
in (?:\\d+|einem|zwei|drei|vier|fuenf|sechs|zehn) (?:jahr\\w*|monat\\w*|wochen)
at (?:the age of )?[3-8][0-9]
mit [3-8][0-9]
by the end of
bis ende
"""

FIRST_PERSON = """
i|i'm|i've|i'd|i'll|me|my|mine|myself|we|we're|we've|our
ich|mich|mir|mein|meine[mnrs]?|wir|uns|unser|unsere[mnrs]?
"""

HABITS = f"""
always|never|usually|normally|typically|generally|mostly|rarely|seldom|hardly ever|tend to|on principle
(?:every|each|once a|twice a|per) (?:single )?(?:day|week|month|year|morning)
(?:every|each|once a|twice a|per) (?:single )?(?:evening|night|weekend|quarter|{_DAYS})
(?:per|each|a single|every) (?:trade|position|coin)
on (?:weekends?|weekdays)
i only|we only|only ever
(?:don't|do not|won't|will not|refuse to|avoid|stay away from|steer clear of|stick to|can't stand)
at most|at least|no more than|max|maximum|my usual|my typical
(?:below|under|above|unter|ueber) \\d+(?:[.,]\\d+)? ?(?:%|percent|prozent)
risk (?:only |about )?\\d+(?:[.,]\\d+)? ?(?:%|percent)(?= |$|[,.])
immer|nie|niemals|meist|meistens|normalerweise|gewoehnlich|ueblicherweise|grundsaetzlich|prinzipiell|selten
in der regel|neige dazu|generell
jede[nrs]? (?:tag|woche|monat|jahr|morgen|abend|quartal|wochenende|{_DAYS})
taeglich|woechentlich|monatlich|(?:ein|zwei|drei)mal (?:am|pro|im|in der) \\w+
pro (?:tag|woche|monat|jahr|trade|position|coin)
am wochenende|an wochenenden|morgens|mittags|abends|nachts|(?:{_DAYS})(?:abend|morgen)s?
ich \\w+ (?:\\w+ )?nur|nur noch
hoechstens|mindestens|maximal\\w*|nicht mehr als|uebliche\\w*
riskiere (?:nur |etwa )?\\d+(?:[.,]\\d+)? ?(?:%|prozent)(?= |$|[,.])
meide|vermeide|lehne .{{0,60}}\\bab|lasse .{{0,40}}\\bfinger|halte mich .{{0,40}}\\bfern
(?:handle|trade|stecke|kaufe|nutze|verwende|benutze)\\b.{{0,80}}\\b(?:nicht|keine?\\w*)
(?:halte|investiere|mache|shorte|will|moechte)\\b.{{0,80}}\\b(?:nicht|keine?\\w*)
"""

PREFERENCES = """
prefer|prefers|preferred|favou?rites?|i'd rather|would rather|i hate|i dislike|i like|i love
matters? (?:more |most |a lot )?to me|important to me|interested in|i trust|risk-averse|cautious|conservative
comfortable|uncomfortable|new to
bevorzuge|lieber|lieblings\\w+|ich mag|mag ich|hasse|wichtig|interessiere\\w*|vertraue|risikoscheu|vorsichtig
konservativ|(?:nicht|gar nicht) leiden|unwohl
"""

_KIN = (
    "wife|husband|partner|kids?|child|children|son|daughter|mother|father|mum|mom|dad|parents|brother|sister|"
    "family|girlfriend|boyfriend|fiancee?|twins"
)
_KIN_DE = (
    "frau|mann|partner(?:in)?|kind(?:er|ern)?|sohn|tochter|mutter|vater|eltern|bruder|schwester|familie|"
    "freundin|verlobte\\w*|zwillinge"
)

CIRCUMSTANCES = f"""
i (?:live|lived|moved|run an?|work|worked|teach|study|studied|earn|retired|emigrated|commute)
(?:i|we) (?:was|were|am|are|come) (?:born|from)
i(?:'m| am) (?:self-employed|employed|unemployed|retired|married|divorced|single|widowed|pregnant|disabled)
i(?:'m| am) (?:also )?an? \\w+|as an? \\w+ (?:in|at|for)
my (?:\\w+ )?(?:{_KIN}|boss|employer|company|job|salary|income|pension|house|flat|mortgage|rent|time zone)
my (?:accountant|tax adviser|goal|aim|target|plan|strategy|style)
my (?:rule|savings|broker|stop|tax|taxes|maximum|max)
(?:have|got) (?:\\w+ )?(?:{_KIN})
years old|tax resident|tax rate|taxe?s? (?:in|on|of)|mortgage|loan|debts?|pension|salary|income|colou?r-?blind
adhd|dyslexi\\w*|vegetarian|vegan|night shifts?
wohne|lebe|komme aus|gezogen|umgezogen|ausgewandert|geboren|arbeite|unterrichte|studiere|selbst(?:st)?aendig
angestellte?r?|arbeitslos|rentner\\w*|pensionier\\w*|beamte?r?|verheiratet|geschieden|verwitwet|schwanger
(?:mein|unser)\\w* (?:\\w+ )?(?:{_KIN_DE})
(?:mein|unser)\\w* (?:buchhalter\\w*|steuerberater\\w*|chef|firma|job|gehalt|einkommen|rente|wohnung)
(?:mein|unser)\\w* (?:haus|kredit|miete|zeitzone|ziel|plan|strategie)
(?:mein|unser)\\w* (?:stil|regel|ersparnisse|ersparnissen|altersvorsorge|lehre|stop|steuer\\w*|maximal\\w*)
(?:habe|haben) .{{0,40}}\\b(?:{_KIN_DE})
jahre alt|steuerpflichtig|steuersatz|steuerfrei|steuern? auf|hauskredit|darlehen|schulden|hypothek|verdiene
netto|brutto
farbenblind|vegetarier\\w*|veganer\\w*|nachtschicht\\w*
"""

_PLACES = (
    "ledger|trezor|bitbox|hardware wallet|cold wallet|cold storage|safe|depot|shares?|stocks?|etfs?|funds?|"
    "bonds?|gold|silver|flat|apartment|house|land|savings|deposit|coinbase|kraken|binance|bitpanda|bitvavo|"
    "degiro|vanguard|ira|isa|401k|bank|brokerage|insurance"
)
_PLACES_DE = (
    "ledger|trezor|bitbox|wallet|depot|aktien|etfs?|fonds|indexfonds|anleihen|gold\\w*|silber\\w*|wohnung|haus|"
    "grundstueck|tagesgeld\\w*|festgeld\\w*|sparbuch|sparkonto|sparkasse|bausparvertrag|coinbase|kraken|"
    "binance|bitpanda|schliessfach|bank|versicherung"
)

HOLDINGS = f"""
(?:have|hold|own|keep|has|are|is|lies?) .{{0,80}}\\b(?:{_PLACES})
(?:habe|haben|besitze|besitzen|halte|liegt|liegen|ist|sind|steckt|stecken) .{{0,80}}\\b(?:{_PLACES_DE})
auf meine[mnr] (?:{_PLACES_DE}) (?:liegen|liegt|sind|ist|habe)
"""

LESSONS = """
learn(?:ed|t)|lessons?|i regret|my mistake|mistakes?|burn(?:ed|t)|liquidated|blew up|never again|taught me
i lost .{0,60}\\b(?:in|on|because|with|when)|cost(?:s|ing)? me|too (?:early|late) in
gelernt|gezeigt|bereue|mein fehler|liquidiert|verbrannt|nie wieder
verloren|zerlegt|(?:kosten|kostet|gekostet)
"""

PLANS = """
moving to|plan to|planning to|plans? (?:is|are)|intend to|going to|want to|hope to|aim to|i aim|saving for
i will|i'll
we will
i need|i start|we start|starts?|due in
will|moechte|habe vor|haben vor|plane|planen|spare|sparen|werde|brauche|fange|beginne|ziehen?|heirate
bin ich im
"""

PROFESSION = re.compile(r"\b(?:[Ii]ch bin|bin ich) (?:[a-zäöü]+er |[a-zäöü]+e )?[A-ZÄÖÜ][a-zäöüß]{3,}")
"""German writes with a capital what somebody is."""
