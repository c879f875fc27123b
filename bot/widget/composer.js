// The box to write in: Enter sends, a counter near the limit, pictures are turned away and never read.
import { el, fill } from "./dom.js";

export const MAX_CHARS = 2000;
const COUNT_FROM = 1700;

export class Composer {
  node;
  #box;
  #send;
  #count;
  #status;
  #strings;
  #onSend;

  /** `onSend(text)` gets what was written. */
  constructor(strings, onSend) {
    this.#onSend = onSend;
    // Nothing typed here may reach a spell-check service or a list of suggestions.
    this.#box = el("textarea", {
      id: "words",
      rows: "1",
      autocomplete: "off",
      spellcheck: "false",
      enterkeyhint: "send",
      dir: "auto",
      "aria-describedby": "count status",
      oninput: () => this.#changed(),
      onkeydown: (event) => this.#key(event),
      onpaste: (event) => this.refusePictures(event, event.clipboardData),
    });
    this.#send = el("button", { type: "submit", class: "send" });
    this.#count = el("span", { id: "count", class: "count" });
    this.#status = el("p", { id: "status", class: "status", role: "status" });
    this.node = el(
      "form",
      { class: "composer", onsubmit: (event) => (event.preventDefault(), this.#submit()) },
      el("label", { for: "words", class: "hidden" }),
      this.#status,
      el("div", { class: "row" }, this.#box, this.#send),
      this.#count,
    );
    this.translate(strings);
  }

  translate(strings) {
    this.#strings = strings;
    this.node.querySelector("label").textContent = strings.write_here;
    this.#box.placeholder = strings.write_here;
    this.#send.textContent = strings.send;
  }

  /** A sentence above the box that screen readers announce. */
  say(words = "") {
    this.#status.textContent = words;
  }

  statusIs(words) {
    return this.#status.textContent === words;
  }

  focus() {
    this.#box.focus();
  }

  get words() {
    return this.#box.value;
  }

  set words(text) {
    this.#box.value = text;
    this.#changed();
  }

  /** Turns away pasted or dropped files and pictures with a kind sentence; they are not opened. */
  refusePictures(event, transfer) {
    const types = Array.from(transfer?.types ?? []);
    const hasFile = types.includes("Files") || Array.from(transfer?.items ?? []).some((item) => item.kind === "file");
    if (!hasFile) return false;
    event.preventDefault();
    this.say(this.#strings.no_pictures);
    return true;
  }

  #key(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#submit();
  }

  #changed() {
    const length = this.#box.value.length;
    const left = MAX_CHARS - length;
    this.#count.textContent = length < COUNT_FROM ? "" : fill(this.#strings.characters_left, { left: String(left) });
    this.#count.classList.toggle("over", left < 0);
    this.#send.setAttribute("aria-disabled", String(left < 0));
    if (left < 0) this.say(this.#strings.too_long);
    else if (this.statusIs(this.#strings.too_long) || this.statusIs(this.#strings.no_pictures)) this.say();
    this.#box.style.height = "auto";
    this.#box.style.height = `${Math.min(this.#box.scrollHeight, 140)}px`;
  }

  #submit() {
    const text = this.#box.value.trim();
    if (!text) return;
    if (this.#box.value.length > MAX_CHARS) {
      this.say(this.#strings.too_long);
      return;
    }
    this.#box.value = "";
    this.#changed();
    this.#onSend(text);
  }
}
