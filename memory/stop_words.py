"""Words that say nothing about what a text is about, in English and German, with umlauts folded."""

_ENGLISH = """
a about after again all also always am an and any anything are aren as at be because been before being but
by can cannot could d did didn do does doesn doing don done each either else ever every few for from get
gets getting got had has hasn have haven having he her here hers him his how however i if in instead into is
isn it its itself just let ll m many may maybe me might mine more most much must my myself near neither no
nor not of off on once one only onto or other our ours out over own per please quite rather re really s same
shall she should shouldn since so some something still such t tell than that the their theirs them then
there these they thing things this those though through to too under until up upon us use used using ve very
was wasn we were what whatever when where whether which while who whom whose why will with within without
would wouldn yes yet you your yours
"""

_GERMAN = """
aber alle allem allen aller alles als also am an andere anderen auch auf aus bei beim bereits bin bis bist
bitte da dabei dadurch dafur dagegen daher damit danach dann daran darauf daraus darf darfst darin daruber
darum das dass davon dazu dein deine deinem deinen deiner dem den denen denn der deren des deshalb dessen
dich die dies diese diesem diesen dieser dieses dir doch dort du durch ein eine einem einen einer eines
einmal er es etwa etwas euch euer eure fur ganz gar gegen gerade gern gerne gewesen gibt habe haben hab hast
hat hatte hatten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im immer in ins irgend ist ja
je jede jedem jeden jeder jedes jedoch jene jetzt kann kannst kein keine keinem keinen keiner konnen konnte
konnten machen mal man manche mehr mein meine meinem meinen meiner meines meist mich mir mit muss mussen
musst nach nachdem nein nicht nichts noch nun nur ob obwohl oder ohne schon sehr sei sein seine seinem
seinen seiner seit selber selbst sich sie sind so sobald solche soll sollen sollte sollten sondern sonst
soviel um und uns unser unsere unserem unter vom von vor wann war ware waren warum was weder weil welche
welchem welchen welcher welches wem wen wenn wer werde werden wessen wie wieder wieviel will willst wir wird
wirst wo wobei woher wohin wollen wollte wollten worden wurde wurden zu zum zur zwar zwischen
"""

# They belong to the number before them.
_PERCENT = "pct percent prozent cent"

STOP_WORDS = frozenset(f"{_ENGLISH} {_GERMAN} {_PERCENT}".split())
