// Keeps the open queue up to date. Needs in the page: #rows with data-live, data-source and data-events, and #live
// with role="status", which says politely what came, in the words of its data-changed ({urgent} is a number) and
// data-stopped. Rows are never swapped under a person's focus.
const rows = document.getElementById("rows");
const live = document.getElementById("live");

function isBusy() {
  return rows.contains(document.activeElement);
}

function stop() {
  live.textContent = live.dataset.stopped;
  source.close();
}

// The page of rows as text; null when there is none: signed out, an error, no connection.
async function fetchRows() {
  try {
    const answer = await fetch(rows.dataset.source, { headers: { Accept: "text/html" } });
    return answer.redirected || !answer.ok ? null : await answer.text();
  } catch {
    return null;
  }
}

async function refresh() {
  const turn = ++asked;
  const text = await fetchRows();
  // Newer rows were asked for meanwhile, and may have come first.
  if (turn !== asked) return;
  if (text === null) {
    stop();
  } else if (isBusy()) {
    // Somebody moved into the rows meanwhile.
    waiting = true;
  } else {
    const fresh = new DOMParser().parseFromString(text, "text/html");
    rows.replaceChildren(...fresh.body.childNodes);
  }
}

function announce(counts) {
  const urgent = (counts["3"] ?? 0) + (counts["2"] ?? 0);
  live.textContent = live.dataset.changed.replace("{urgent}", urgent);
}

let source = { close() {} };
let waiting = false;
let asked = 0;
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
  // After the end of a stream the browser opens the next one by itself, unless the console refused it.
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) stop();
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
