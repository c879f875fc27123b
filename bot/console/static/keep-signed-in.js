// Keeps somebody signed in who is writing, and says in time that a session ends which nobody writes in (WCAG 2.2.1).
// Needs in the page: a form with data-stay (the address to ask) and data-idle (seconds), in it a textarea and an
// element with role="status" and the words data-soon and data-over.
const ASK_EVERY = 60_000;
const WARN_BEFORE = 120_000;
const LOOK_EVERY = 10_000;

const form = document.querySelector("form[data-stay]");
const field = form?.querySelector("textarea");
const status = form?.querySelector("[role=status]");
const idle = Number(form?.dataset.idle) * 1000;
let extended = Date.now();
let asked = extended;
let over = false;

function say(words) {
  // The same words again would be read out again.
  if (status.textContent !== words) status.textContent = words;
}

function look() {
  const left = idle - (Date.now() - extended);
  if (field.value === "") say("");
  else if (over || left <= 0) say(status.dataset.over);
  else say(left <= Math.min(WARN_BEFORE, idle / 2) ? status.dataset.soon : "");
}

async function stay() {
  if (over || Date.now() - asked < ASK_EVERY) return;
  const begun = (asked = Date.now());
  // Without a connection it is asked again after a minute of typing, and the warning still comes in time.
  const answer = await fetch(form.dataset.stay).catch(() => null);
  over = answer !== null && answer.redirected;
  if (answer !== null && answer.ok && !over) extended = begun;
  look();
}

if (form) {
  field.addEventListener("input", stay);
  setInterval(look, LOOK_EVERY);
}
