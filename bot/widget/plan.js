// Prints from a frame of its own, so that the page around the chat stays off the paper. What is printed is the
// assistant's words only: never what the person typed. Nothing is loaded and nothing is kept.
import { el } from "./dom.js";
import { bubbles } from "./rich-text.js";
import { plainWords } from "./transcript.js";

const PAPER = `@page{margin:16mm}body{font:12pt/1.45 Georgia,serif;margin:0;color:#000;background:#fff}
h1{font-size:19pt;margin:0 0 .3em}h2{font-size:13pt;margin:1.1em 0 .3em;break-after:avoid}p{margin:.3em 0;white-space:pre-line}
ul{margin:0;padding:0;list-style:none}li{break-inside:avoid;margin:.28em 0;padding-inline-start:1.7em;position:relative}
li::before{content:"•";position:absolute;inset-inline-start:.4em}
li.tick::before{content:"";inset-inline-start:0;inset-block-start:.22em;inline-size:.85em;block-size:.85em;border:1.2pt solid #000}
li.done::after{content:"✓";position:absolute;inset-inline-start:.1em;inset-block-start:-.05em;font-weight:700}
section{break-inside:avoid}.help{border:1.5pt solid #000;padding:.5em .8em;font-weight:700}
.foot{margin-block-start:1.1em}.line{display:flex;gap:.6em;margin-block-start:1.5em}.line i{flex:1;border-block-end:1pt solid #000}
.hidden{position:absolute;inline-size:1px;block-size:1px;overflow:hidden;clip-path:inset(50%)}`;

/** The numbers of a conversation with all replies. */
export function printPlan(host, entries, strip, strings) {
  const replies = entries.filter(({ from }) => from === "bot").flatMap(({ text }) => bubbles(plainWords(text)));
  return onPaper(host, strings, strings.plan_title, strip, replies.map((text) => el("p", { dir: "auto", text })));
}

/** One sheet that the assistant put together from the person's choices: `{title, intro, sections, signatures, foot}`. */
export function printSheet(host, sheet, strip, strings) {
  const words = (text, kind) => (text ? el("p", { class: kind, dir: "auto", text: plainWords(String(text)) }) : null);
  const parts = listed(sheet.sections).map(({ title, items }) =>
    el("section", {}, el("h2", { dir: "auto", text: title }), el("ul", {}, ...listed(items).map((item) => row(item, strings)))),
  );
  const lines = listed(sheet.signatures).map((text) => el("p", { class: "line" }, el("span", { text }), el("i")));
  return onPaper(host, strings, sheet.title, strip, [words(sheet.intro), ...parts, words(sheet.foot, "foot"), ...lines]);
}

/** `done` is true or false for something to tick, absent for a line to read. */
function row({ text, done }, strings) {
  const kind = typeof done === "boolean" ? (done ? "tick done" : "tick") : null;
  // A stylesheet's tick is not read out, so that a printed file says it in words as well.
  const said = done ? el("span", { class: "hidden", text: `${strings.done}: ` }) : null;
  return el("li", { class: kind, dir: "auto" }, said, plainWords(String(text)));
}

function listed(value) {
  return Array.isArray(value) ? value : [];
}

function onPaper(host, strings, title, strip, nodes) {
  host.querySelector(".paper")?.remove();
  const frame = el("iframe", { title: strings.print_plan, class: "hidden paper" });
  host.append(frame);
  const paper = frame.contentDocument;
  const look = new frame.contentWindow.CSSStyleSheet();
  look.replaceSync(PAPER);
  paper.adoptedStyleSheets = [look];
  paper.title = title;
  const numbers = strip.ways.map(([label]) => label).join(" · ");
  const help = el("p", { class: "help", text: `${strip.words} ${numbers}` });
  paper.body.append(el("h1", { dir: "auto", text: title }), help, ...nodes.filter(Boolean));
  frame.contentWindow.addEventListener("afterprint", () => frame.remove());
  frame.contentWindow.print();
  return frame;
}
