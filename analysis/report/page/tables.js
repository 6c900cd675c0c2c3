// Tables: clicking a heading sorts by its column, a field above filters rows. Without JavaScript tables are complete, in
// the order of the pipeline.
function makeSortable(table) {
  for (const heading of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => {
      const column = heading.cellIndex;
      const descending = heading.getAttribute("aria-sort") === "ascending";
      for (const other of heading.parentNode.cells) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
      const key = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent;
      const numeric = heading.classList.contains("number");
      const compare = numeric
        ? (a, b) => Number(key(a)) - Number(key(b))
        : (a, b) => key(a).localeCompare(key(b), "en", { numeric: true });
      const rows = [...table.tBodies[0].rows];
      // What has no value comes last in either direction.
      const filled = rows.filter((row) => !numeric || key(row) !== "");
      const empty = rows.filter((row) => numeric && key(row) === "");
      filled.sort(compare);
      table.tBodies[0].append(...(descending ? filled.reverse() : filled), ...empty);
    });
  }
}

function makeFilterable(table) {
  const label = document.createElement("label");
  const field = document.createElement("input");
  const count = document.createElement("span");
  label.className = "filter";
  field.type = "search";
  count.className = "faint";
  count.setAttribute("role", "status");
  label.append("Show rows with ", field, " ", count);
  const rows = [...table.tBodies[0].rows];
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/);
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      if (!row.hidden) ++shown;
    }
    count.textContent = field.value ? `${shown} of ${rows.length}` : "";
  });
  table.closest(".scroll").before(label);
}

document.querySelectorAll("table.sortable").forEach(makeSortable);
document.querySelectorAll("table.filterable").forEach(makeFilterable);
