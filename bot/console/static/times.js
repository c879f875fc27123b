// Shows times in the reader's own zone. The server writes <time datetime="…">2 Dec 2026, 14:05 UTC</time>, which stays
// where there is no JavaScript; here the zone's short name takes the place of UTC, and UTC is in the title.
const format = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
  timeZoneName: "short",
});

for (const time of document.querySelectorAll("time[datetime]")) {
  time.title = time.textContent;
  time.textContent = format.format(new Date(time.dateTime));
}
