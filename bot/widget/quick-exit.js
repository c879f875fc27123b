// Leaving at once: the page is blanked before anything else, then its history entry is replaced by a neutral site.
// Three presses of Shift within five seconds, as in the GOV.UK "Exit this page" component.

const PRESSES = 3;
const WITHIN_MS = 5000;

/** Blanks the page and leaves. What was kept for this tab must be gone before (`forget`). */
export function leave(address, forget) {
  document.documentElement.replaceChildren();
  forget();
  window.location.replace(address);
}

/** Counts Shift; any other key starts the count again, so that capital letters never leave the page. */
export class ShiftCounter {
  #times = [];

  constructor(onLeave, onPress, signal) {
    document.addEventListener("keydown", (event) => this.#press(event, onLeave, onPress), { capture: true, signal });
  }

  #press(event, onLeave, onPress) {
    if (event.key !== "Shift") {
      this.#times = [];
      return;
    }
    if (event.repeat) return;
    this.#times = [...this.#times.filter((time) => event.timeStamp - time < WITHIN_MS), event.timeStamp];
    if (this.#times.length >= PRESSES) onLeave();
    else onPress(PRESSES - this.#times.length);
  }
}
