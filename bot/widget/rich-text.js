// The safe subset of Markdown in a reply: bubbles, lines, lists, **bold**, and links to tel:, sms: and https:.
import { el } from "./dom.js";

const SAFE_LINK = /^(?:tel:\+?[0-9*#-]{2,20}|sms:\+?[0-9]{2,20}(?:\?[\w%&=.+-]{0,80})?|https:\/\/[^\s"'<>\\^`{|}]{3,500})$/;
const INLINE = /\*\*([^*\n]{1,300})\*\*|\[([^\]\n]{1,200})\]\(([^()\s]{1,500})\)|(https:\/\/[^\s"'<>()[\]]{3,500})/g;
const BULLET = /^\s*[•*-]\s+/;

export function isSafeLink(address) {
  return typeof address === "string" && SAFE_LINK.test(address);
}

/** A link that says what it does; pages open in a new tab that learns nothing of this one. */
export function link(label, address, strings, className = null) {
  const isPage = address.startsWith("https:");
  // A bare number keeps its order also among words that run from right to left.
  const dir = /\d/.test(label) && !/\p{L}/u.test(label) ? "ltr" : null;
  const node = el("a", { href: address, class: className, dir, text: label });
  if (isPage) {
    node.target = "_blank";
    node.rel = "noopener noreferrer";
    node.append(el("span", { class: "hidden", text: ` (${strings.new_tab})` }));
  }
  return node;
}

/** Words of one line as nodes. */
export function inline(words, strings) {
  const nodes = [];
  let from = 0;
  for (const match of words.matchAll(INLINE)) {
    nodes.push(words.slice(from, match.index));
    from = match.index + match[0].length;
    const [whole, bold, label, address, bare] = match;
    // "**call [999](tel:999) now**": the number in it is to be tapped. Bold never holds bold, so this ends.
    if (bold) nodes.push(el("strong", {}, ...inline(bold, strings)));
    else if (isSafeLink(address)) nodes.push(link(label, address, strings));
    else if (isSafeLink(bare)) nodes.push(link(new URL(bare).hostname.replace(/^www\./, ""), bare, strings));
    else nodes.push(label ?? whole);
  }
  nodes.push(words.slice(from));
  return nodes.filter((node) => node !== "");
}

/** The bubbles of a text: paragraphs are separated by a blank line. */
export function bubbles(text) {
  return String(text).split(/\n\s*\n/).map((part) => part.trim()).filter(Boolean);
}

/** Lines of one bubble; lines that begin with a bullet become a list. */
export function lines(bubble, strings) {
  const nodes = [];
  let list = null;
  for (const words of bubble.split("\n")) {
    if (BULLET.test(words)) {
      if (!list) nodes.push((list = el("ul")));
      list.append(el("li", {}, ...inline(words.replace(BULLET, ""), strings)));
    } else if (words.trim()) {
      list = null;
      nodes.push(el("p", {}, ...inline(words, strings)));
    }
  }
  return nodes;
}
