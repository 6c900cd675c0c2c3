// SPDX-License-Identifier: BSD-3-Clause
// The finished report, as its readers meet it.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { close, launch, lowContrast, open, run, temporaryFolder, tests } from "./browser.mjs";

const PAGES = {};
const LOUD = "wild";
let browser;

before(async () => {
  const folder = temporaryFolder("report");
  fs.copyFileSync(path.join(tests, "sweep.toml"), path.join(folder, "sweep.toml"));
  fs.writeFileSync(path.join(folder, "other.toml"), 'title = "Another run"\ninclude = ["sweep.toml"]\n');
  run(folder, "run", "sweep.toml", "--quiet", "--set", "stage.train.learning_rate=0.002");
  run(folder, "run", "other.toml", "--quiet", "--set", "axes.seed=[0]");
  run(folder, "report", "runs/sweep", "runs/other", "--out", "both.html");
  PAGES.one = path.join(folder, "runs/sweep/report.html");
  PAGES.single = path.join(folder, "runs/other/report.html");
  PAGES.both = path.join(folder, "both.html");
  browser = await launch();
});

after(() => browser?.close());

/// Opens a page, does something with it, and checks that it was quiet meanwhile.
async function on(file, options, body) {
  const page = await open(browser, PAGES[file], options);
  await body(page);
  await close(page);
}

const texts = (page, selector) => page.locator(selector).allInnerTexts();
const column = (page, n) => page.$$eval("#metrics tbody tr:not([hidden])", (rows, k) => rows.map((r) => r.cells[k].dataset.value ?? r.cells[k].innerText), n);

test("the page has every section, and says what the run found", () =>
  on("one", {}, async (page) => {
    assert.equal(await page.title(), "A sweep over friction");
    assert.deepEqual(await texts(page, "nav a"), ["Claims", "Figures", "Metrics", "Stages", "Configuration", "Provenance"]);
    const claims = await texts(page, "#claims tbody tr");
    assert.equal(claims.length, 2);
    assert.match(claims[0], /Friction slows replay/);
    assert.match(claims[1], /✗ fails/);
    assert.match(claims[1], /\d is not > 2\.2\sby -\S+ to -\S+, n = 2/);
    assert.deepEqual(await texts(page, "#figures h3"), ["Training", "Paths", "Maps & places"]);
    assert.deepEqual(await texts(page, "#figures h4"), ["Figure 1. Loss", "Figure 2. Decoded paths", "Figure 3. Density"]);
    assert.equal(await page.locator(".thumbnails li").count(), 3);
    assert.equal(await page.locator("meta[http-equiv=refresh]").count(), 0);
    // 2 trainings, 2 + 8 simulations, 8 measurements, 1 + 4 + 1 figures.
    assert.equal(await page.locator("#stages tbody tr").count(), 26);
  }));

test("every id is there once, every link within the page leads somewhere, and every file that is linked exists", async () => {
  for (const file of ["one", "both"])
    await on(file, {}, async (page) => {
      const found = await page.evaluate(() => {
        const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
        const hrefs = [...document.querySelectorAll("[href]")].map((element) => element.getAttribute("href"));
        return { twice: ids.filter((id, k) => ids.indexOf(id) !== k), ids, hrefs };
      });
      assert.deepEqual(found.twice, []);
      const inside = found.hrefs.filter((href) => href.startsWith("#"));
      assert.deepEqual(inside.filter((href) => !found.ids.includes(href.slice(1))), []);
      const files = found.hrefs.filter((href) => !href.startsWith("#") && !href.startsWith("data:"));
      assert.ok(files.length >= 6 * 5);
      for (const href of files) assert.ok(fs.existsSync(path.resolve(path.dirname(PAGES[file]), decodeURIComponent(href))), href);
    });
});

test("every figure has an alternative text, a caption, and links to its data and script", () =>
  on("one", {}, async (page) => {
    const figures = await page.$$eval(".variant", (all) => all.map((figure) => ({
      alternative: figure.querySelector(".card svg").getAttribute("aria-label"),
      role: figure.querySelector(".card svg").getAttribute("role"),
      caption: figure.querySelector("figcaption").textContent,
      links: [...figure.querySelectorAll(".files a")].map((a) => a.textContent),
    })));
    assert.equal(figures.length, 6);
    for (const { alternative, role, caption, links } of figures) {
      assert.ok(alternative.length > 20);
      assert.equal(role, "img");
      assert.ok(caption.length > 20);
      assert.deepEqual(links, ["data (CSV)", "script", "SVG", "PDF", "PNG"]);
    }
  }));

test("axes cover what is drawn: ticks of the paths, the box of 2.2 m, every path within its panel", () =>
  on("one", {}, async (page) => {
    const found = await page.evaluate(() => {
      const svg = document.querySelector("#figure-2 .variant .card svg");
      const frame = svg.getBoundingClientRect();
      const place = (element) => {
        const box = element.getBoundingClientRect();
        return { x: box.x + box.width / 2 - frame.x, y: box.y + box.height / 2 - frame.y };
      };
      const ticks = [...svg.querySelectorAll("text")]
        .map((text) => ({ value: Number(text.textContent.trim().replace("−", "-")), ...place(text) }))
        .filter((tick) => !isNaN(tick.value));
      const lines = [...svg.querySelectorAll("path[d]")].filter((path) => !path.closest("defs")).map((path) => path.getBoundingClientRect()).map((box) => ({
        left: box.left - frame.x, right: box.right - frame.x, top: box.top - frame.y, bottom: box.bottom - frame.y }));
      return { ticks, lines, width: frame.width, height: frame.height };
    });
    // Ticks of the first panel's horizontal axis share a line: the most frequent height.
    const heights = found.ticks.map((tick) => Math.round(tick.y));
    const bottom = Math.max(...heights);
    const along = found.ticks.filter((tick) => Math.abs(tick.y - bottom) < 3 && tick.x < found.width / 2);
    assert.ok(along.length >= 3, JSON.stringify(found.ticks));
    assert.ok(Math.min(...along.map((t) => t.value)) <= -1 && Math.max(...along.map((t) => t.value)) >= 1);
    // Equal distances on the axis are equal differences of its numbers.
    const steps = along.slice(1).map((tick, k) => (tick.x - along[k].x) / (tick.value - along[k].value));
    for (const step of steps) assert.ok(Math.abs(step / steps[0] - 1) < 0.06, String(steps));
    for (const line of found.lines) {
      assert.ok(line.left > -1 && line.right < found.width + 1, JSON.stringify(line));
      assert.ok(line.top > -1 && line.bottom < found.height + 1, JSON.stringify(line));
    }
  }));

test("the table of metrics sorts by numbers and by words, with the keyboard, too", () =>
  on("one", {}, async (page) => {
    const mean = page.getByRole("button", { name: "Mean" });
    await mean.focus();
    await page.keyboard.press("Enter");
    const ascending = (await column(page, 3)).map(Number);
    assert.ok(ascending.length >= 4);
    assert.deepEqual(ascending, [...ascending].sort((a, b) => a - b));
    assert.equal(await page.locator("#metrics th[aria-sort=ascending]").innerText(), "Mean ↑".replace(" ↑", ""));
    await page.keyboard.press("Enter");
    assert.deepEqual((await column(page, 3)).map(Number), ascending.reverse());
    await page.getByRole("button", { name: "Condition" }).click();
    const conditions = await column(page, 1);
    assert.deepEqual(conditions, [...conditions].sort((a, b) => a.localeCompare(b, "en", { numeric: true })));
  }));

test("the table of metrics has mean, deviation and interval over the seeds, and filters", () =>
  on("one", {}, async (page) => {
    const row = page.locator("#metrics tbody tr", { hasText: "stepwise_distance" }).first();
    const cells = await row.locator("td").allInnerTexts();
    assert.match(cells[4], /^± \d/);
    assert.match(cells[5], /^\S+ to \S+$/);
    assert.equal(cells[6], "2");
    const [low, high] = cells[5].split(" to ").map(Number);
    assert.ok(low <= Number(cells[3]) && Number(cells[3]) <= high);
    const all = (await column(page, 0)).length;
    await page.getByLabel("Show rows with").fill("friction=0.5 wild");
    const left = await column(page, 1);
    assert.ok(left.length > 0 && left.length < all);
    for (const condition of left) assert.match(condition, /friction=0.5,noise=wild/);
    await page.reload();
    assert.deepEqual(await column(page, 1), left);
    assert.ok(await page.getByLabel("Show rows with").evaluate((field) => field === document.activeElement));
    await page.getByLabel("Show rows with").fill("");
    assert.equal((await column(page, 0)).length, all);
  }));

test("with one seed the spread is that over trials", () =>
  on("single", {}, async (page) => {
    const cells = await page.locator("#metrics tbody tr").first().locator("td").allInnerTexts();
    assert.equal(cells[6], "1");
    assert.match(cells[4], /^± \d/);
    assert.match(cells[5], /^\S+ to \S+$/);
  }));

test("a control steps through the axes by switching figures", () =>
  on("one", {}, async (page) => {
    const shown = () => page.locator("#figure-2 .variant:visible .at").allInnerTexts();
    assert.deepEqual(await shown(), ["friction = 0.5, noise = calm"]);
    const slider = page.locator("#figure-2 input[type=range]").first();
    await slider.focus();
    await page.keyboard.press("ArrowRight");
    assert.deepEqual(await shown(), ["friction = 1.0, noise = calm"]);
    assert.equal(await page.locator("#figure-2 .steps output").innerText(), "1.0");
    await page.locator("#figure-2 select").selectOption(LOUD);
    assert.deepEqual(await shown(), [`friction = 1.0, noise = ${LOUD}`]);
    await page.keyboard.press("End");
    await slider.focus();
    await page.keyboard.press("End");
    assert.match((await shown())[0], /^friction = 1/);
    const drawing = await page.locator("#figure-2 .variant:visible .card").getAttribute("data-drawing");
    assert.equal(await page.locator('.thumbnails a[href="#figure-2"] use').getAttribute("href"), `#${drawing}`);
  }));

test("thumbnails and buttons enlarge a figure; arrows go on, Escape goes back", () =>
  on("one", {}, async (page) => {
    await page.locator(".thumbnails a").nth(1).click();
    const dialog = page.locator("dialog");
    assert.ok(await dialog.isVisible());
    assert.match(await dialog.locator("strong").innerText(), /^Figure 2. Decoded paths \(friction = 0.5/);
    const small = await page.locator("#figure-2 .variant:visible .card > svg").boundingBox();
    const large = await dialog.locator("use").boundingBox();
    assert.ok(large.width > 1.5 * small.width || large.height > 1.5 * small.height, `${large.width} and ${small.width}`);
    await page.keyboard.press("ArrowRight");
    assert.match(await dialog.locator("strong").innerText(), /^Figure 3/);
    await page.keyboard.press("Escape");
    assert.ok(!(await dialog.isVisible()));
    await page.locator("#figure-1 .enlarge").first().click();
    assert.match(await dialog.locator("strong").innerText(), /^Figure 1/);
    await dialog.getByRole("button", { name: "Close" }).click();
    assert.ok(!(await dialog.isVisible()));
  }));

test("the animation plays, pauses, and can be set to a time; nothing moves by itself", () =>
  on("one", {}, async (page) => {
    const box = page.locator("#figure-2 .variant:visible .animation");
    await box.locator("summary").click();
    assert.equal(await box.locator("canvas").count(), 2);
    assert.deepEqual(await box.locator("figcaption").allInnerTexts(), ["Awake, 12 of 15 paths", "Replay, 12 of 15 paths"]);
    const time = () => box.locator("input").evaluate((input) => Number(input.value));
    const drawn = () => box.locator("canvas").evaluateAll((all) => all.map((canvas) => canvas.toDataURL()));
    const pause = (ms) => new Promise((done) => setTimeout(done, ms));
    assert.equal(await time(), 0);
    const first = await drawn();
    await pause(150);
    assert.equal(await time(), 0);
    await box.getByRole("button", { name: "Play" }).click();
    await pause(700);
    await box.getByRole("button", { name: "Pause" }).click();
    const stopped = await time();
    assert.ok(stopped > 20 && stopped < 600, String(stopped));
    const then = await drawn();
    assert.notEqual(then[0], first[0]);
    assert.notEqual(then[1], first[1]);
    await pause(200);
    assert.equal(await time(), stopped);
    await box.locator("input").focus();
    await page.keyboard.press("End");
    // Replay has 150 steps of 0.02 s, awake fewer: both on one clock.
    assert.equal(await box.locator("output").innerText(), "3.00 s");
    assert.equal(await box.getByRole("button", { name: "Play" }).count(), 1);
  }));

test("the graph has a box for every table, with state, time and result", () =>
  on("one", {}, async (page) => {
    const boxes = await page.$$eval(".graph g", (all) => all.map((g) => [...g.querySelectorAll("text")].map((t) => t.textContent)));
    assert.equal(boxes.length, 7);
    const train = boxes.find(([name]) => name.startsWith("train"));
    assert.equal(train[0], "train × 2");
    assert.match(train[1], /^✓ train · done · [\d.]+ (s|min|h)$/);
    const where = boxes.find(([name]) => name === "where");
    assert.match(where[2], /^[0-9a-f]{12}$/);
    const [x, next] = await page.evaluate(() => ["train × 2", "awake × 2"].map((name) =>
      [...document.querySelectorAll(".graph g")].find((g) => g.querySelector("text").textContent === name).getBoundingClientRect().x));
    assert.ok(x < next);
  }));

test("the configuration marks what the command line changed, and tells what is a default", () =>
  on("one", {}, async (page) => {
    await page.locator("#configuration summary").click();
    const pre = page.locator("#configuration pre");
    assert.deepEqual(await pre.locator("mark").allInnerTexts(), ["learning_rate = 0.002"]);
    const defaults = await pre.locator(".default").allInnerTexts();
    assert.ok(defaults.some((line) => line.startsWith("beta1 = 0.9")));
    assert.ok(!defaults.some((line) => line.startsWith("batches")));
    assert.match(await pre.innerText(), /\[stage\.train\]\n[^[]*batches = 40\n/);
  }));

test("light and dark: texts have the contrast of AA, and figures stand on a light card", async () => {
  for (const colorScheme of ["light", "dark"])
    for (const file of ["one", "both"])
      await on(file, { colorScheme }, async (page) => {
        for (const summary of await page.locator("summary:visible").all()) await summary.click();
        await page.$$eval("details", (all) => all.forEach((details) => (details.open = true)));
        assert.deepEqual(await lowContrast(page), [], colorScheme);
        const colour = (selector) => page.locator(selector).first().evaluate((e) => getComputedStyle(e).backgroundColor);
        assert.equal(await colour(".card"), "rgb(255, 255, 255)");
        assert.equal(await colour(".animation canvas"), "rgb(255, 255, 255)");
        const dark = (await colour("body")) !== "rgb(255, 255, 255)";
        assert.equal(dark, colorScheme === "dark");
      });
});

test("at a width of 360 px nothing is cut off and the page does not scroll sideways", async () => {
  for (const file of ["one", "both"])
    await on(file, { size: { width: 360, height: 740 } }, async (page) => {
      await page.$$eval("details", (all) => all.forEach((details) => (details.open = true)));
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360);
      const wide = await page.evaluate(() => [...document.querySelectorAll("main *")].filter((e) =>
        !e.closest(".scroll *, .card *, dl *") && e.checkVisibility() && e.getBoundingClientRect().right > 361).map((e) => e.outerHTML.slice(0, 80)));
      assert.deepEqual(wide, []);
    });
});

test("without JavaScript all figures and tables are there", () =>
  on("one", { javaScriptEnabled: false }, async (page) => {
    assert.equal(await page.locator(".variant .card svg:visible").count(), 6);
    for (const section of ["claims", "metrics", "stages"]) assert.ok(await page.locator(`#${section} table`).first().isVisible());
    assert.equal(await page.locator(".animation:visible button, .steps, dialog").count(), 0);
    await page.locator(".thumbnails a").nth(2).click();
    const top = await page.locator("#figure-3").boundingBox();
    assert.ok(top.y < 900 && top.y > -50);
  }));

test("printed, every figure is there and no control", () =>
  on("one", {}, async (page) => {
    await page.emulateMedia({ media: "print" });
    assert.equal(await page.locator(".variant .card > svg:visible").count(), 6);
    assert.equal(await page.locator("nav:visible, .enlarge:visible, .steps:visible, .filter:visible").count(), 0);
    const pdf = await page.pdf();
    assert.ok(pdf.length > 10000);
  }));

test("several runs share one page: each names its run", () =>
  on("both", {}, async (page) => {
    assert.equal(await page.title(), "A sweep over friction · Another run");
    const headings = await texts(page, "#figures h3");
    assert.equal(headings.filter((heading) => heading.startsWith("Another run: ")).length, 3);
    assert.deepEqual(new Set(await column(page, 0)), new Set(["sweep", "other"]));
    assert.equal(await page.locator(".graph").count(), 2);
  }));

test("pages are smaller than 5 MB", () => {
  for (const file of Object.values(PAGES)) assert.ok(fs.statSync(file).size < 5e6, file);
});
