// The conversation as shown: a log that screen readers follow, own words, replies, helpline cards, choices.
import { direction, el, fill } from "./dom.js";
import { bubbles, inline, lines } from "./rich-text.js";
import { readCard, serviceCard } from "./cards.js";

export class Transcript {
  /** What was said, for copying, printing and (when asked for) keeping: `{from, text, reply, at}`. */
  entries = [];
  #log;
  #context;
  #typing;
  #turns = new Map();

  /** `context()` gives `{strings, language, choose(button), copy(text), simpler(), print(sheet)}`. */
  constructor(context) {
    this.#context = context;
    this.#log = el("div", { class: "log", role: "log", "aria-live": "polite", tabindex: "0" });
    this.#typing = el("div", { class: "typing", hidden: true, "aria-hidden": "true" }, el("i"), el("i"), el("i"));
    this.#log.append(this.#typing);
    this.translate();
  }

  get node() {
    return this.#log;
  }

  translate() {
    this.#log.setAttribute("aria-label", this.#context().strings.conversation);
  }

  clear() {
    this.entries = [];
    this.#turns.clear();
    this.#log.replaceChildren(this.#typing);
  }

  /** The person's own words, as text and nothing else. */
  addOwn(text, id, at = Date.now()) {
    const { strings, language } = this.#context();
    this.#retireChoices();
    const turn = this.#turn("own", strings.you_said, at, language);
    const state = el("span", { class: "state" });
    turn.append(el("p", { class: "bubble", dir: "auto", text }), state);
    const entry = { from: "me", text, at };
    this.#turns.set(id, { turn, state, entry });
    this.entries.push(entry);
    this.#show(turn, "end");
    return turn;
  }

  /** Marks a message as waiting for the line. */
  mark(id, words) {
    const own = this.#turns.get(id);
    if (own) own.state.textContent = words;
  }

  /** The server has a message: its mark goes, and it moves down to where its answer comes, past what was said meanwhile. */
  arrived(id) {
    const own = this.#turns.get(id);
    if (!own) return;
    own.state.textContent = "";
    let after = own.turn.nextElementSibling;
    while (after?.classList.contains("own")) after = after.nextElementSibling;
    if (!after || after === this.#typing) return;
    const hadFocus = own.turn.matches(":focus");
    this.#show(own.turn, "end");
    // A node that moves loses the focus.
    if (hadFocus) own.turn.focus({ preventScroll: true });
    this.entries = [...this.entries.filter((entry) => entry !== own.entry), own.entry];
  }

  /** One reply: its bubbles, cards and choices. */
  addReply(reply, at = Date.now()) {
    const { strings } = this.#context();
    this.#retireChoices();
    const turn = this.#turn("bot", strings.bot_said, at, reply.language ?? "en");
    if (reply.card_level) turn.classList.add("urgent-turn");
    for (const bubble of bubbles(reply.text ?? "")) turn.append(this.#bubble(bubble, reply.cards ?? []));
    const buttons = (reply.buttons ?? []).filter((button) => button.title && button.payload);
    const sheet = reply.custom?.sheet;
    if (sheet?.title) turn.append(this.#printing(sheet));
    if (buttons.length) turn.append(this.#choices(buttons));
    this.entries.push({ from: "bot", text: reply.text ?? "", reply, at });
    turn.append(this.#tools(reply));
    this.#show(turn, "start");
    return turn;
  }

  /** A note of the widget itself, in the language of the page. */
  addNote(node, className = "note") {
    const turn = el("div", { class: `turn ${className}` }, node);
    this.#show(turn, className === "note" ? "end" : "start");
    return turn;
  }

  setTyping(isTyping) {
    this.#typing.hidden = !isTyping;
    if (isTyping) this.#show(this.#typing, "end");
  }

  /** The conversation in plain words, for copying. */
  asText() {
    const { strings } = this.#context();
    const who = { me: strings.you, bot: strings.bot };
    return this.entries.map(({ from, text }) => `${who[from]}: ${plainWords(text)}`).join("\n\n");
  }

  #turn(className, said, at, language) {
    const time = new Date(at).toLocaleTimeString(this.#context().language, { hour: "2-digit", minute: "2-digit" });
    return el(
      "div",
      { class: `turn ${className}`, lang: language, dir: direction(language), tabindex: "-1" },
      el("span", { class: "hidden", lang: this.#context().language, text: fill(said, { time }) }),
    );
  }

  #bubble(bubble, known) {
    const { strings } = this.#context();
    const rows = bubble.split("\n");
    const cards = rows.map((row) => readCard(row, known, strings));
    if (cards.some(Boolean)) {
      const nodes = rows.map((row, place) =>
        cards[place] ? serviceCard(cards[place], strings) : el("p", {}, ...inline(row, strings)),
      );
      return el("div", { class: "cards" }, ...nodes);
    }
    return el("div", { class: "bubble", dir: "auto" }, ...lines(bubble, strings));
  }

  #choices(buttons) {
    const { strings, choose } = this.#context();
    const nodes = buttons.map((button) =>
      el("button", { type: "button", class: "choice", text: button.title, onclick: () => choose(button) }),
    );
    return el("div", { class: "choices", role: "group", "aria-label": strings.choices }, ...nodes);
  }

  /** A sheet can be printed as long as it is in view, also when the talk has gone on. */
  #printing(sheet) {
    const { strings, print, language } = this.#context();
    return el("div", { class: "print", lang: language },
      el("button", { type: "button", class: "choice", text: strings.print_sheet, onclick: () => print(sheet) }),
      el("p", { class: "facts", text: strings.print_note }));
  }

  #tools(reply) {
    const { strings, copy, simpler, language } = this.#context();
    const tool = (words, act) => el("button", { type: "button", class: "tool", text: words, onclick: act });
    return el(
      "div",
      { class: "tools", lang: language },
      reply.response?.startsWith("utter_faq/") ? tool(strings.simpler, simpler) : null,
      tool(strings.copy, () => copy(plainWords(reply.text ?? ""))),
    );
  }

  /** Only the newest choices count: an old button pressed by mistake must not answer a new question. */
  #retireChoices() {
    for (const old of this.#log.querySelectorAll(".choices, .tools")) old.remove();
  }

  #show(node, where) {
    this.#log.insertBefore(node, node === this.#typing ? null : this.#typing);
    const log = this.#log;
    const behavior = window.matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
    if (getComputedStyle(log).overflowY === "visible") {
      // Zoomed in, the page scrolls instead of the log.
      if (this.entries.length > 1) node.scrollIntoView({ block: where === "start" ? "start" : "nearest", behavior });
      return;
    }
    // A long reply is read from its first line, so its top is brought into view, not its end.
    const top = where === "start" ? node.offsetTop - log.offsetTop - 12 : log.scrollHeight;
    log.scrollTo({ top: this.entries.length > 1 || where === "end" ? top : 0, behavior });
  }
}

/** A reply without its marks: bold is dropped, links give their number or address. */
export function plainWords(text) {
  return text
    .replace(/\*\*([^*\n]+)\*\*/g, "$1")
    .replace(/\[([^\]\n]+)\]\(([^()\s]+)\)/g, (_, label, address) =>
      address.startsWith("https:") ? `${label}: ${address}` : label,
    );
}
