// Keys for the queue (j, k, n) and for a conversation (p, n). Silent while a field has the focus or a modifier is held.
function links() {
  return [...document.querySelectorAll("#rows tbody th a")];
}

function move(step) {
  const all = links();
  if (all.length === 0) return;
  const now = all.indexOf(document.activeElement);
  all[Math.min(Math.max(now + step, 0), all.length - 1)].focus();
}

function follow(id) {
  document.getElementById(id)?.click();
}

document.addEventListener("keydown", (event) => {
  const field = event.target.closest("input, select, textarea, button, summary");
  if (field || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "n") follow(document.getElementById("open-next") ? "open-next" : "next");
  else if (event.key === "p") follow("previous");
});
