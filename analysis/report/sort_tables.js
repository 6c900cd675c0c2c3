// Clicking a heading sorts its table by that column. Without JavaScript the tables stay in the order of the pipeline.
for (const heading of document.querySelectorAll("table.sortable th")) {
  const button = document.createElement("button");
  button.append(...heading.childNodes);
  heading.append(button);
  button.addEventListener("click", () => {
    const column = heading.cellIndex;
    const descending = heading.getAttribute("aria-sort") === "ascending";
    for (const other of heading.parentNode.cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const body = heading.closest("table").tBodies[0];
    const key = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent;
    const order = (a, b) => key(a).localeCompare(key(b), "en", { numeric: true });
    const byNumber = (a, b) => Number(key(a)) - Number(key(b));
    const numeric = heading.classList.contains("number");
    const rows = [...body.rows].sort(numeric ? byNumber : order);
    body.append(...(descending ? rows.reverse() : rows));
  });
}
