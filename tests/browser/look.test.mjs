// How the page looks to people and to machines: quiet, closed, accessible, and never wider than the window.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { DESKTOP, PHONE, address, faults, open, start } from "./browser.mjs";

let browser;
before(async () => { browser = await start(); });
after(() => browser.close());

const LOOKS = [
  ["desktop, light", { viewport: DESKTOP, colorScheme: "light" }],
  ["desktop, dark", { viewport: DESKTOP, colorScheme: "dark" }],
  ["phone, light", { viewport: PHONE, colorScheme: "light", hasTouch: true, isMobile: true }],
  ["phone, dark", { viewport: PHONE, colorScheme: "dark", hasTouch: true, isMobile: true }],
];
const [LIGHT, , , PHONE_DARK] = LOOKS;
const PAGES = {
  showcase: LOOKS,
  hostile: LOOKS,
  pass: [LIGHT, PHONE_DARK],
  warn: [LIGHT, PHONE_DARK],
  no_verdict: [LIGHT, PHONE_DARK],
  fail: [LIGHT],
  mixed: [PHONE_DARK],
  unfinished: [LIGHT],
  clean: [PHONE_DARK],
};

for (const [name, looks] of Object.entries(PAGES)) {
  for (const [look, options] of looks) {
    test(`${name}, ${look}: no word on the console, no request, no fault of access, no scrolling sideways`, async () => {
      const { page, said, asked, close } = await open(browser, name, options);
      assert.deepEqual(await faults(page), []);
      const [width, room] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      assert.ok(width <= room, `${width} wide in a window of ${room}`);
      assert.deepEqual(said, []);
      assert.deepEqual(asked, [address(name)]);
      await close();
    });
  }
}

for (const [look, options] of [LIGHT, PHONE_DARK]) {
  test(`the opened finding and the opened images, ${look}: no fault of access`, async () => {
    const { page, said, close } = await open(browser, "showcase", options);
    await page.$$eval("details", (all) => { for (const details of all) details.open = true; });
    assert.deepEqual(await faults(page), []);
    assert.deepEqual(said, []);
    await close();
  });
}

test("the colours follow the system, and differ", async () => {
  const seen = new Set();
  for (const colorScheme of ["light", "dark"]) {
    const { page, close } = await open(browser, "fail", { colorScheme });
    seen.add(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
    await close();
  }
  assert.equal(seen.size, 2);
});

test("on paper there is no form, and what is folded is open", async () => {
  const { page, close } = await open(browser, "showcase", { colorScheme: "dark" });
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  assert.equal(await page.locator("#filters").isVisible(), false);
  assert.equal(await page.locator(".image:not([open]) .rules").first().isVisible(), true);
  const ink = await page.evaluate(() => getComputedStyle(document.body).color);
  assert.deepEqual(ink.match(/\d+/g).map(Number).filter((part) => part > 60), [], "dark ink, since paper is white");
  const { length } = await page.pdf();
  assert.ok(length > 20_000);
  await close();
});
