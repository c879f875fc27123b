// Keeps the open queue up to date. Needs in the page: #rows with data-live, data-source and data-events, and #live
// with role="status", which says politely what came, in the words of its data-changed ({urgent} is a number) and
// data-stopped. Rows are never swapped under a person's focus.
const rows = document.getElementById("rows");
const live = document.getElementById("live");

function isBusy() {
  return rows.contains(document.activeElement);
}

async function refresh() {
  const answer = await fetch(rows.dataset.source, { headers: { Accept: "text/html" } });
  if (answer.redirected || !answer.ok) {
    live.textContent = live.dataset.stopped;
    source.close();
    return;
  }
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  rows.replaceChildren(...fresh.body.childNodes);
}

function announce(counts) {
  const urgent = (counts["3"] ?? 0) + (counts["2"] ?? 0);
  live.textContent = live.dataset.changed.replace("{urgent}", urgent);
}

let source = { close() {} };
let waiting = false;
if (rows && rows.dataset.live === "yes" && "EventSource" in window) {
  source = new EventSource(rows.dataset.events);
  source.addEventListener("queue", (event) => {
    announce(JSON.parse(event.data));
    if (isBusy()) {
      waiting = true;
    } else {
      refresh();
    }
  });
  rows.addEventListener("focusout", () => {
    setTimeout(() => {
      if (waiting && !isBusy()) {
        waiting = false;
        refresh();
      }
    }, 0);
  });
  window.addEventListener("pagehide", () => source.close());
}
