// Prints the steps and numbers of a conversation, without the person's own words, from a frame of its own so that
// the page around the chat stays off the paper.
import { el } from "./dom.js";
import { bubbles } from "./rich-text.js";
import { plainWords } from "./transcript.js";

const PAPER = "body{font:13pt/1.5 Georgia,serif;margin:2cm;color:#000}h1{font-size:18pt}h2{font-size:13pt}p{white-space:pre-line}";

export function printPlan(host, entries, strip, strings) {
  const frame = el("iframe", { title: strings.print_plan, class: "hidden" });
  host.append(frame);
  const paper = frame.contentDocument;
  const sheet = new frame.contentWindow.CSSStyleSheet();
  sheet.replaceSync(PAPER);
  paper.adoptedStyleSheets = [sheet];
  paper.title = strings.plan_title;
  const replies = entries.filter(({ from }) => from === "bot").flatMap(({ text }) => bubbles(plainWords(text)));
  const numbers = strip.ways.map(([label]) => label).join(" · ");
  paper.body.append(
    el("h1", { text: strings.plan_title }),
    el("h2", { text: `${strip.words} ${numbers}` }),
    ...replies.map((text) => el("p", { dir: "auto", text })),
  );
  frame.contentWindow.addEventListener("afterprint", () => frame.remove());
  frame.contentWindow.print();
  return frame;
}
