// The page of ten thousand findings: how long it takes to open, to narrow and to sort, and that all of it is there.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { address, cost, ids, open, start } from "./browser.mjs";

// In seconds of work of the page's own thread; a machine as slow as a small CI runner needs about half of it.
const OPENED = 3;
const CHANGED = 1;

let browser;
let opened;
before(async () => { browser = await start(); opened = await open(browser, "many"); });
after(() => browser.close());

// How many seconds of work it costs to do something, until the page is laid out again.
const costs = async (act) => {
  const before = await cost(opened.session);
  await act(opened.page);
  await opened.page.evaluate(() => document.body.getBoundingClientRect());
  return (await cost(opened.session)) - before;
};

test("it opens in a moment, and shows the worst", async () => {
  const { page, session, said, asked } = opened;
  const took = await cost(session);
  assert.ok(took > 0 && took < OPENED, `${took} s`);
  assert.equal(await page.textContent("#shown"), "10,000 findings, what violates first");
  assert.equal((await ids(page)).length, 200);
  assert.deepEqual(said, []);
  assert.deepEqual(asked, [address("many")]);
});

test("it narrows and sorts in a moment, beyond the rows that are in the page as such", async () => {
  const { page } = opened;
  const searched = await costs(() => page.fill("#q", "cve-2026-19999"));
  assert.deepEqual(await ids(page), ["CVE-2026-19999"]);
  assert.ok(searched < CHANGED, `${searched} s`);
  const emptied = await costs(() => page.fill("#q", ""));
  assert.ok(emptied < CHANGED, `${emptied} s`);
  const head = page.locator("th[data-sort=cvss] button");
  for (const way of ["descending", "ascending"]) {
    const sorted = await costs(() => head.click());
    assert.ok(sorted < CHANGED, `${way}: ${sorted} s`);
  }
  const scores = (await page.locator("tbody .c-cvss").allTextContents()).map(Number);
  assert.equal(scores[0], 0.9);
  assert.deepEqual(scores, [...scores].sort((a, b) => a - b));
});

test("a finding held as data looks like one that is in the page, and opens like it", async () => {
  const { page } = opened;
  await page.click("button[type=reset]");
  await page.fill("#q", "cve-2026-19999");
  const late = page.locator("#table .finding");
  await late.locator("summary").click();
  const shape = (node) => node.evaluate((element) => {
    const parts = (one) => `${one.tagName}.${one.className}[${[...one.attributes].map(({ name }) => name).sort()}]`;
    return [element, ...element.querySelectorAll("*")].map(parts).filter((part) => !part.startsWith("DETAILS"));
  });
  const made = await shape(late);
  assert.match(await late.locator(".opened").textContent(), /package-399 1\.\d\.0 -> 1\.\d\.0, OS/);
  assert.equal(await late.locator(".c-id > a").getAttribute("href"), "https://nvd.nist.gov/vuln/detail/CVE-2026-19999");
  await page.fill("#q", "cve-2026-13000");
  const written = await shape(page.locator("#table .finding"));
  await page.fill("#q", "cve-2026-13001");
  assert.deepEqual(made, written);
});

test("the others are shown on demand, by mouse or by keyboard, and none is lost", async () => {
  const { page } = opened;
  await page.click("button[type=reset]");
  await page.check("input[name=severity][value=critical]");
  assert.equal(await page.textContent("#shown"), "1,000 findings of 10,000");
  await page.focus("#more button");
  await page.keyboard.press("Enter");
  assert.equal((await ids(page)).length, 400);
  const focused = await page.evaluate(() => document.activeElement.closest(".finding").querySelector(".c-id > a").textContent);
  assert.equal(focused, (await ids(page))[200]);
  for (let left = 3; left; left -= 1) await page.click("#more button");
  assert.equal((await ids(page)).length, 1_000);
  assert.equal(new Set(await ids(page)).size, 1_000);
  assert.equal(await page.locator("#more button").count(), 0);
});
