// The page of a running pipeline is read again every few seconds. One that is no longer written says so.
const refresh = document.querySelector('meta[http-equiv="refresh"]');
if (refresh) {
  const written = new Date(document.lastModified);
  const age = (Date.now() - written) / 1000;
  if (age > 60 && age > 6 * Number(refresh.content)) {
    const note = document.createElement("p");
    note.className = "warnings";
    note.textContent =
      `Nothing was written since ${written.toLocaleTimeString()}: the run may have been ended. ` +
      "reverie status, with the folder of this page, tells.";
    document.querySelector("header").after(note);
  }
}
