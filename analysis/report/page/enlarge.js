// Figures as large as the window: from the thumbnails and from a button on every figure. The drawing is not copied but
// shown a second time (<use>). Without JavaScript thumbnails lead to the figure.
const dialog = document.createElement("dialog");
dialog.className = "enlarged";
dialog.setAttribute("aria-labelledby", "enlarged-title");
dialog.innerHTML =
  '<form method="dialog"><strong id="enlarged-title"></strong><span><button type="button" data-step="-1">Previous</button> ' +
  '<button type="button" data-step="1">Next</button> <button>Close</button></span></form><div class="drawing"></div>';
const plates = [...document.querySelectorAll(".plate")].filter((plate) => plate.querySelector(".card"));
let shown = 0;

function show(plate) {
  shown = plates.indexOf(plate);
  const card = plate.querySelector(".variant:not([hidden]) .card") ?? plate.querySelector(".card");
  const { drawing, width, height } = card.dataset;
  const place = dialog.querySelector(".drawing");
  place.innerHTML = '<svg role="img"><use></use></svg>';
  const svg = place.firstChild;
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
  svg.setAttribute("aria-label", card.querySelector("svg").getAttribute("aria-label"));
  svg.firstChild.setAttribute("href", `#${drawing}`);
  const at = card.closest(".variant").querySelector(".at");
  dialog.querySelector("strong").textContent =
    plate.querySelector("h4").textContent + (at ? ` (${at.textContent})` : "");
  if (!dialog.open) dialog.showModal();
}

function step(by) {
  show(plates[(shown + by + plates.length) % plates.length]);
}

if (plates.length > 0 && dialog.showModal) {
  document.body.append(dialog);
  for (const button of dialog.querySelectorAll("[data-step]"))
    button.addEventListener("click", () => step(Number(button.dataset.step)));
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") step(-1);
    if (event.key === "ArrowRight") step(1);
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  for (const card of document.querySelectorAll(".card")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "enlarge";
    button.textContent = "Enlarge";
    button.addEventListener("click", () => show(card.closest(".plate")));
    card.before(button);
  }
  for (const link of document.querySelectorAll(".thumbnails a"))
    link.addEventListener("click", (event) => {
      const plate = document.querySelector(link.getAttribute("href"));
      if (!plates.includes(plate)) return;
      event.preventDefault();
      show(plate);
    });
}
