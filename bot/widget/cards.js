// Helplines: the card of one service, the strip that is always in view, and the card for a lost connection.
import { around, el } from "./dom.js";
import { isSafeLink, link } from "./rich-text.js";

const LINK = /\[([^\]\n]{1,200})\]\(([^()\s]{1,500})\)/g;
const NAMED = /^\*\*([^*\n]{1,200})\*\*:?\s*(.*)$/;

/** `[label, address]` as a button; a number says "Call", or what the third entry says. */
function way([label, address, given], strings) {
  const words = given ?? (address.startsWith("tel:") ? strings.call : null);
  if (!words) return link(label[0].toUpperCase() + label.slice(1), address, strings, "way");
  return el("a", { href: address, class: "way" }, ...around(words, label));
}

export function serviceCard({ name, why, ways, facts }, strings) {
  const shown = ways.filter(([, address]) => isSafeLink(address));
  return el(
    "div",
    { class: "card" },
    el("p", { class: "card-name", text: name }),
    why ? el("p", { text: why }) : null,
    shown.length ? el("p", { class: "ways" }, ...shown.map((entry) => way(entry, strings))) : null,
    facts.length ? el("p", { class: "facts", text: facts.join(" · ") }) : null,
  );
}

/**
 * Reads a line such as `**Childline**: why [0800 1111](tel:…) · [chat online](https://…) · free`.
 * In languages whose cards are plain, `Childline: 0800 1111 · https://…`, the facts sent along give the links.
 */
export function readCard(words, known, strings) {
  const named = words.match(NAMED);
  const plain = named ? null : known.find((service) => words.startsWith(`${service.name}:`));
  if (!named && !plain) return null;
  const rest = named ? named[2] : words.slice(plain.name.length + 1);
  const ways = [];
  const said = rest.split(" · ").map((part) => {
    const left = part.replace(LINK, (_, label, address) => (ways.push([label, address]), "")).trim();
    const found = plain ? wayOf(left, plain, strings) : null;
    if (found) ways.push(found);
    return found ? "" : left;
  });
  if (!ways.some(([, address]) => isSafeLink(address))) return null;
  const [why, ...facts] = said;
  return { name: named ? named[1] : plain.name, why, ways, facts: facts.filter(Boolean) };
}

function wayOf(words, service, strings) {
  if (words === service.phone && service.tel) return [words, service.tel];
  if (words === service.chat) return [strings.chat, words];
  return words.startsWith("https://") ? [strings.open_page, words] : null;
}

/** Emergency number first, then the first services for this person; numbers that work widely when no country is known. */
export function stripWays(help, audience, strings) {
  const ways = emergencyWays(help);
  const addressOf = ({ tel, chat, url }) => [tel, chat, url].find(isSafeLink);
  const first = servicesFor(help, audience).find(addressOf);
  if (first) ways.push([[first.short, first.phone].filter(Boolean).join(" "), addressOf(first)]);
  return { words: strings.in_danger_short, ways };
}

export function emergencyWays(help) {
  if (help?.emergency) return [[help.emergency.phone, help.emergency.tel]];
  return [["112", "tel:112"], ["911", "tel:911"]];
}

export function servicesFor(help, audience) {
  return help?.services?.[audience] ?? help?.services?.child ?? [];
}

/** What to show when the server cannot be reached: made on this device, from what the page loaded at the start. */
export function offlineCard(help, audience, strings) {
  const emergency = emergencyWays(help).map((entry) => way(entry, strings));
  const services = servicesFor(help, audience).map((service) =>
    serviceCard(
      {
        name: service.name,
        why: strings[`why_${service.need}`] ?? "",
        ways: [
          service.tel && [service.phone, service.tel],
          service.sms && [service.sms_words, service.sms, strings.text_number],
          service.chat && [strings.chat, service.chat],
          !service.tel && !service.chat && service.url && [strings.open_page, service.url],
        ].filter(Boolean),
        facts: [],
      },
      strings,
    ),
  );
  return el(
    "div",
    { class: "offline" },
    el("p", { class: "card-name", text: strings.offline_title }),
    el("p", { text: strings.offline_words }),
    el("div", { class: "card urgent" }, el("p", { text: help?.emergency ? strings.in_danger : strings.in_danger_unknown }), el("p", { class: "ways" }, ...emergency)),
    ...services,
  );
}
