// What a person can do besides writing: text size, country, copy, print, keep, start again, delete.
import { el } from "./dom.js";
import { COUNTRIES } from "./embedded.js";

const SIZES = [100, 115, 130, 150, 175];

export class Tools {
  button;
  panel;
  #acts;
  #size = 0;

  /** `acts`: copy, print, restart, erase, keep(on), country(code), size(percent). */
  constructor(acts) {
    this.#acts = acts;
    this.button = el("button", {
      type: "button",
      class: "menu-button",
      "aria-expanded": "false",
      "aria-controls": "tools",
      onclick: () => this.toggle(),
    });
    this.panel = el("div", { id: "tools", class: "panel", hidden: true });
  }

  get isOpen() {
    return !this.panel.hidden;
  }

  toggle(open = !this.isOpen) {
    this.panel.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
  }

  /** Closes and gives the focus back to the button that opened it. */
  close() {
    if (!this.isOpen) return;
    this.toggle(false);
    this.button.focus();
  }

  translate(strings, language, country, isKept) {
    const act = (words, what, className = "item") =>
      el("button", { type: "button", class: className, text: words, onclick: () => (this.close(), what()) });
    const size = (words, label, step) =>
      el("button", { type: "button", class: "item small", text: words, "aria-label": label, onclick: () => this.#resize(step) });
    this.button.textContent = strings.more;
    this.panel.replaceChildren(
      el("div", { class: "sizes", role: "group", "aria-label": strings.text_size },
        size("A−", strings.smaller_text, -1), size("A+", strings.bigger_text, 1)),
      this.#countries(strings, language, country),
      act(strings.print_plan, this.#acts.print),
      el("p", { class: "facts", text: strings.print_note }),
      act(strings.copy_chat, this.#acts.copy),
      el("label", { class: "keep" }, this.#keepBox(isKept), el("span", { text: strings.keep_in_tab })),
      act(strings.restart, this.#acts.restart),
      act(strings.delete_chat, this.#acts.erase, "item danger"),
    );
  }

  #keepBox(isKept) {
    return el("input", { type: "checkbox", checked: isKept, onchange: (event) => this.#acts.keep(event.target.checked) });
  }

  #countries(strings, language, country) {
    const names = new Intl.DisplayNames([language, "en"], { type: "region" });
    const sorted = COUNTRIES.map((code) => [code, names.of(code)]).sort(([, a], [, b]) => a.localeCompare(b, language));
    const options = sorted.map(([code, name]) => el("option", { value: code, text: name, selected: code === country }));
    const select = el("select", { onchange: (event) => this.#acts.country(event.target.value) },
      el("option", { value: "", text: strings.country_unknown }), ...options);
    return el("label", { class: "country" }, el("span", { text: strings.country }), select);
  }

  #resize(step) {
    this.#size = Math.max(0, Math.min(SIZES.length - 1, this.#size + step));
    this.#acts.size(SIZES[this.#size]);
  }
}
