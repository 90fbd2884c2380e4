"""How people ask in English: patterns per kind, in the language of `patterns`."""

from collections.abc import Mapping

from agent.models.offline.automation_sentences_en import AUTOMATION_SENTENCES
from agent.models.offline.intents import Kind
from agent.models.offline.order_sentences_en import ORDER_SENTENCES
from agent.models.offline.run_sentences import RUN_SENTENCES_EN

MACROS: Mapping[str, str] = {
    "show": "show [me]|list|display|give me|get [me]|tell me|let me see|see|view|print|check|what is|whats|"
    "what are",
    "the": "the|my|all|all my|all the|all of my|our|current|my current|the current|the latest|latest",
    "on": "[on|in|for|at|over] [the|a|an] {tf} [chart|timeframe|candles|candle|basis]",
    "look": "bullish|bearish|oversold|overbought|neutral|strong|weak|a buy|a sell|a good buy|a good sell|"
    "going up|going down|rising|falling|trending|trending up|trending down|in an uptrend|in a downtrend|"
    "worth buying|a hold|up|down|overvalued|undervalued|likely to rise|likely to fall|good|looking good",
    "drop": "cancel|delete|remove|kill",
    "set": "move|set|change|put|place|add|raise|lower|adjust|update|use",
    "trade": "buy|sell|hold|long|short|go long on|go short on|buy more|sell all|sell all my|invest in|get "
    "into",
}

SENTENCES: Mapping[Kind, tuple[str, ...]] = {
    Kind.PRICE: (
        "{pairs}",
        "[current|latest|live] (price|prices|quote|rate) [check] [of|for|on] [a|the] {pairs}",
        "[the] {pairs} [current] (price|prices|quote|rate|ticker)",
        "[<show>] [<the>] (price|prices|quote|rate|value|ticker) (of|for|on) [a|one|1|the] {pairs}",
        "<show> [<the>] {pairs} [current] (price|prices|quote|rate|ticker)",
        "(what is|whats|what are) [a|one|1] {pairs} [worth|at|trading at|going for|price]",
        "how (much|expensive) (is|are) [a|one|1] {pairs} [worth|at|right now]",
        "how much (does|do|for) [a|one|1] {pairs} [cost|go for]",
        "what (does|do) [a|one|1] {pairs} cost",
        "where (is|are) {pairs} [at|trading|trading at]",
        "(check|quote|ticker) {pairs}",
        "how much did {pairs} move [today]",
    ),
    Kind.ANALYSIS: (
        "[please] (analyze|analyse|analysing|analyzing|research|examine) [the] {pairs} [market|chart] [<on>]",
        "[technical|market|chart|full|quick] (analysis|analyze|ta) [of|for|on] {pairs} [<on>]",
        "[do|make|run|give me|show me|show|get] [a|an|the] [technical|market|full|quick] analysis (of|for|"
        "on) {pairs} [<on>]",
        "{pairs} [technical] (analysis|ta|outlook|forecast|trend|signal|signals|indicators) [<on>]",
        "{pairs} (rsi|macd|support|resistance|levels|moving averages|bollinger) [<on>]",
        "[<show>] [<the>] (indicators|indicator|signals|signal|rsi|macd|trend|outlook|levels|support and "
        "resistance|support|resistance|moving averages|bollinger bands|bollinger|atr|sentiment) (of|for|"
        "on) {pairs} [<on>]",
        "(indicators|signals|rsi|macd|trend|outlook|levels) {pairs} [<on>]",
        "(is|are|isnt) {pairs} [still|currently|looking] <look> [<on>]",
        "(is|are) {pairs} <look> or <look> [<on>]",
        "how (is|are) {pairs} [doing|looking|going|performing] [today] [<on>]",
        "hows {pairs} [doing|looking|going|performing] [today]",
        "how (does|do) {pairs} look [like] [today] [<on>]",
        "how (does|do) [the] {pairs} chart look [<on>]",
        "what do you think (of|about) {pairs} [<on>]",
        "whats your (view|opinion|take) on {pairs}",
        "will {pairs} (go up|go down|rise|fall|drop|pump|crash|moon) [today|soon|tomorrow]",
        "(what is|whats) (happening|up|going on) with {pairs} [<on>]",
    ),
    Kind.ADVICE: (
        "(should|shall|must) i <trade> [my|some|any] {pairs} [or sell|or hold|or wait|or not] [today|again]",
        "should i <trade> or <trade> [my] {pairs}",
        "is (it|this|now) [still] [a|the] (good|right|bad) (time|moment) to <trade> [my] {pairs}",
        "is it (time|smart|wise|worth it) to <trade> [my] {pairs}",
        "is {pairs} (a good investment|a good idea|a good buy|worth it|worth buying)",
        "would you <trade> [my] {pairs} [today]",
        "(do you|would you) recommend [buying|selling] {pairs}",
        "(what|which coin) should i (buy|sell|do) (with|about) [my] {pairs}",
    ),
    Kind.OVERVIEW: (
        "[<show>] [<the>] [crypto] market [overview|summary|update|status|report]",
        "[<show>] [<the>] [crypto] markets",
        "overview [of the market]",
        "give me an overview of the market [the pairs that {rest}]",
        "(what is|whats) (happening|going on|up|new) [in|on|with] [the] [crypto] [market|markets] [today]",
        "how (is|are) the [crypto] (market|markets) [doing|looking] [today]",
        "hows the [crypto] market [doing|looking] [today]",
        "what (is|are) the [crypto] (market|markets) (doing|up to) [today]",
        "[<show>] [<the>] (top|biggest|best|worst) (movers|gainers|losers|coins) [today]",
        "[<show>] [<the>] (movers|gainers|losers|prices)",
    ),
    Kind.CHART: (
        "[<show>] [<the>] (chart|candles|candlesticks|graph|plot) [of|for] {pairs} [<on>]",
        "[show|show me|give me|display|draw|plot] [a|the] [{tf}] (chart|candles|graph) (of|for) {pairs}",
        "[show|show me|give me|draw|plot|get] [the] {pairs} (chart|candles|graph) [<on>]",
        "(show|show me|display|plot|draw|chart|graph) {pairs} [<on>]",
        "{pairs} <on>",
        "{pairs} [<on>] (chart|candles|graph)",
        "[<show>] [<the>] {tf} (chart|candles) [of|for] {pairs}",
    ),
    **ORDER_SENTENCES,
    Kind.WAITING: (
        "(what is|whats|what) (waiting|waits|pending) [for] [my] [approval]",
        "[<show>] [<the>] (approvals|pending approvals|open approvals|approval requests)",
        "(what|which orders) (needs|need|wait for|waits for) [my] approval",
    ),
    Kind.LIMITS: (
        "[<show>] [<the>] [risk|trading] limits",
        "(what is|whats) my [risk] limit",
        "how much (may|can) i (risk|lose)",
        "check my risk [positions without {rest}]",
    ),
    Kind.PORTFOLIO: (
        "[<show>] [<the>] (portfolio|balance|balances|account|wallet|assets|holdings|funds|cash) [value|"
        "overview|summary|balance|status]",
        "how much (money|cash|usdt|do i have|is in my account|money do i have|cash do i have|usdt do i "
        "have|am i worth)",
        "how much (is|are) my (portfolio|account|assets|holdings|wallet) [worth]",
        "(what is|whats) [in] my (portfolio|account|wallet|balance|net worth)",
        "what do i (have|own|hold)",
        "how (is|are) my (portfolio|account|assets) [doing|looking|performing]",
        "how rich am i",
        "what am i holding",
        "(send|show|give) [me] (my|the) (portfolio|balance|account)",
    ),
    Kind.HOLDING: (
        "how (much|many) {pair} do i (have|own|hold)",
        "how (much|many) {pair} [is|are] (in my portfolio|in my account|left)",
        "do i (have|own|hold) [any] {pair}",
        "[<show>] my {pair} [balance|holdings|holding]",
        "how much (is|are) my {pair} [holdings|holding] worth",
        "(what is|whats|what are) my {pair} worth",
        "my {pair} (balance|holdings|holding)",
        "{pair} (balance|holdings|holding)",
    ),
    Kind.POSITIONS: (
        "[<show>] [<the>] [open|active] (positions|position)",
        "[<show>] [<the>] (open|active) trades",
        "(what|which) positions (do i have|are open|have i) [open]",
        "(do i have|are there|any) [any] [open] positions",
        "how are my (positions|trades) [doing|looking]",
    ),
    Kind.PNL: (
        "[<show>] [<the>] (pnl|profit|profits|loss|profit and loss|gains|earnings|performance|returns|p n "
        "l) [for|of|in] [the] [{period}]",
        "[<the>] [{period}] (pnl|profit|performance|gains|returns) [report]",
        "how much (did|have) i (make|made|earn|earned|win|won|lose|lost|gain|gained) [in|for|over] [the] "
        "[{period}]",
        "how (am i doing|did i do|have i done) [in|for|over] [the] [{period}]",
        "am i (up|down|in profit|winning|losing) [{period}]",
        "how much (am i up|am i down) [{period}]",
    ),
    Kind.HISTORY: (
        "[<show>] [<the>] [trade|trading|transaction] history [of|for] [{pair}]",
        "[<show>] [<the>] (past|last|recent|latest|closed|previous) [{n}] (trades|fills|transactions) "
        "[of|for|in] [{pair}]",
        "[<show>] [<the>] trades [of|for|in] [{pair}]",
        "[<show>] my last [{n}] (trade|trades) [of|for|in] [{pair}]",
        "[<show>] [the] (last|latest) trade [of|for|in] [{pair}]",
        "(what did i|what have i) (trade|buy|sell|traded|bought|sold) [today|recently|last]",
        "{pair} [trade] history",
    ),
    Kind.REPORT: (
        "[<show>] [<the>|a] [daily|status|portfolio|account|trading] (report|summary|recap) [{period}]",
        "(send|write|make|create|give) [me] [a|the|my] [daily|portfolio|account] (report|summary)",
        "(send|write|make|create|give|show) [me] [a|the|my] {period} [portfolio|account|trading] "
        "(report|summary|recap)",
        "(my|the|our) {period} [portfolio|account|trading] (report|summary|recap)",
        "write my {period} portfolio report what {rest}",
        "write my {period} report profit {rest}",
    ),
    Kind.WATCH: (
        "(watch|monitor|track|follow|keep an eye on|observe) [the] {pairs} [price]",
        "(add|put) {pairs} (to|on) [my|the] watchlist",
    ),
    Kind.UNWATCH: (
        "(unwatch|unfollow|stop watching|stop monitoring|stop tracking|dont watch) {pairs} [anymore]",
        "(remove|delete|drop) {pairs} from [my|the] watchlist",
    ),
    Kind.WATCHLIST: (
        "[<show>] [<the>] (watchlist|watch list)",
        "what am i watching",
        "what are you watching",
    ),
    **AUTOMATION_SENTENCES,
    Kind.BACKTEST: ("[run|do|make|start] [a|another|me a] (backtest|back test)",),
    Kind.STRATEGIES: (
        "[<show>] [<the>|all the|the available|available] [trading] strategies",
        "(what|which) [trading] strategies (are there|do you know|do you have|can you test|can you backtest|"
        "can i test|can i backtest|can i use|are available|exist)",
        "(what|which) [trading] strategies can be (tested|backtested|used)",
        "[<show>] [me] (a list of|the list of) [all] [the] [trading] strategies",
    ),
    Kind.BACKTEST_LIST: (
        "[<show>] [<the>|my last|my past|my recent|past|recent|old] (backtests|back tests|backtest history|"
        "backtest results|optimizations|optimisations)",
        "(what|which) backtests (have i run|did i run|are there|do i have|are running)",
    ),
    Kind.BACKTEST_LAST: (
        "[<show>] [<the>|my last|the last|last|my latest|my most recent|my previous] (backtest|back test|"
        "optimization|optimisation) [again|result|results]",
        "(how did|what did|what was) my (last|latest) backtest [do|make|go|say]",
    ),
    Kind.BACKTEST_CANCEL: (
        "(cancel|stop|abort|kill|end|interrupt) [the|my|this|that|all|all my] [running] (backtest|back "
        "test|backtests|"
        "optimization|optimisation|optimizations)",
    ),
    **RUN_SENTENCES_EN,
    Kind.HALT: (
        "(stop|halt|end|disable) [the|all|auto|autonomous] (trading|bot|everything|trades|now)",
        "(halt|emergency stop|kill switch|killswitch|panic|stop everything|stop it|stop now)",
        "(put|make) (a stop|an end) to [the|all] (trading|bot|it|this|everything)",
        "(turn off|switch off|disable) (auto|autopilot|auto trading|trading|auto mode)",
        "stop",
    ),
    Kind.REMEMBER: (
        "(remember|note|memorize|memorise|keep in mind|dont forget) [that] {rest}",
        "(save|make) a note {rest}",
    ),
    Kind.RECALL: (
        "what did i (say|tell you|write|mention|note) [about] {rest}",
        "what do you (remember|know) about {rest}",
        "do you remember {rest}",
        "what do you remember",
    ),
    Kind.FORGET: (
        "forget [about|that|what i said about|what i told you about|everything about] {rest}",
        "forget (it all|everything)",
    ),
    Kind.UNDO: ("(undo [that|it|this]|take (that|it) back)",),
    Kind.APPROVE: (
        "(approve|approved|confirm|confirmed|accept|yes|yep|yeah|yes do it|do it|go ahead|sure) [it|order] "
        "[{n}]",
    ),
    Kind.DENY: (
        "(deny|denied|reject|decline|refuse|cancel|abort|no|nope|cancel it|dont do it) [order] [{n}]",
    ),
    Kind.STATUS: (
        "[<show>] [<the>] [system|gateway|service|bot] (status|health)",
        "(are you|you) (there|online|alive|up|running|working|ok) [still]",
        "is everything (ok|okay|working|running|fine)",
        "ping",
    ),
    Kind.HELP: (
        "help [me]",
        "[<show>] [<the>] (commands|options|examples|command list)",
        "what (can|could) (you|i|kit) (do|ask|say|type|ask you|do for me|do here)",
        "(how does this work|how do i use (this|you|kit)|what now|how do you work|menu|start|usage|getting "
        "started)",
        "what (do|are) you (do|understand|able to do|capable of)",
    ),
    Kind.EXPLAIN: (
        "(what is|whats|what are|whats meant by|define|explain|what about) [me|to me] [a|an|the|this] {term} "
        "[exactly|again|in trading|for]",
        "(explain|tell me) [to me] what [is] (a|an|the) {term} (is|are|means|does)",
        "explain [to me] what (is|are) [a|an|the] {term}",
        "(explain|tell me) [to me] what {term} (is|are|means|does)",
        "what does [a|an|the] {term} (mean|do|stand for|tell|tell me|say)",
        "how (does|do) [a|an|the] {term} work",
        "[the] (meaning|definition) of [a|an|the] {term}",
        "{term} [meaning|definition|explained]",
    ),
    Kind.SKILLS: (
        "[<show>] [<the>|your|all your] skills",
        "(what|which) skills (do you have|are there|have you)",
        "[<show>] your (capabilities|abilities|tools)",
    ),
    Kind.PLATFORMS: (
        "[<show>] [<the>] (platforms|exchanges|channels|integrations|connections)",
        "(which|what) (platforms|exchanges|channels) (do you support|are supported|are there|are connected)",
    ),
    Kind.MODEL: (
        "[<show>] [<the>|your] (model|models|llm|ai model|language model)",
        "(which|what) (model|llm|ai) (are you|are you using|do you use|is this|is running|is that)",
    ),
    Kind.SETTINGS: ("[<show>|open|change] [<the>|your] (settings|config|configuration|preferences|setup)",),
    Kind.IDENTITY: (
        "(who|what) (are you|r u|is kit|is this|am i talking to)",
        "(what is|whats) (your name|kit|this|k i t)",
        "are you (a bot|human|real|an ai|a robot|an llm|kit|ai)",
        "introduce yourself",
    ),
    Kind.GREETING: (
        "(hi|hello|hey|hiya|yo|sup|howdy|greetings|good morning|good evening|good afternoon|good day|whats "
        "up) [there|kit|everyone|again]",
        "(how are you|how are you doing|hows it going) [today]",
        "(hi|hello|hey) [there|kit] (how are you|how are you doing|whats up)",
    ),
    Kind.THANKS: (
        "(thanks|thank you|thx|ty|cheers|much appreciated|appreciate it) [a lot|so much|very much|kit|for "
        "your help|for that|for the help|again]",
        "(great|nice|perfect|cool|awesome|good job|well done|excellent|ok|okay|alright|got it|good) "
        "[thanks|thank you|kit]",
        "many thanks",
    ),
    Kind.GOODBYE: (
        "(bye|bye bye|goodbye|good bye|good night|see you|see ya|cya|later|ciao|exit|quit|q|leave|log out|"
        "logout|log off) [kit|later|soon|tomorrow|chat|the chat|this chat]",
        "(close|end) [the|this|our] (chat|conversation|session)",
    ),
    Kind.DROPPED: ("(never mind|nevermind|forget it|drop it|leave it|none|nothing|not now|skip it|skip)",),
}

FOLLOW_UPS: tuple[str, ...] = (
    "[and|or|now] [what about|how about|and] [for|with|of|the] {pairs} [too|as well|then|also] [<on>]",
    "(same|the same|and the same|do the same) [for|with] {pairs}",
    "[and|now] [what about] <on>",
    "[and|now] [what about] [in|for|over] [the] {period}",
)

PREFIXES = (
    "hey|hi|hello|ok|okay|so|well|kit|then|now|just|quickly|also|alright|great|cool|thanks|yes|yo|can you|"
    "could you|can u|i want to|i wanna|i want you to|i would like to|i would like you "
    "to|id like to|id like you to|i d like to|lets|let us|go ahead and|i need to|i need you to|i need|id "
    "like|i want|i want to know|i would like to know|id like to know|do you know|can you tell me|could you "
    "tell me|tell me about|good morning|good evening|good day|hi kit|hey kit|try to|kindly|dear kit|i want "
    "to see|i would like to see|id like to see"
)
SUFFIXES = (
    "thanks|thank you|thx|now|right now|at the moment|currently|"
    "kit|for me|asap|immediately|again|then|quickly|today please"
)
