// Figures of one table at several places of a sweep: one is shown, and a control per axis steps to the others: a slider
// for numbers, a list for names. Without JavaScript all of them are there, one below the other.
function makeSteps(plate) {
  const variants = [...plate.querySelectorAll(":scope > .variant")];
  const points = variants.map((variant) => JSON.parse(variant.dataset.at));
  if (variants.length < 2) return;
  const axes = Object.keys(points[0]);
  const chosen = { ...points[0] };
  const controls = document.createElement("div");
  controls.className = "steps";
  const missing = document.createElement("p");
  missing.textContent = "There is no figure at this place.";

  function update() {
    const at = points.findIndex((point) => axes.every((axis) => point[axis] === chosen[axis]));
    variants.forEach((variant, k) => (variant.hidden = k !== at));
    missing.hidden = at >= 0;
    const thumbnail = document.querySelector(`.thumbnails a[href="#${plate.id}"] use`);
    const card = variants[at]?.querySelector(".card");
    if (thumbnail && card) thumbnail.setAttribute("href", `#${card.dataset.drawing}`);
  }

  for (const axis of axes) {
    const values = [...new Set(points.map((point) => point[axis]))];
    if (values.length < 2) continue;
    const label = document.createElement("label");
    label.append(`${axis} `);
    if (values.every((value) => value !== "" && !isNaN(value))) {
      values.sort((a, b) => a - b);
      const slider = document.createElement("input");
      const output = document.createElement("output");
      Object.assign(slider, { type: "range", min: 0, max: values.length - 1, step: 1, value: values.indexOf(chosen[axis]) });
      const choose = () => {
        chosen[axis] = values[slider.value];
        output.textContent = chosen[axis];
        slider.setAttribute("aria-valuetext", `${axis} = ${chosen[axis]}`);
        update();
      };
      slider.addEventListener("input", choose);
      label.append(slider, output);
      output.textContent = chosen[axis];
      slider.setAttribute("aria-valuetext", `${axis} = ${chosen[axis]}`);
    } else {
      const list = document.createElement("select");
      for (const value of values) list.add(new Option(value, value, false, value === chosen[axis]));
      list.addEventListener("change", () => {
        chosen[axis] = list.value;
        update();
      });
      label.append(list);
    }
    controls.append(label);
  }
  variants[0].before(controls, missing);
  update();
}

document.querySelectorAll(".plate").forEach(makeSteps);
