// <safety-chat>: attributes, life cycle, public methods and events. Each behaviour has a module of its own.
import { direction, el, fill, webAddress } from "./dom.js";
import { TIMINGS, Transport, fetchJson, newId, pause } from "./transport.js";
import { Transcript } from "./transcript.js";
import { Composer } from "./composer.js";
import { Tools } from "./tools.js";
import { ShiftCounter, leave } from "./quick-exit.js";
import { link } from "./rich-text.js";
import { offlineCard, stripWays } from "./cards.js";
import { printPlan, printSheet } from "./plan.js";
import { forget, keep, recall } from "./memory.js";
import { ENGLISH, LANGUAGES, STYLES } from "./embedded.js";

const AUDIENCES = ["child", "parent", "professional"];
const NEUTRAL_SITE = "https://www.wikipedia.org/";
const HERE = new URL(".", import.meta.url).href;

export class SafetyChat extends HTMLElement {
  static observedAttributes = ["country", "audience", "lang"];

  /** Waiting times in milliseconds, see transport.js. */
  static timings = TIMINGS;

  #strings = ENGLISH;
  #help = null;
  #country = "";
  // A country chosen in the menu that the server does not know yet: `{id}` of the message that tells it, or null.
  #choice = null;
  #root = this.attachShadow({ mode: "open" });
  #life = null;
  #transport = null;
  #transcript;
  #composer;
  #tools;
  #frame = null;
  #isKept = false;
  #outage = null;
  #started = false;
  /** The deletion that runs, as a promise of its receipt. */
  #erasing = null;
  /** What was said while a deletion runs: `{id, shown, text}`. */
  #held = [];

  // --- Attributes ---------------------------------------------------------------------------------------------

  get country() {
    return this.#country;
  }

  get audience() {
    const given = this.getAttribute("audience");
    return AUDIENCES.includes(given) ? given : null;
  }

  get language() {
    const given = (this.getAttribute("lang") ?? document.documentElement.lang ?? "en").slice(0, 2).toLowerCase();
    return LANGUAGES.includes(given) ? given : "en";
  }

  get #server() {
    return (webAddress(this.getAttribute("server") ?? HERE, document.baseURI) ?? HERE).replace(/\/$/, "");
  }

  get #exit() {
    return webAddress(this.getAttribute("exit-to"), document.baseURI) ?? NEUTRAL_SITE;
  }

  // --- Life cycle ---------------------------------------------------------------------------------------------

  connectedCallback() {
    this.#life = new AbortController();
    const signal = this.#life.signal;
    this.#dress();
    this.#build();
    new ShiftCounter(() => this.leave(), (left) => this.#announce(fill(this.#strings.shift_left, { left })), signal);
    // A page that comes back from the browser's memory must not show the conversation.
    window.addEventListener("pagehide", () => this.#isKept || this.#empty(), { signal });
    // A floating chat that nobody opened says nothing to the server.
    window.addEventListener("pageshow", (event) => event.persisted && !this.#frame.hidden && this.#begin(), { signal });
    this.#chooseCountry(this.getAttribute("country") ?? "");
    this.#translate().then(() => !signal.aborted && this.getAttribute("mode") !== "floating" && this.open());
  }

  disconnectedCallback() {
    this.#life.abort();
    this.#empty();
    this.#root.replaceChildren();
  }

  attributeChangedCallback(name, before, now) {
    if (!this.#frame || before === now) return;
    if (name === "country") this.#chooseCountry(now ?? "");
    if (name === "lang") this.#translate();
    if (name === "audience") this.#drawStrip();
  }

  // --- Public methods -----------------------------------------------------------------------------------------

  /** Shows the chat and begins the conversation at the first time. */
  open() {
    this.#frame.hidden = false;
    this.#launcher.setAttribute("aria-expanded", "true");
    this.#begin();
    if (this.getAttribute("mode") === "floating") this.#composer.focus();
    this.#emit("open");
  }

  /** Hides a floating chat; the conversation stays until the page is left. */
  close() {
    if (this.getAttribute("mode") !== "floating") return;
    this.#frame.hidden = true;
    this.#launcher.setAttribute("aria-expanded", "false");
    this.#launcher.focus();
    this.#emit("close");
  }

  /** Sends words as if the person had typed them. */
  send(text) {
    const words = String(text).trim();
    if (words) this.#send(words, words);
  }

  /** Blanks the page and goes to the neutral site. */
  leave() {
    this.#emit("leave");
    this.#transport?.close();
    leave(this.#exit, forget);
  }

  /** A new conversation; the old one stays with the server until its time is over or it is deleted. */
  restart() {
    // A deletion ends with a new start of its own, and must not be broken off before it.
    if (!this.#erasing) this.#startAnew();
  }

  #startAnew() {
    this.#empty();
    // "Keep this chat" ended with the old one: its box must not say otherwise.
    this.#tools.translate(this.#strings, this.language, this.#country, false);
    this.#begin();
    this.#composer.focus();
  }

  /** Deletes the conversation here and on the server, and says so. Resolves to the receipt (or several), or null. */
  deleteChat() {
    if (!this.#erasing) {
      this.#composer.say(this.#strings.deleting);
      this.#erasing = this.#erase();
    }
    return this.#erasing;
  }

  // --- Building -----------------------------------------------------------------------------------------------

  #dress() {
    if ("adoptedStyleSheets" in Document.prototype) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLES);
      this.#root.adoptedStyleSheets = [sheet];
    } else {
      this.#root.append(el("link", { rel: "stylesheet", href: `${HERE}styles.css` }));
    }
  }

  #build() {
    this.#composer = new Composer(this.#strings, (text) => this.#send(text, text));
    this.#transcript = new Transcript(() => ({
      strings: this.#strings,
      language: this.language,
      choose: (button) => this.#choose(button),
      copy: (text) => this.#copy(text),
      simpler: () => this.#choose({ title: this.#strings.simpler, payload: "/say_simpler" }),
      print: (sheet) => printSheet(this.#root, sheet, this.#strip, this.#strings),
    }));
    this.#tools = new Tools({
      copy: () => this.#copy(this.#transcript.asText()),
      print: () => printPlan(this.#root, this.#transcript.entries, this.#strip, this.#strings),
      restart: () => this.restart(),
      erase: () => this.#askToErase(),
      keep: (isKept) => this.#keep(isKept),
      country: (code) => {
        this.#choice = { id: null };
        this.#chooseCountry(code);
      },
      size: (percent) => this.#frame.style.setProperty("--scale", String(percent / 100)),
    });
    this.#frame = el(
      "section",
      { class: "chat", hidden: true },
      el("div", { class: "head" },
        el("button", { type: "button", class: "exit", onclick: () => this.leave() }),
        el("p", { class: "name" }),
        this.#tools.button,
        el("button", { type: "button", class: "shut", onclick: () => this.close() })),
      this.#tools.panel,
      el("div", { class: "strip", role: "group" }),
      this.#transcript.node,
      this.#composer.node,
      el("p", { class: "hidden alert", role: "alert" }),
      el("p", { class: "hidden whisper", role: "status" }),
    );
    const signal = this.#life.signal;
    this.#frame.addEventListener("keydown", (event) => event.key === "Escape" && this.#escape(event), { signal });
    for (const name of ["dragover", "drop"])
      this.#frame.addEventListener(name, (event) => this.#composer.refusePictures(event, event.dataTransfer), { signal });
    const launcher = el("button", { type: "button", class: "launcher", "aria-expanded": "false", onclick: () => this.open() });
    this.#root.append(launcher, this.#frame);
  }

  get #launcher() {
    return this.#root.querySelector(".launcher");
  }

  /** Speaks the page's language; English while its words are not there, since the numbers must not wait for them. */
  async #translate() {
    const language = this.language;
    const speak = (words) => this.language === language && this.isConnected && this.#speak(words, language);
    if (language === "en") return speak(ENGLISH);
    const coming = fetchJson(`${HERE}strings/${language}.json`, this.#life.signal);
    const inTime = await Promise.race([coming, pause(TIMINGS.wordsAfter)]);
    speak(inTime ? { ...ENGLISH, ...inTime } : ENGLISH);
    if (!inTime) coming.then((words) => words && speak({ ...ENGLISH, ...words }));
  }

  #speak(strings, language) {
    const isLate = this.#started && this.#strings === ENGLISH && strings !== ENGLISH;
    this.#strings = strings;
    const find = (selector) => this.#root.querySelector(selector);
    for (const part of [this.#frame, this.#launcher]) {
      part.lang = strings === ENGLISH ? "en" : language;
      part.dir = direction(part.lang);
    }
    this.#frame.setAttribute("aria-label", strings.title);
    find(".exit").textContent = strings.leave;
    find(".name").textContent = strings.title;
    find(".shut").textContent = "×";
    find(".shut").setAttribute("aria-label", strings.close);
    find(".strip").setAttribute("aria-label", strings.help_now);
    this.#launcher.textContent = strings.open;
    this.#composer.translate(strings);
    this.#transcript.translate();
    this.#tools.translate(strings, language, this.#country, this.#isKept);
    this.#drawStrip();
    if (isLate) this.#introduce();
  }

  // --- Help that is always there ------------------------------------------------------------------------------

  async #chooseCountry(code) {
    const country = /^[A-Za-z]{2}$/.test(code) ? code.toUpperCase() : "";
    const isAnother = country !== this.#country;
    this.#country = country;
    const file = `${HERE}help/${country || "INT"}.json`;
    const help = await fetchJson(file, this.#life.signal);
    if (this.#country !== country || !this.isConnected) return;
    // Without a connection: rather numbers that work widely than those of the country chosen before.
    if (help || isAnother) this.#help = help;
    this.#drawStrip();
    const select = this.#root.querySelector("select");
    if (select) select.value = country;
  }

  get #strip() {
    return stripWays(this.#help, this.audience ?? "child", this.#strings);
  }

  #drawStrip() {
    const { words, ways } = this.#strip;
    const links = ways.map(([label, address]) => link(label, address, this.#strings, "way"));
    this.#root.querySelector(".strip")?.replaceChildren(el("span", { text: words }), ...links);
  }

  // --- Conversation -------------------------------------------------------------------------------------------

  #begin() {
    if (this.#started) return;
    this.#started = true;
    const kept = recall();
    this.#isKept = Boolean(kept);
    this.#transport = new Transport(this.#server, (event, detail) => this.#hear(event, detail), kept ?? {});
    this.#introduce();
    if (!kept) {
      this.#post("/start", newId());
      return;
    }
    for (const { from, text, reply, at } of kept.entries) {
      if (from === "me") this.#transcript.addOwn(text, newId(), at);
      else this.#transcript.addReply(reply, at);
    }
    this.#tools.translate(this.#strings, this.language, this.#country, true);
  }

  /** What to know before writing: the way out and what stays behind, and the language of the answers. */
  #introduce() {
    this.#note(this.#strings.traces);
    if (this.#strings.answers_language) this.#note(this.#strings.answers_language);
  }

  #empty() {
    this.#transport?.close();
    this.#transport = null;
    this.#started = false;
    this.#outage = null;
    this.#choice = null;
    this.#held = [];
    this.#transcript?.clear();
    this.#composer?.say();
    if (this.#composer) this.#composer.words = "";
    forget();
    this.#isKept = false;
  }

  async #erase() {
    const receipts = await (this.#transport?.erase() ?? []);
    this.#erasing = null;
    return receipts ? this.#erased(receipts) : this.#notErased();
  }

  /** What was said or half typed meanwhile belongs to the new conversation. */
  #erased(receipts) {
    const { words } = this.#composer;
    const held = this.#held;
    this.#startAnew();
    this.#composer.words = words;
    const receipt = receipts.join(", ") || null;
    this.#note(receipt ? fill(this.#strings.deleted, { receipt }) : this.#strings.deleted_here);
    for (const { shown, text } of held) this.#send(shown, text);
    return receipt;
  }

  #notErased() {
    this.#composer.say(this.#strings.delete_failed);
    for (const { id, text } of this.#held.splice(0)) this.#dispatch(id, text);
    return null;
  }

  #choose({ title, payload }) {
    // Focus goes to the person's own line, so that the next Tab reaches the new choices and no keyboard pops up.
    this.#send(title, payload).focus({ preventScroll: true });
  }

  #send(shown, text) {
    this.#begin();
    const id = newId();
    const turn = this.#transcript.addOwn(shown, id);
    if (this.#erasing) {
      // In the conversation that goes it would be deleted with its answer.
      this.#held.push({ id, shown, text });
      this.#transcript.mark(id, this.#strings.deleting);
    } else {
      this.#composer.say();
      this.#dispatch(id, text);
    }
    return turn;
  }

  #dispatch(id, text) {
    this.#transcript.mark(id, this.#outage ? this.#strings.waiting : "");
    this.#post(text, id);
  }

  #post(text, id) {
    this.#transcript.setTyping(true);
    this.#whisper(this.#strings.writing);
    const country = this.#country || null;
    const isChosen = this.#choice?.id === null;
    if (isChosen) this.#choice.id = id;
    const known = { audience: this.audience, country, country_chosen: isChosen, language: this.language };
    this.#transport.send({ id, text, ...known });
  }

  #hear(event, detail = {}) {
    const heard = {
      receipt: () => this.#transcript.arrived(detail.id),
      reply: () => this.#reply(detail.reply),
      done: () => this.#done(detail),
      deleted: () => this.#keepNothing(),
      refused: () => this.#refused(detail),
      wait: () => this.#composer.say(this.#strings.slow_down),
      unreachable: () => this.#unreachable(),
      back: () => this.#back(),
      lost: () => this.#note(this.#strings.lost),
    };
    heard[event]?.();
  }

  /** In the page's own language: what a server says of a request is written for developers. */
  #refused({ id, code }) {
    if (this.#choice?.id === id) this.#choice.id = null;
    this.#transcript.setTyping(false);
    this.#composer.say(code === "too_long" ? this.#strings.too_long : this.#strings.technical);
  }

  #reply(reply) {
    this.#transcript.addReply(reply);
    if (reply.card_level) this.#announce(this.#urgentWords(reply));
    this.#remember();
    this.#emit("message", { level: reply.card_level ?? null });
  }

  #done({ id, country }) {
    if (this.#choice?.id === id) this.#choice = null;
    // The strip is for the country that the replies are for; a choice newer than this answer stands.
    if (country && country !== this.#country && !this.#choice) this.#chooseCountry(country);
    if (this.#transport.waiting <= 1) this.#transcript.setTyping(false);
    this.#whisper("");
    if (this.#composer.statusIs(this.#strings.slow_down)) this.#composer.say();
  }

  #urgentWords(reply) {
    const first = reply.cards?.find((card) => card.phone);
    const named = first ? `${first.name} ${first.phone}. ` : "";
    const emergency = reply.emergency ?? this.#help?.emergency?.phone ?? this.#strings.emergency_unknown;
    return fill(this.#strings.urgent, { named, emergency });
  }

  #unreachable() {
    const card = offlineCard(this.#help, this.audience ?? "child", this.#strings);
    this.#transcript.setTyping(false);
    this.#outage = this.#transcript.addNote(card, "bot");
    this.#announce(`${this.#strings.offline_title} ${this.#strings.offline_words}`);
    this.#emit("offline");
  }

  #back() {
    this.#outage = null;
    if (!this.#help) this.#chooseCountry(this.#country);
    if (this.#strings === ENGLISH && this.language !== "en") this.#translate();
    this.#note(this.#strings.back);
    this.#transcript.setTyping(true);
    this.#emit("online");
  }

  #note(words) {
    this.#transcript.addNote(el("p", { text: words }));
  }

  #askToErase() {
    const strings = this.#strings;
    const close = () => question.remove();
    const button = (words, act, className) =>
      el("button", { type: "button", class: className, text: words, onclick: () => (close(), act()) });
    const question = this.#transcript.addNote(
      el("div", { class: "ask", role: "group", "aria-label": strings.delete_chat },
        el("p", { text: strings.delete_sure }),
        button(strings.delete_yes, () => this.deleteChat(), "choice"),
        button(strings.delete_no, () => this.#composer.focus(), "choice")),
    );
    question.querySelector("button").focus();
  }

  #keep(isKept) {
    this.#isKept = isKept;
    if (isKept) this.#remember();
    else forget();
  }

  /** "Keep this chat" ends with the chat, and its box must not say otherwise. */
  #keepNothing() {
    this.#keep(false);
    this.#tools.translate(this.#strings, this.language, this.#country, false);
  }

  #remember() {
    if (this.#isKept) keep({ ...this.#transport.tokens, entries: this.#transcript.entries });
  }

  async #copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      this.#composer.say(this.#strings.copied);
    } catch {
      this.#composer.say(this.#strings.copy_failed);
    }
  }

  #escape(event) {
    event.stopPropagation();
    if (this.#tools.isOpen) this.#tools.close();
    else this.close();
  }

  #announce(words) {
    const alert = this.#root.querySelector(".alert");
    if (alert) alert.textContent = words;
  }

  #whisper(words) {
    this.#root.querySelector(".whisper").textContent = words;
  }

  /** Events say that something happened, never what was said. */
  #emit(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(`safety-chat-${name}`, { bubbles: true, composed: true, detail }));
  }
}
