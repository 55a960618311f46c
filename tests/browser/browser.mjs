// Opens the pages that the Python side wrote, in headless Chromium, and keeps what a page says and asks for.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import { chromium } from "playwright-core";

export const DESKTOP = { width: 1360, height: 900 };
export const PHONE = { width: 390, height: 844 };

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

// A new Chromium with an empty profile of its own.
export const start = () => chromium.launch({ executablePath: process.env.SCAN_GATE_CHROMIUM, args: FLAGS });

export const address = (name) => pathToFileURL(join(process.env.SCAN_GATE_PAGES, `${name}.html`)).href;

// How many seconds of work the page has cost so far: of its own thread, so that other work of the machine is not in it.
export const cost = async (session) => {
  const { metrics } = await session.send("Performance.getMetrics");
  return metrics.find(({ name }) => name === "TaskDuration").value;
};

// Open a page; `said` is everything on its console, and every error; `asked` every address that it asked for.
export const open = async (browser, name, { fragment = "", ...options } = {}) => {
  const context = await browser.newContext({ viewport: DESKTOP, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  const said = [];
  const asked = [];
  page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => said.push(`error: ${error.message}`));
  page.on("request", (request) => asked.push(request.url()));
  page.on("dialog", async (dialog) => { said.push(`dialog: ${dialog.message()}`); await dialog.dismiss(); });
  const session = await context.newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  await page.goto(address(name) + fragment);
  return { page, session, said, asked, close: () => context.close() };
};

// What axe-core finds wrong, in one line each.
export const faults = async (page) => {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target}: ${node.failureSummary}`));
};

// The ids of the findings that the table shows.
export const ids = (page) => page.$$eval("#table .c-id > a", (links) => links.map((link) => link.textContent));
