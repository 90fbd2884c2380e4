"""What speaks against a sentence being a fact about its writer, in English and German, folded."""

ADDRESSED = """
you|your|yours|yourself|you're|you'd|you'll|u|assistant|bot|kit
du|dir|dich|dein|deine[mnrs]?|euch|euer|assistent\\w*
"""
"""Whoever speaks to the agent tells it something or wants something of it."""

ASIDES = """
^(?:as )?you (?:know|see),?|^(?:please )?(?:remember|note|keep in mind)(?: that|:|,)
^(?:fyi|btw|by the way|well|so)[,:]
^wie du (?:weisst|siehst),?|^(?:bitte )?merke? dir(?: bitte)?(?:,? dass|:|,)?|^(?:uebrigens|nebenbei)[,:]
^(?:i (?:should|must|have to) tell you|i'd like you to know|just so you know)(?: that|,|:)?
^(?:damit du (?:es )?weisst|zu deiner information|nur zur info)[,:]?
"""
"""Words before a fact that are not part of it."""

QUESTIONS = """
(?:what|what's|whats|how|why|where|which|who|whose|whom|is|are)
(?:am i|was|were|do|does|did|has|can|could|will|would)
(?:should|shall|may|might|must|have (?:i|we|you)|had i|when (?:do|does|did|is|are|was|will|can|should|would))
(?:was(?! ich gelernt)|wie|warum|wieso|weshalb|wann|wo|wohin|woher)
(?:welche[mnrs]?|wer|wen|wem|wessen|ist|sind|hat)
(?:hab|habe|bin|war|muss|werde|will|moechte) (?:ich|wir)
(?:kann|kannst|koenn\\w+|soll|sollte\\w*|sollst|darf|duerfte|gibt)
(?:wird|wurde|lohnt|machst|weisst|hast|bist|willst)
"""

COMMANDS = """
(?:buy|sell|short|long|close|cancel|open|set|show|give)
(?:tell|alert|remind|notify|send|list|check|backtest|run|start)
(?:stop|place|move|put|get|make|let|let's|wake|ping)
(?:add|remove|delete|draw|plot|compare|explain|help|look|find)
(?:calculate|convert|analy[sz]e|switch|turn|enable|disable|use)
(?:change|update|treat|obey|trade|exit|keep|increase)
(?:reduce|decrease|raise|lower|act|write|read|repeat|translate)
(?:summari[sz]e|watch|wait|try|go|do|don't|hold|ignore)
(?:kauf|kaufe|verkauf|verkaufe|setz|setze|zeig|zeige|gib|sag|sage|schick|schicke|storniere|schliess|schliesse)
(?:oeffne|erinner|erinnere|weck|wecke|mach|mache|starte|stopp|stoppe|steck|stecke|zieh|ziehe|leg|lege|loesch)
(?:loesche|vergleich|vergleiche|erklaer|erklaere|hilf|such|suche|finde|berechne|analysiere|schalte|aktiviere)
(?:benutze|nutze|aendere|behandle|handle|halte|reduziere|erhoehe)
(?:tu|stell|stelle|nimm|lass|warte|pruefe|rechne)
(?:uebersetze|platziere|streich|ignoriere|melde|beobachte|verschieb|verschiebe)
"""
"""How an order to the agent begins."""

BEFORE_COMMANDS = (
    "(?:(?:please|ok|okay|yes|no|so|then|now|and|but|hey|bitte|ja|nein|dann|jetzt|und|also|kit)[,!:]? )*"
)

REQUESTS = """
(?:i'd|i would|we would|we'd) (?:like|love)|i want to (?:see|know|hear|check|look|ask|try)|let me know
i (?:want|need) (?:an?|the|my|all|some|more) (?:\\w+ )?(?:orders?|charts?|list|summary|report)
i (?:want|need) (?:an?|the|my|all|some|more) (?:\\w+ )?(?:alert|stop|price|figures)
i need (?:help|to (?:see|know|ask)|the|you)|i want (?:you|it|this|that)
ich (?:moechte|will) .{0,60}(?:sehen|wissen|hoeren|fragen)|haette (?:ich )?gerne?
ich haette (?:gerne?|einen|eine)
ich brauche (?:hilfe|den|die|das|einen|eine|mal)|sag mir|bescheid
"""

ORDER_WISHES = """
(?:want|like|need|wish|going|will|plan|decided) to (?:\\w+ )?(?:buy|sell|short|long|close|open|exit|swap|get)
(?:will|moechte|werde|wuerde|muss|wollen) .{0,80}(?:kaufen|verkaufen|shorten|schliessen)
(?:will|moechte|werde|wuerde|muss|wollen) .{0,80}(?:eroeffnen|loswerden|tauschen)
"""
"""What is to be traded at once, unless it has a date that is far off."""

HYPOTHETICAL = """
suppose|supposing|imagine|imagining|assume|assuming|hypothetic\\w*|what if|let'?s (?:say|assume|pretend)
pretend
if (?:i|we|it|he|she|they) (?:had|were|was|could|would|did|ever)|had i|could have|would've|i wish|were i
would(?! (?:never|not|rather|prefer))|i'd(?! rather| never| prefer)|as if
angenommen|gesetzt den fall|stell dir vor|nehmen wir an|tu so|hypothetisch|als ob|als waere|wuensch\\w*
haette(?! lieber)|haetten|waere(?! mir)|waeren|wuerde(?! (?:nie|niemals|lieber|ungern))|wuerden
"""

OPINIONS = """
i (?:also |really |still |do )?(?:think|believe(?! in)|guess|bet|reckon|expect)
i (?:also |really |still |do )?(?:suspect|doubt|predict|suppose|hope(?! to))
i (?:feel|felt)(?! (?:un)?comfortable| safe| uneasy)
i(?:'m| am) (?:pretty |quite |very )?(?:sure|convinced|certain|curious|afraid)
my (?:feeling|guess|prediction|bet|opinion|view)|in my (?:opinion|view)|imo|imho|bullish|bearish|to the moon
dip is
ich (?:glaube|denke|schaetze|vermute|wette|rechne|erwarte|hoffe|meine|fuerchte|befuerchte|finde|ahne)
(?:glaube|denke|schaetze|vermute|wette|finde) ich
bin (?:ich )?(?:mir )?(?:ziemlich |ganz )?(?:sicher|gespannt|ueberzeugt)
mein gefuehl|meiner meinung|meiner ansicht|bauchgefuehl
"""

OTHERS = """
says?|said|tells|told|thinks|wrote|writes|swears|swore|recommends?|recommended|claims|claimed|according to
reportedly
forwarded|fwd|people say|they say
sagt|sagte|sagen|gesagt|meint|meinte|schreibt|schrieb|geschrieben|schwoert|behauptet|empfiehlt|empfohlen|raet
laut
angeblich|weitergeleitet|man sollte|es heisst
"""
"""What somebody else has said, or what is said in general."""

WITHDRAWN = """
forget (?:that|it|what|about|this|i)
(?:that|this|it) was (?:just |only )?(?:a )?(?:joke|joking|wrong|mistake|nonsense|lie)
just kidding|only (?:joking|kidding)|(?:scratch|strike|scrap) that|never ?mind|take (?:that|it) back
is not true|isn't true
vergiss (?:das|es|was|dass|bitte|wieder)|(?:nur|bloss|war) (?:nur )?ein (?:scherz|witz|spass)
nehme ich zurueck|nehme das zurueck
streich das|stimmt (?:doch |gar |so )?nicht|nicht so gemeint|war (?:quatsch|unsinn|gelogen|falsch)
"""
"""Whoever says so takes back what they said last."""

RESTATED = """
(?:as|like) i(?:'ve)? (?:already )?(?:said|told|mentioned|wrote|explained)|i (?:already )?(?:said|mentioned)
i repeat|once again
wie (?:ich )?(?:bereits |schon |oben |eben )?(?:gesagt|erwaehnt|geschrieben|sagte)|ich wiederhole|nochmals?
"""

FIGURES = """
(?:my|our) (?:\\w+ )?(?:portfolio|balance|equity|p&l|pnl) (?:\\w+ )?(?:is|was|stands|are|now|has|shows|filled)
(?:my|our) (?:\\w+ )?(?:position|account|order|trade) (?:\\w+ )?(?:is|was|stands|are|now|has|shows|filled)
pnl|p&l|unreali[sz]ed|@|i filled|i(?:'m| am) (?:up|down)|in profit|in the (?:red|green)
mein\\w* (?:\\w+-)?(?:portfolio|kontostand|guthaben|position) .{0,20}(?:ist|sind|steht|stehen)
mein\\w* (?:\\w+-)?(?:portfolio|kontostand|guthaben|position) .{0,20}(?:liegt|betraegt|wurde|zeigt)
mein\\w* (?:\\w+-)?(?:order|konto|trade|depotwert) .{0,20}(?:ist|sind|steht|stehen|liegt|betraegt|wurde|zeigt)
im (?:plus|minus)|unrealisiert\\w*|ausgefuehrt
(?:right|just) now|just (?:bought|sold|closed|opened|filled|now)|today|tonight|tomorrow|yesterday|this week
heute|gerade|eben|gestern|(?<!jeden )(?<!am )(?<!guten )(?<!gegen )morgen|jetzt|sofort|diese woche
"""
"""What tools tell, and what is over by tomorrow."""

SMALL_TALK = """
i(?:'m| am) (?:back|fine|good|ok|okay|well|great|tired|hungry|bored)
i(?:'m| am) (?:happy|sad|sorry|ready|here|confused|done|glad|busy|off)
i(?:'m| am) (?:a bit|a little|so|just|not sure|testing|wondering)
i(?:'m| am) (?:trying|getting|having|in a hurry|looking|lost|going to bed)
(?<!that )i (?:see|get it|understand|understood|agree|appreciate)
i (?:love (?:it|that|this|you)|like (?:it|that|this|your)|meant|got an?|got it)
i (?:don't|do not|can't|cannot|couldn't|didn't|never|always) (?:know|care|understand|see|get|log)
i (?:don't|do not|can't|cannot|couldn't|didn't|never|always) (?:find|open|forget|said|mind|remember)
i (?:keep getting|was wondering|was away|will (?:think|check|see|try|look|wait|do))
i (?:have to go|need to|never said)
i have (?:an?|another|one|no) (?:question|problem|idea|request|clue|issue)|my name is not|faster|my phone
thanks|thank you|good (?:morning|night|evening)|lol|haha|hehe|rofl|/s|see you|bye
ich bin (?:wieder|da|zurueck|muede|zufrieden|etwas|bereit|fertig|hier|froh|gleich)|mir geht
ich (?:verstehe|versteh|weiss) (?:das|es|nicht|schon)
ich habe? (?:noch )?(?:eine frage|ein problem|eine idee|eine bitte|verstanden|keine ahnung)|keine ahnung
tut mir|muss (?:jetzt |dann )?los
ich schaue? mich|ich ueberlege|(?:nicht|kann) .{0,30}(?:anmelden|einloggen|finden)|ich finde .{0,40}nicht
gute nacht|guten (?:morgen|tag|abend)
danke\\w*|tschuess|bis (?:spaeter|dann|bald)|ich war (?:eine weile|kurz)|habe? ich nie
nie (?:gesagt|erwaehnt|behauptet)
"""

CORRECTIONS = """
(?:actually|correction|sorry|i meant|i mean|no|wait|rather|oops|better|to be exact|update)[,:;.!]? 
(?:eigentlich|korrektur|nein|ich meinte|genauer|moment)[,:;.!]? 
(?:besser gesagt|quatsch|pardon|sorry|doch|aktualisierung)[,:;.!]? 
"""
"""How a sentence begins that puts an earlier one right."""

FORWARDED = """
-{2,} ?(?:forwarded|original|weitergeleitet)|forwarded (?:from|message)|fwd?:|wg:
weitergeleitet(?:e|er)? (?:von|nachricht)|from:|von:
begin (?:forwarded|quote)|on .{5,60} wrote:|am .{5,60} schrieb
"""
"""How a line begins after which somebody else is speaking."""
