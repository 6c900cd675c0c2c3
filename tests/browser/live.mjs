// SPDX-License-Identifier: BSD-3-Clause
// The page of a run at work.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { close, environment, launch, open, reverie, temporaryFolder } from "./browser.mjs";

const PIPELINE = `
title = "At work"
[task.box]
plugin = "spatial_navigation"
place_cells = 64
[network.small]
cell = { plugin = "leaky_rnn", units = 64 }
[stage.train]
run = "train"
task = "box"
network = "small"
batches = 1500
batch_size = 50
evaluate = { every = 20, trials = 25 }
[stage.awake]
run = "simulate"
of = "train"
phase = "awake"
trials = 20
[stage.paths]
run = "figure"
draw = { kind = "paths", of = "awake" }
`;

test("the page grows while the run goes, and stands still when it has ended", async () => {
  const folder = temporaryFolder("live");
  fs.writeFileSync(path.join(folder, "work.toml"), PIPELINE);
  const words = ["run", "work.toml", "--quiet", "--page", "0.5", "--threads", "1"];
  const child = spawn(reverie, words, { cwd: folder, env: environment(folder), stdio: "inherit" });
  const ended = new Promise((done) => child.on("exit", done));
  const file = path.join(folder, "runs/work/report.html");
  const until = async (holds) => {
    for (let k = 0; k < 600 && !(await holds()); ++k) await new Promise((done) => setTimeout(done, 50));
    assert.ok(await holds());
  };
  await until(() => fs.existsSync(file));
  const browser = await launch();
  try {
    const page = await open(browser, file, { colorScheme: "dark" });
    // The browser reads the page again by itself: nothing here navigates.
    await page.locator(".moments figure").nth(1).waitFor();
    // Half a second here, rounded up; more on a busy machine, where writing a page takes long.
    assert.match(await page.locator("meta[http-equiv=refresh]").getAttribute("content"), /^[1-9]\d*$/);
    assert.match(await page.locator("#now").innerText(), /of 3 stages done, 1 running/);
    const batch = async () => Number((await page.locator(".training p").first().innerText()).match(/batch (\d+) of 1500/)[1]);
    const seen = await batch();
    assert.ok(seen > 0 && seen < 1500);
    // What the reader does to the page is still so on the page that is read next.
    const heading = page.locator("#stages th", { hasText: "Runs" });
    await heading.getByRole("button").click();
    await heading.getByRole("button").click();
    await page.locator("#configuration details").first().locator("summary").click();
    await page.evaluate(() => scrollTo(0, 150));
    assert.ok((await page.locator(".plot .loss").getAttribute("d")).length > 20);
    assert.ok((await page.locator(".plot .decoded").first().getAttribute("d")).length > 50);
    assert.match(await page.locator(".graph .busy").first().textContent(), /▸ train · running/);
    await page.waitForFunction((before) => Number(document.querySelector(".training p")?.innerText.match(/batch (\d+)/)?.[1]) > before, seen);
    assert.equal(await heading.getAttribute("aria-sort"), "descending");
    assert.ok(await page.locator("#configuration details").first().evaluate((part) => part.open));
    assert.equal(await page.evaluate(() => scrollY), 150);
    assert.equal(await ended, 0);
    await page.waitForFunction(() => !document.querySelector("meta[http-equiv=refresh]"));
    assert.equal(await page.locator("#now").count(), 0);
    assert.equal(await page.locator(".variant").count(), 1);
    await close(page);
  } finally {
    await browser.close();
  }
});

test("a run that is stopped leaves a page without refresh that says so", async () => {
  const folder = temporaryFolder("stopped");
  fs.writeFileSync(path.join(folder, "work.toml"), PIPELINE);
  const words = ["run", "work.toml", "--quiet", "--page", "0.5", "--set", "stage.train.batches=100000"];
  const child = spawn(reverie, words, { cwd: folder, env: environment(folder), stdio: "ignore" });
  const ended = new Promise((done) => child.on("exit", done));
  const file = path.join(folder, "runs/work/report.html");
  while (!fs.existsSync(file)) await new Promise((done) => setTimeout(done, 50));
  await new Promise((done) => setTimeout(done, 700));
  const during = fs.readFileSync(file, "utf-8");
  child.kill("SIGTERM");
  assert.equal(await ended, 143);
  const page = fs.readFileSync(file, "utf-8");
  assert.ok(!page.includes('<meta http-equiv="refresh"'));
  assert.match(page, /interrupted/);

  // One that was killed could not write a last page: the one before says how old it is.
  const old = path.join(folder, "old.html");
  fs.writeFileSync(old, during);
  fs.utimesSync(old, new Date(), new Date(Date.now() - 3600e3));
  const browser = await launch();
  try {
    const shown = await open(browser, old);
    await shown.getByText("Nothing was written since").waitFor();
    await close(shown);
  } finally {
    await browser.close();
  }
});
