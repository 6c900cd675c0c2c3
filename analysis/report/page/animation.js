// Paths of a figure in time, awake beside replay, all panels on one clock. It stands still until somebody plays it.
const COLOURS = { awake: ["#2ca7c5", "#1b6577"], quiescent: ["#ee3233", "#94201f"], "": ["#777777", "#444444"] };
const TAIL = 10; // steps that are drawn dark
const DURATION = 8000; // ms from start to end

function draw(canvas, panel, now) {
  const size = canvas.clientWidth || 220;
  const dense = window.devicePixelRatio || 1;
  canvas.width = canvas.height = size * dense;
  const context = canvas.getContext("2d");
  context.scale((dense * size) / 1000, (dense * size) / 1000);
  context.lineJoin = "round";
  const [pale, dark] = COLOURS[panel.phase] ?? COLOURS[""];
  let last = panel.time.findLastIndex((time) => time <= now + 1e-9);
  if (last < 0) last = 0;
  const line = (path, from, to, colour, width) => {
    context.beginPath();
    for (let n = from; n <= to && 2 * n + 1 < path.length; ++n) context.lineTo(path[2 * n], path[2 * n + 1]);
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
  };
  for (const path of panel.paths) {
    context.globalAlpha = 0.35;
    line(path, 0, last, pale, 4);
    context.globalAlpha = 1;
    line(path, Math.max(0, last - TAIL), last, dark, 7);
    context.beginPath();
    context.arc(path[2 * last], path[2 * last + 1], 14, 0, 2 * Math.PI);
    context.fillStyle = dark;
    context.fill();
  }
}

function makeAnimation(box) {
  const data = JSON.parse(box.querySelector("script").textContent);
  const end = Math.max(...data.panels.map((panel) => panel.time.at(-1)));
  const start = Math.min(...data.panels.map((panel) => panel.time[0]));
  const details = document.createElement("details");
  details.innerHTML =
    '<summary>Animation</summary><div class="controls"><button type="button">Play</button> ' +
    '<input type="range" min="0" max="1000" value="0" aria-label="Time"> <output></output></div><div class="panels"></div>';
  const [button, slider, output, panels] = ["button", "input", "output", ".panels"].map((s) => details.querySelector(s));
  const canvases = data.panels.map((panel) => {
    const figure = document.createElement("figure");
    const canvas = document.createElement("canvas");
    const caption = document.createElement("figcaption");
    const some = panel.shown < panel.trials ? `, ${panel.shown} of ${panel.trials} paths` : "";
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${panel.label}: ${panel.shown} paths in time`);
    caption.textContent = panel.label + some;
    figure.append(canvas, caption);
    panels.append(figure);
    return canvas;
  });

  let begun = null; // when the clock stood at 0, while it runs
  function render() {
    const now = start + (slider.value / 1000) * (end - start);
    output.textContent = data.unit === "s" ? `${now.toFixed(2)} s` : `step ${Math.round(now)}`;
    slider.setAttribute("aria-valuetext", output.textContent);
    canvases.forEach((canvas, k) => draw(canvas, data.panels[k], now));
  }
  function pause() {
    begun = null;
    button.textContent = "Play";
  }
  function tick(time) {
    if (begun === null || !details.open) return pause();
    slider.value = Math.min(1000, (1000 * (time - begun)) / DURATION);
    render();
    if (Number(slider.value) >= 1000) return pause();
    requestAnimationFrame(tick);
  }
  button.addEventListener("click", () => {
    if (begun !== null) return pause();
    if (Number(slider.value) >= 1000) slider.value = 0;
    begun = performance.now() - (slider.value / 1000) * DURATION;
    button.textContent = "Pause";
    requestAnimationFrame(tick);
  });
  slider.addEventListener("input", () => {
    pause();
    render();
  });
  details.addEventListener("toggle", () => details.open && render());
  window.addEventListener("resize", () => details.open && render());
  box.append(details);
}

document.querySelectorAll(".animation").forEach(makeAnimation);
