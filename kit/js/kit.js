/** KitClient: K.I.T. from JavaScript, over its WebSocket; one file, for browsers, Node 22 and others. */

const NAMESPACES = {
  access: "list", account: "list", agents: "list", alert: "create", approval: "list", arena: "leaderboard",
  backtest: "run", books: "orders", chart: "candles", config: "get", cron: "add", data: "list",
  decisions: "list", keys: "list", ledger: "verify", live: "check", market: "data", memory: "search",
  notices: "list", platforms: "list", portfolio: "snapshot", risk: "limits", runner: "status",
  runs: "list", sessions: "list", settings: "get", skill: "list", strategies: "list", tool: "invoke",
  trade: "execute", trading: "status", watchlist: "list",
};

/** Calls that change nothing: sent again whenever their answer was lost, as every `.list` is. */
const READS = new Set([
  "agents.get", "alert.get", "alert.history", "alert.preview", "arena.accounts", "arena.decisions",
  "arena.leaderboard", "arena.positions", "arena.replay", "arena.stats", "arena.status", "arena.trades",
  "books.order", "books.orders", "books.positions", "chat.history", "config.get", "cron.get", "cron.history",
  "cron.templates", "decisions.get", "decisions.similar", "decisions.stats", "health", "market.analyze",
  "market.candles", "market.data", "market.exchanges", "market.price", "market.prices", "memory.get",
  "memory.search", "ping", "portfolio.get", "portfolio.pnl", "portfolio.snapshot", "runner.details",
  "runner.results", "runner.status", "runs.get", "sessions.get", "skill.get", "status", "trade.history",
  "trade.positions",
]);

/** Calls that the service knows by their frame id for a minute: sent again in it, they happen once. */
const JOURNALED = new Set([
  "alert.clear", "alert.create", "alert.delete", "alert.pause", "alert.resume", "alert.update",
  "backtest.optimize", "backtest.run", "books.cancel", "books.place", "chat.abort", "chat.send",
  "cron.add", "cron.remove", "cron.run", "cron.update", "sessions.compact", "sessions.create",
  "tool.invoke", "trade.close", "trade.execute",
]);
const JOURNALED_MS = 55_000;

/** For how long after it was first sent a call may be sent again; 0 is never. */
function repeatableMs(method) {
  if (READS.has(method) || method.endsWith(".list")) return Infinity;
  return JOURNALED.has(method) ? JOURNALED_MS : 0;
}

/** Events outside the record: they repeat the last number and are never replayed. */
const OUTSIDE = new Set(["shutdown"]);

const CALL_MS = 30_000;
const CHAT_MS = 600_000;
const CONNECT_MS = 10_000;
const WAITS_MS = [100, 250, 500, 1_000, 2_000, 5_000, 10_000, 10_000, 10_000, 10_000];
const OPEN = 1;

/** A call that failed. `retryable` tells that the same call can succeed later, after `retryAfterMs` if known. */
export class KitError extends Error {
  constructor(code, message, { retryable = false, retryAfterMs = null, details = {} } = {}) {
    super(message);
    Object.assign(this, { name: "KitError", code, retryable, retryAfterMs, details });
  }

  static fromWire(told) {
    const error = told ?? {};
    return new KitError(error.code ?? "INTERNAL_ERROR", error.message ?? "the service gave no reason", error);
  }
}

const lost = (why) => new KitError("CONNECTION_LOST", why, { retryable: true });
const eventName = (name) => name.replaceAll(":", ".");
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

function newId() {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(16));
  return `js-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** The methods of one group: `client.trade.execute(params)`; called itself, it does what it is mostly for. */
function namespace(client, group) {
  const send = (verb) => (params, options) => client.request(`${group}.${verb}`, params, options);
  const whole = send(NAMESPACES[group]);
  return new Proxy(whole, {
    get: (_, verb) => (typeof verb !== "string" || verb === "then" ? undefined : send(verb)),
  });
}

/** A turn of the agent: iterate over its text, or await it for its answer. `onEvent(name, payload)` hears all. */
class Turn {
  constructor(client, message, { sessionId = "main", onChunk, onEvent, ...options } = {}) {
    this.frameId = newId();
    this.sessionId = sessionId;
    this.requestId = null;
    this.told = "";
    this._unread = [];
    this._over = false;
    this._wake = () => {};
    this._onChunk = onChunk;
    this._onEvent = onEvent;
    this._client = client;
    const { timeoutMs = CHAT_MS, ...more } = options;
    const params = { message, sessionId, stream: true, ...more };
    client._turns.add(this);
    this.answer = client.request("chat.send", params, { timeoutMs, id: this.frameId });
    this.answer.then((answer) => this._complete(answer), () => {}).finally(() => {
      client._turns.delete(this);
      this._over = true;
      this._wake();
    });
  }

  then(done, failed) {
    return this.answer.then(done, failed);
  }

  async *[Symbol.asyncIterator]() {
    for (;;) {
      while (this._unread.length) yield this._unread.shift();
      if (this._over) break;
      await new Promise((wake) => (this._wake = wake));
    }
    await this.answer;
  }

  /** Stop the agent; tell whether there was anything to stop. */
  async abort() {
    const named = { sessionId: this.sessionId, requestId: this.requestId ?? this.frameId };
    return (await this._client.request("chat.abort", named)).aborted === true;
  }

  _take(name, payload) {
    if (payload.frameId === this.frameId) this.requestId ??= payload.requestId;
    if (this.requestId === null || payload.requestId !== this.requestId) return;
    this._onEvent?.(name, payload);
    if (name === "chat.chunk") this._add(payload.chunk ?? "");
  }

  _add(chunk) {
    if (!chunk) return;
    this.told += chunk;
    this._unread.push(chunk);
    this._onChunk?.(chunk);
    this._wake();
  }

  _complete(answer) {
    const whole = answer.message?.content ?? "";
    if (whole.startsWith(this.told)) this._add(whole.slice(this.told.length));
  }
}

/**
 * A connection to K.I.T., kept alive over cuts: events follow where they stopped, and what has no answer is
 * sent again where that is safe; elsewhere it fails with ANSWER_LOST.
 *
 * `WebSocket` is a constructor for where there is none; `dialect` "000" introduces a device, "001" a client;
 * `onError` hears of errors that no caller waits for.
 */
export class KitClient {
  constructor({
    url = "ws://127.0.0.1:18799", token = null, dialect = "000", name = "K.I.T. JavaScript client",
    deviceId = newId(), timeoutMs = CALL_MS, WebSocket = globalThis.WebSocket, onError = console.error,
    waitsMs = WAITS_MS,
  } = {}) {
    Object.assign(this, { url, deviceId, hello: null, lastSeq: null });
    Object.assign(this, { _token: token, _dialect: dialect, _name: name, _timeoutMs: timeoutMs });
    Object.assign(this, { _WebSocket: WebSocket, _onError: onError, _waitsMs: waitsMs });
    Object.assign(this, { _socket: null, _alive: false, _waiting: new Map(), _turns: new Set() });
    this._handlers = new Map();
    for (const group of Object.keys(NAMESPACES)) this[group] = namespace(this, group);
    const chat = (message, options) => new Turn(this, message, options);
    this.chat = Object.assign(chat, {
      stream: chat,
      send: (params, options) => this.request("chat.send", params, { timeoutMs: CHAT_MS, ...options }),
      history: (params, options) => this.request("chat.history", params, options),
      abort: (params, options) => this.request("chat.abort", params, options),
    });
  }

  get connected() {
    return this._socket !== null;
  }

  /** Connect and return the service's hello; with `lastSeq` the events after that number follow. */
  async connect({ lastSeq = null } = {}) {
    if (this._alive) throw new KitError("INVALID_REQUEST", "this client is connected already");
    this._alive = true;
    this.lastSeq = lastSeq;
    try {
      return await this._dial();
    } catch (error) {
      this._alive = false;
      throw error;
    }
  }

  /** Close; calls still waiting fail with CONNECTION_LOST. */
  async disconnect() {
    if (this.connected) await this.request("disconnect", {}, { timeoutMs: 2_000 }).catch(() => {});
    this._alive = false;
    this._socket?.close();
    this._socket = null;
    this._fail(lost("the client was disconnected"));
  }

  /** Send any method with its documented params and return its answer; fails with KitError. */
  request(method, params = {}, { timeoutMs = this._timeoutMs, id = newId() } = {}) {
    if (!this._alive) return Promise.reject(new KitError("NOT_CONNECTED", "call `connect()` first"));
    const frame = JSON.stringify({ type: "req", id, method, params });
    return this._expect(id, method, frame, timeoutMs, () => this.connected && this._send(id));
  }

  /** Return `total_balance` in US dollars and, by exchange, how much of each asset is held. */
  async getBalance() {
    const told = await this.portfolio.get();
    const exchanges = {};
    for (const { exchange, symbol, total } of told.assets) (exchanges[exchange] ??= {})[symbol] = total;
    return { total_balance: told.totalValueUsd, exchanges };
  }

  health() {
    return this.request("health");
  }

  status() {
    return this.request("status");
  }

  ping() {
    return this.request("ping");
  }

  /** Call `handler(payload)` for each such event, with either separator; return what stops that. */
  on(event, handler) {
    const name = eventName(event);
    if (!this._handlers.has(name)) this._handlers.set(name, new Set());
    this._handlers.get(name).add(handler);
    return () => this._handlers.get(name).delete(handler);
  }

  _expect(id, method, frame, timeoutMs, begin) {
    return new Promise((done, failed) => {
      const late = () => this._settle(id, new KitError("TIMEOUT", `no answer to ${method} in time`));
      const timer = setTimeout(late, timeoutMs);
      this._waiting.set(id, { method, frame, done, failed, timer, sentAt: null });
      begin();
    });
  }

  _send(id) {
    const waiting = this._waiting.get(id);
    waiting.sentAt ??= performance.now();
    this._socket.send(waiting.frame);
  }

  _settle(id, error, payload) {
    const waiting = this._waiting.get(id);
    if (!waiting) return;
    this._waiting.delete(id);
    clearTimeout(waiting.timer);
    if (error) waiting.failed(error);
    else waiting.done(payload);
  }

  _fail(error) {
    for (const id of [...this._waiting.keys()]) this._settle(id, error);
  }

  async _dial() {
    const socket = new this._WebSocket(this.url);
    const from = this.lastSeq;
    const id = newId();
    const params = this._greeting(from);
    const frame = JSON.stringify({ type: "req", id, method: "connect", params });
    socket.onmessage = (message) => this._take(message.data);
    socket.onopen = () => socket.send(frame);
    socket.onclose = () => {
      const nobody = new KitError("CONNECTION_FAILED", `nobody answers at ${this.url}`, { retryable: true });
      this._settle(id, nobody);
      if (this._socket === socket) this._cut();
    };
    try {
      const hello = await this._expect(id, "connect", frame, CONNECT_MS, () => {});
      if (socket.readyState !== OPEN) throw lost("the connection was cut");
      this._takeUp(socket, hello, from);
      return hello;
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  _greeting(lastSeq) {
    const who = this._dialect === "001"
      ? { client: { id: this.deviceId, displayName: this._name, version: "1.0.0" } }
      : { device: { id: this.deviceId, name: this._name, type: "desktop" } };
    const auth = this._token ? { auth: { token: this._token } } : {};
    return { ...who, role: "operator", ...auth, ...(lastSeq === null ? {} : { resume: { lastSeq } }) };
  }

  _takeUp(socket, hello, from) {
    this._socket = socket;
    this.hello = hello;
    const anew = from !== null && hello.lastSeq < from;
    if (anew || hello.resumed?.complete === false) {
      this._onError(new KitError("EVENTS_LOST", `the events after number ${from} are no longer all kept`));
    }
    if (from === null || anew) this.lastSeq = hello.lastSeq ?? null;
    for (const [id, { sentAt, method }] of [...this._waiting]) {
      const again = performance.now() - sentAt < repeatableMs(method);
      if (sentAt === null || again) this._send(id);
      else this._settle(id, new KitError("ANSWER_LOST", `the answer to ${method} is lost: see what it did`));
    }
  }

  _cut() {
    this._socket = null;
    if (this._alive) this._again();
  }

  async _again() {
    let failure = lost("the connection was cut");
    for (const wait of this._waitsMs) {
      await pause(Math.max(wait, failure.retryAfterMs ?? 0));
      if (!this._alive) return;
      try {
        await this._dial();
        return;
      } catch (error) {
        failure = error;
        if (!error.retryable && error.code !== "TIMEOUT") break;
      }
    }
    if (!this._alive) return;
    this._alive = false;
    const end = new KitError("CONNECTION_LOST", "the connection is lost", { details: { cause: failure.code } });
    this._fail(end);
    this._onError(end);
  }

  _take(text) {
    const frame = JSON.parse(text);
    if (frame.type === "res") {
      this._settle(frame.id, frame.ok ? null : KitError.fromWire(frame.error), frame.payload);
    } else if (frame.type === "event") {
      this._tell(frame.event, frame.payload ?? {}, frame.seq);
    }
  }

  _tell(event, payload, seq) {
    if (Number.isInteger(seq) && !OUTSIDE.has(event)) {
      if (this.lastSeq !== null && seq <= this.lastSeq) return;
      this.lastSeq = seq;
    }
    const name = eventName(event);
    for (const turn of this._turns) turn._take(name, payload);
    for (const handler of this._handlers.get(name) ?? []) {
      Promise.resolve(payload).then(handler).catch(this._onError);
    }
  }
}

export default KitClient;
