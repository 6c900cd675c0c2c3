// SPDX-License-Identifier: BSD-3-Clause
// What the tests share: runs of small pipelines, a headless Chromium, and pages that tell what they did.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

const { chromium } = createRequire(path.join(process.env.MODULES, "package.json"))("playwright-core");

export const tests = import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname);
export const reverie = process.env.REVERIE;

/// A folder of its own, removed at the end.
export function temporaryFolder(name) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `reverie-${name}-`));
  process.on("exit", () => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function environment(folder) {
  const { REVERIE_PLUGIN_PATH, XDG_DATA_HOME, ...plain } = process.env;
  return { ...plain, HOME: folder };
}

/// Runs the command in a folder; fails with what it said.
export function run(folder, ...words) {
  return execFileSync(reverie, words, { cwd: folder, env: environment(folder), encoding: "utf-8", stdio: "pipe" });
}

export function launch() {
  const args = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  return chromium.launch({ executablePath: process.env.CHROMIUM, args });
}

/// Opens a file; `page.seen` has every request and every complaint of the browser from then on.
export async function open(browser, file, { size = { width: 1100, height: 900 }, ...options } = {}) {
  const context = await browser.newContext({ viewport: size, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20000);
  page.seen = { requests: [], complaints: [] };
  page.on("request", (request) => page.seen.requests.push(request.url()));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) page.seen.complaints.push(message.text());
  });
  page.on("pageerror", (error) => page.seen.complaints.push(String(error)));
  await page.goto(pathToFileURL(file).href);
  return page;
}

/// Closes it, and checks that it asked for nothing but itself and had nothing to complain of.
export async function close(page) {
  const elsewhere = page.seen.requests.filter((url) => url.split("#")[0] !== page.url().split("#")[0] && !url.startsWith("data:"));
  assert.deepEqual(elsewhere, []);
  assert.deepEqual(page.seen.complaints, []);
  await page.context().close();
}

/// Texts whose contrast with their ground is below WCAG's AA: 4.5, or 3 for large ones. Figures keep their own colours
/// and are left out.
export function lowContrast(page) {
  return page.evaluate(() => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const rgba = (colour) => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const luminance = (colour) => {
      const [r, g, b] = colour.map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (element) => {
      for (let at = element; at; at = at.parentElement) {
        const style = getComputedStyle(at);
        const colour = rgba(style.backgroundColor);
        if (colour[3] === 255) return colour;
      }
      return rgba(getComputedStyle(document.body).backgroundColor);
    };
    const bad = [];
    for (const element of document.body.querySelectorAll("*")) {
      if (element.closest(".card, .thumbnails svg, script, style, option")) continue;
      const text = [...element.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data.trim()).join("");
      if (!text || !element.checkVisibility()) continue;
      const style = getComputedStyle(element);
      const inGraph = element instanceof SVGElement;
      const front = rgba(inGraph ? style.fill : style.color);
      const box = inGraph ? element.closest("g")?.querySelector("rect") : null;
      const back = box ? rgba(getComputedStyle(box).fill) : ground(element);
      const [high, low] = [luminance(front), luminance(back)].sort((a, b) => b - a);
      const ratio = (high + 0.05) / (low + 0.05);
      const size = parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (ratio < (large ? 3 : 4.5)) bad.push(`${text.slice(0, 40)}: ${ratio.toFixed(2)}`);
    }
    return bad;
  });
}
