// Building blocks: every node is made here, every word is set as text. Nothing in the widget parses HTML.

/**
 * Makes an element. `on…` entries are listeners, `text` is its text; null, undefined and false are left out.
 */
export function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "text") node.textContent = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** Fills `{name}` in a string. */
export function fill(words, values = {}) {
  return words.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

const RIGHT_TO_LEFT = ["ar", "fa", "he", "ur"];

export function direction(language) {
  return RIGHT_TO_LEFT.includes(language) ? "rtl" : "ltr";
}

/** Words around a number; the number keeps its order also among words that run from right to left. */
export function around(words, number) {
  const [before, after] = words.split("{number}");
  return [before, el("bdi", { dir: "ltr", text: number }), after].filter(Boolean);
}

/** The address if it is a page's (`http:` or `https:`), else null: an attribute must not smuggle in a script. */
export function webAddress(given, base) {
  if (!given) return null;
  try {
    const address = new URL(given, base);
    return address.protocol === "https:" || address.protocol === "http:" ? address.href : null;
  } catch {
    return null;
  }
}
