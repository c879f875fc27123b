// Carries messages to the server and replies back over a bad line: one at a time, in order, each exactly once.
// A message keeps its id through every attempt; the server answers an id once and repeats that answer.

/** Milliseconds. A test or a very slow network may change them before the element is connected. */
export const TIMINGS = {
  unreachableAfter: 2500, // no sign of life: the card for a lost connection (promise: within 3 s)
  patience: 12000, // silence in the middle of an answer: a new attempt
  firstWait: 500,
  longestWait: 15000,
  wordsAfter: 1500, // the words of the page's language have not come: English until they do
};

export function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** A file's content; null when it does not come in time, or the signal says stop: a dead line never says no. */
export async function fetchJson(address, signal) {
  const watch = new Watch(signal);
  try {
    const answer = await fetch(address, { signal: watch.signal });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  } finally {
    watch.stop();
  }
}

export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Transport {
  #server;
  #tell;
  #token;
  /** Tokens of conversations that ended: their words are still in view, and may still be deleted. */
  #former;
  /** Receipts of what was deleted, by token. */
  #receipts = new Map();
  #queue = [];
  #running = false;
  #closed = new AbortController();
  #wake = () => {};
  #unreachable = false;
  #alarm = null;

  /**
   * `tell(event, detail)` hears: receipt, reply, done, deleted, refused, wait, unreachable, back, lost.
   * The third is what `tokens` gave before the page was loaded again.
   */
  constructor(server, tell, { token = null, former = [] } = {}) {
    this.#server = server;
    this.#tell = tell;
    this.#token = token;
    this.#former = former;
    window.addEventListener("online", () => this.#wake(), { signal: this.#closed.signal });
  }

  /** What to keep so that the conversation goes on, or can be deleted, after the page was loaded again. */
  get tokens() {
    return { token: this.#token, former: this.#former };
  }

  get waiting() {
    return this.#queue.length;
  }

  send(message) {
    this.#queue.push({ ...message, attempt: 0, shown: 0 });
    this.#run();
  }

  close() {
    this.#queue = [];
    clearTimeout(this.#alarm);
    this.#closed.abort();
    this.#wake();
  }

  /**
   * Asks the server to delete every conversation in view. Resolves to their receipts, none where nothing was ever sent,
   * or to null while one could not be deleted.
   */
  async erase() {
    const held = [...this.#former, this.#token].filter(Boolean);
    const left = held.filter((token) => !this.#receipts.has(token));
    const erased = await Promise.all(left.map((token) => this.#eraseOne(token)));
    if (!erased.includes(false)) return held.map((token) => this.#receipts.get(token));
    // A conversation that is gone takes nothing more, also where another one is still to be deleted.
    if (this.#receipts.has(this.#token)) this.#retire();
    return null;
  }

  async #eraseOne(token) {
    // A line that is dead but not cut would leave the person waiting for a browser's own minutes.
    const watch = new Watch(this.#closed.signal);
    try {
      const response = await this.#post("delete", { token }, watch);
      if (!response.ok) return false;
      this.#receipts.set(token, (await response.json()).receipt);
      return true;
    } catch {
      return false;
    } finally {
      watch.stop();
    }
  }

  /** The next message begins a new conversation. */
  #retire() {
    this.#former.push(this.#token);
    this.#token = null;
  }

  async #run() {
    if (this.#running) return;
    this.#running = true;
    let wait = TIMINGS.firstWait;
    while (this.#queue.length) {
      const message = this.#queue[0];
      this.#startAlarm();
      const outcome = await this.#attempt(message);
      if (this.#closed.signal.aborted) return;
      if (outcome.finished) {
        this.#queue.shift();
        wait = TIMINGS.firstWait;
        continue;
      }
      await this.#pause(outcome.wait ?? wait);
      if (outcome.wait === undefined) wait = Math.min(wait * 2, TIMINGS.longestWait);
    }
    this.#running = false;
  }

  #startAlarm() {
    if (this.#alarm !== null || this.#unreachable) return;
    this.#alarm = setTimeout(() => {
      this.#unreachable = true;
      this.#tell("unreachable");
    }, TIMINGS.unreachableAfter);
  }

  #signOfLife() {
    clearTimeout(this.#alarm);
    this.#alarm = null;
    if (this.#unreachable) this.#tell("back");
    this.#unreachable = false;
  }

  #pause(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => (clearTimeout(timer), resolve());
    });
  }

  /** One attempt; `{finished}` or `{wait}` in milliseconds, empty for "after the usual back-off". */
  async #attempt(message) {
    message.attempt += 1;
    const watch = new Watch(this.#closed.signal);
    try {
      if (!this.#token) await this.#begin(watch);
      const { id, text, audience, country, country_chosen, language, attempt } = message;
      const content = { token: this.#token, id, text, audience, country, country_chosen, language, attempt };
      const response = await this.#post("messages", content, watch);
      if (response.status !== 200) return await this.#refused(response, message);
      return { finished: await this.#listen(response, message, watch) };
    } catch {
      return {};
    } finally {
      watch.stop();
    }
  }

  async #begin(watch) {
    const response = await this.#post("conversations", {}, watch);
    if (response.status !== 201) throw new Error("no conversation");
    this.#token = (await response.json()).token;
  }

  #post(path, content, watch) {
    // text/plain keeps the request "simple": no preflight, so half the round trips on a slow line.
    return fetch(`${this.#server}/webhooks/web/${path}`, {
      method: "POST",
      body: JSON.stringify(content),
      headers: { Accept: "application/x-ndjson", "Content-Type": "text/plain" },
      credentials: "omit",
      referrerPolicy: "no-referrer",
      cache: "no-store",
      signal: watch?.signal ?? this.#closed.signal,
    });
  }

  async #refused(response, message) {
    const { code } = await response.json().catch(() => ({}));
    if (response.status === 429) {
      this.#signOfLife();
      const seconds = Number(response.headers.get("Retry-After")) || 5;
      this.#tell("wait", { seconds });
      return { wait: seconds * 1000 };
    }
    if (code === "token" && message.attempt < 10) {
      this.#retire();
      this.#tell("lost");
      return { wait: 0 };
    }
    // "damaged", 408: the line cut the request, and says nothing of the conversation.
    if (response.status >= 500 || [403, 408].includes(response.status) || code === "damaged") return {};
    this.#signOfLife();
    this.#tell("refused", { id: message.id, code });
    return { finished: true };
  }

  /** Reads the answer line by line; true when it came to its end. What was shown before is not shown again. */
  async #listen(response, message, watch) {
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    let rest = "";
    let number = 0;
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return false;
      watch.beat();
      const parts = (rest + decoder.decode(value, { stream: true })).split("\n");
      rest = parts.pop();
      for (const line of parts.filter(Boolean)) {
        const content = JSON.parse(line);
        this.#signOfLife();
        // The receipt moves the words down to their answer; once some of that is shown, they stay above it.
        if (content.received && !message.shown) this.#tell("receipt", { id: message.id });
        if (content.reply && ++number > message.shown) {
          message.shown = number;
          this.#tell("reply", { id: message.id, reply: content.reply });
        }
        if (content.token) {
          // The chat was deleted in words: what follows is a new conversation, and the old one takes nothing more.
          this.#token = content.token;
          this.#tell("deleted");
        }
        if (content.done) {
          this.#tell("done", { id: message.id, country: content.country });
          return true;
        }
      }
    }
  }
}

/** Gives an attempt up after a time of silence, or when the widget goes. */
class Watch {
  #controller = new AbortController();
  #timer = null;
  #outer;
  #stopNow = () => this.#controller.abort();

  constructor(outer) {
    this.#outer = outer;
    outer.addEventListener("abort", this.#stopNow);
    this.beat();
  }

  get signal() {
    return this.#controller.signal;
  }

  beat() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#stopNow, TIMINGS.patience);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#outer.removeEventListener("abort", this.#stopNow);
  }
}
