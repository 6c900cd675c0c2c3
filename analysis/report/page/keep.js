// A page that is read again, as that of a running pipeline is every few seconds, keeps what its reader has set up:
// parts opened and closed, filters, orders of tables, the field in use and the place on the page.
const kinds = [
  ["details", (part) => part.open, (part, open) => { part.open = open; }],
  [".filter input", (field) => field.value, (field, value) => {
    field.value = value;
    field.dispatchEvent(new Event("input"));
  }],
  [".sortable th", (heading) => heading.getAttribute("aria-sort"), (heading, order) => {
    // Once for ascending, twice for descending.
    while (order && heading.getAttribute("aria-sort") !== order) heading.firstElementChild.click();
  }],
];

// [name, element] of all; sections come and go while a pipeline runs.
function named(selector) {
  const count = {};
  return [...document.querySelectorAll(selector)].map((element) => {
    const section = element.closest("section").id;
    count[section] = (count[section] ?? 0) + 1;
    return [`${section} ${selector} ${count[section]}`, element];
  });
}

addEventListener("pagehide", () => {
  const kept = { scroll: scrollY };
  for (const [selector, read] of kinds)
    for (const [name, element] of named(selector)) {
      kept[name] = read(element);
      if (element === document.activeElement) kept.focus = name;
    }
  sessionStorage.setItem(location.pathname, JSON.stringify(kept));
});

const kept = JSON.parse(sessionStorage.getItem(location.pathname)) ?? {};
for (const [selector, , restore] of kinds)
  for (const [name, element] of named(selector)) {
    if (name in kept) restore(element, kept[name]);
    if (name === kept.focus) element.focus({ preventScroll: true });
  }
if (!location.hash && kept.scroll) scrollTo(0, kept.scroll);
