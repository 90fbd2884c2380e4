// Does once with the client what a program would do, and prints what it met.
import KitDefault, { KitClient } from "@binaryfaster/kit";

const [url, token] = process.argv.slice(2);
const sockets = [];
class Kept extends WebSocket {
  constructor(at) {
    super(at);
    sockets.push(this);
  }
}
const failure = (call) => call.then(() => null, (error) => error);
const told = {};

const client = new KitClient({ url, token, WebSocket: Kept, waitsMs: [0, 0, 0] });
const other = new KitDefault({ url, token, dialect: "001" });
told.hello = [(await client.connect()).dialect, (await other.connect()).dialect];

const heard = [[], [], []];
let arrived;
const first = new Promise((done) => (arrived = done));
client.on("trade.executed", (trade) => heard[0].push(trade.pair));
client.on("trade:executed", (trade) => { heard[1].push(trade.pair); arrived(); });
client.on("trade.executed", (trade) => heard[2].push(trade.pair))();

const buy = (pair) => ({ action: "buy", pair, amount: 100, type: "market" });
const order = await client.trade.execute({ ...buy("BTC/USDT"), exchange: "binance" });
await first;
told.order = order.status;
told.assets = (await client.portfolio()).assets.map((asset) => asset.symbol);
told.balance = await client.getBalance();
told.price = (await client.market.price({ pair: "BTC/USDT" })).pair;
told.heard = heard.map((each) => [...each]);

let iterated = "";
let calledBack = "";
const events = [];
const turn = client.chat.stream("Analyze BTC", {
  onChunk: (chunk) => (calledBack += chunk),
  onEvent: (name) => events.push(name),
});
for await (const chunk of turn) iterated += chunk;
told.chat = { iterated, calledBack, awaited: (await turn).message.content, events };

const refused = await failure(client.request("no.such"));
told.refused = [refused.name, refused.code, refused.retryable, refused.retryAfterMs];
told.unauthorized = (await failure(new KitClient({ url, token: "wrong" }).connect())).code;

const missed = [];
let all;
const both = new Promise((done) => (all = done));
client.on("trade.executed", (trade) => { missed.push(trade.pair); if (missed.length === 2) all(); });
const gone = new Promise((done) => sockets[0].addEventListener("close", done));
sockets[0].close();
await other.trade(buy("ETH/USDT"));
await gone;
await other.trade(buy("BTC/USDT"));
await both;
told.resumed = { cuts: sockets.length - 1, missed };

// These were sent, and the socket is ended before it can bring their answers.
const read = client.market.price({ pair: "BTC/USDT" });
const listed = client.sessions.list();
const changed = failure(client.watchlist.add({ pair: "ETH/USDT" }));
sockets.at(-1).onmessage = null;
sockets.at(-1).close();
told.cut = {
  read: (await read).pair,
  listed: Array.isArray((await listed).sessions),
  changed: (await changed)?.code ?? null,
};

const calls = Array.from({ length: 150 }, () => failure(client.market.price({ pair: "BTC/USDT" })));
const limited = (await Promise.all(calls)).find((error) => error !== null);
told.limited = limited && { code: limited.code, retryable: limited.retryable, retryAfterMs: limited.retryAfterMs };

await client.disconnect();
await other.disconnect();
told.after = (await failure(client.ping())).code;
console.log(JSON.stringify(told));
