// What people do with the page: narrow, sort, open, by mouse and by keyboard, with and without JavaScript.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PHONE, address, ids, open, start } from "./browser.mjs";

let browser;
before(async () => { browser = await start(); });
after(() => browser.close());

// A test with the page of everything, which must stay quiet and closed.
const using = (what, options, act) => test(what, async () => {
  const { page, said, asked, close } = await open(browser, "showcase", options);
  await act(page);
  assert.deepEqual(said, []);
  assert.deepEqual(new Set(asked.map((url) => url.split("#")[0])), new Set([address("showcase")]));
  await close();
});
const shown = (page) => page.textContent("#shown");

using("a text narrows: every word of it, anywhere in a finding", {}, async (page) => {
  await page.fill("#q", "OPENSSL libssl3");
  const found = await ids(page);
  assert.ok(found.includes("CVE-2026-21043"));
  assert.ok(!found.includes("CVE-2025-11187"));
  assert.match(await shown(page), /^3 findings of 48$/);
  await page.fill("#q", "log4j-core-2.14.1.jar");
  assert.deepEqual(await ids(page), ["CVE-2021-44228"]);
  await page.fill("#q", "nothing has this");
  assert.deepEqual(await ids(page), []);
  assert.match(await shown(page), /^0 findings of 48$/);
  await page.click("button[type=reset]");
  assert.equal((await ids(page)).length, 48);
});

using("severities add up, everything else narrows", {}, async (page) => {
  await page.check("input[name=severity][value=critical]");
  const critical = await ids(page);
  await page.check("input[name=severity][value=high]");
  const both = await ids(page);
  assert.ok(critical.length > 0 && both.length > critical.length);
  await page.selectOption("[name=fix]", "no");
  const unfixable = await ids(page);
  assert.ok(unfixable.length < both.length && unfixable.includes("CVE-2026-40001"));
  await page.selectOption("[name=state]", "warns");
  assert.deepEqual(await ids(page), ["CVE-2026-40001"]);
});

using("rule, mark and image narrow", {}, async (page) => {
  await page.selectOption("[name=rule]", "known-exploited");
  assert.deepEqual(await ids(page), ["CVE-2021-44228", "CVE-2026-30117"]);
  await page.selectOption("[name=image]", "1");
  assert.deepEqual(await ids(page), ["CVE-2026-30117"]);
  await page.click("button[type=reset]");
  await page.selectOption("[name=mark]", "new");
  assert.equal((await ids(page)).length, 12);
});

using("a finding in grace or ignored is found by where it ended", {}, async (page) => {
  await page.selectOption("[name=state]", "grace");
  const texts = await page.locator("#table .c-state").allTextContents();
  assert.equal(texts.filter((text) => /^In grace ends in \d+ days$/.test(text)).length, 4);
  await page.selectOption("[name=state]", "ignored");
  assert.match((await page.locator("tbody .c-state").first().textContent()), /^Ignored until 20\d\d-\d\d-\d\d, [a-z-]+$/);
});

using("a column sorts downwards, upwards, and not any more; what is not known comes last", {}, async (page) => {
  const before = await ids(page);
  const head = page.locator("th[data-sort=epss]");
  await head.getByRole("button").click();
  const scores = async () => (await page.locator("tbody .c-epss").allTextContents()).map((text) => parseFloat(text));
  const down = await scores();
  assert.equal(await head.getAttribute("aria-sort"), "descending");
  assert.equal(down[0], 94.4);
  assert.ok(Number.isNaN(down.at(-1)));
  const known = down.filter((score) => !Number.isNaN(score));
  assert.deepEqual(known, [...known].sort((a, b) => b - a));
  await head.getByRole("button").click();
  const upward = await scores();
  assert.equal(await head.getAttribute("aria-sort"), "ascending");
  assert.ok(Number.isNaN(upward.at(-1)));
  assert.deepEqual(upward.slice(0, known.length), [...known].sort((a, b) => a - b));
  await head.getByRole("button").click();
  assert.equal(await head.getAttribute("aria-sort"), null);
  assert.deepEqual(await ids(page), before);
});

using("severities are sorted by how bad they are, and names as people count", {}, async (page) => {
  await page.click("th[data-sort=severity] button");
  const words = await page.locator("tbody .c-severity").allTextContents();
  const order = ["critical", "high", "medium", "low", "informational"].map((word) => words.indexOf(word));
  assert.deepEqual(order, [...order].sort((a, b) => a - b));
  await page.click("th[data-sort=package] button");
  const packages = await page.locator("tbody .c-package > span:first-child").allTextContents();
  assert.deepEqual(packages, [...packages].sort(new Intl.Collator("en", { numeric: true }).compare));
});

using("a finding opens and closes with the mouse, anywhere on its row", {}, async (page) => {
  const first = page.locator("#table .finding").first();
  assert.equal(await first.locator(".opened").isVisible(), false);
  await first.locator(".c-state").click();
  assert.equal(await first.locator(".opened").isVisible(), true);
  assert.match(await first.locator(".opened").textContent(), /CVSS:3\.1\/AV:N/);
  await first.locator("summary").click();
  assert.equal(await first.locator(".opened").isVisible(), false);
});

using("everything works by keyboard", {}, async (page) => {
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.className), "skip");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.id), "findings");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.id), "q");
  await page.keyboard.type("CVE-2021-44228");
  assert.equal(await shown(page), "1 finding of 48");
  await page.focus("th[data-sort=cvss] button");
  await page.keyboard.press("Enter");
  assert.equal(await page.getAttribute("th[data-sort=cvss]", "aria-sort"), "descending");
  await page.focus("#table summary");
  await page.keyboard.press("Space");
  assert.equal(await page.locator("#table .opened").isVisible(), true);
  const outline = await page.$eval("#table summary", (summary) => getComputedStyle(summary).outlineStyle);
  assert.equal(outline, "solid");
});

using("the view is in the address, and comes back from it", {}, async (page) => {
  await page.fill("#q", "openssl");
  await page.check("input[name=severity][value=medium]");
  await page.click("th[data-sort=cvss] button");
  assert.ok(page.url().endsWith("#q=openssl&severity=medium&sort=-cvss"), page.url());
  const before = await ids(page);
  await page.reload();
  assert.equal(await page.inputValue("#q"), "openssl");
  assert.equal(await page.isChecked("input[value=medium]"), true);
  assert.deepEqual(await ids(page), before);
});

using("an address with nonsense in it shows a page all the same", { fragment: "#state=%00&nonsense=1&sort=-nonsense&q=" }, async (page) => {
  assert.equal((await ids(page)).length, 48);
});

using("tiles, rules, packages and points of the chart lead to their findings", {}, async (page) => {
  await page.click(".tile >> nth=0");
  assert.equal(await page.inputValue("[name=state]"), "violates");
  assert.equal(await page.evaluate(() => document.activeElement.id), "findings");
  await page.click(".rules a >> text=old-fixable-mediums");
  assert.equal(await page.inputValue("[name=rule]"), "old-fixable-mediums");
  assert.equal(await page.inputValue("[name=state]"), "");
  await page.click(".packages a >> text=curl");
  assert.equal(await page.inputValue("#q"), "curl");
  await page.locator(".scatter [data-shows='q=CVE-2021-44228'] path").click();
  assert.deepEqual(await ids(page), ["CVE-2021-44228"]);
});

using("a phone shows the same findings, and sorts and opens them", { viewport: PHONE, hasTouch: true, isMobile: true }, async (page) => {
  await page.locator("th[data-sort=cvss] button").tap();
  assert.equal((await ids(page))[0], "CVE-2021-44228");
  await page.locator("#table summary").first().tap();
  const facts = page.locator("#table .opened").first();
  assert.equal(await facts.isVisible(), true);
  assert.ok((await facts.boundingBox()).width <= PHONE.width);
});

using("without JavaScript everything is there and findings open; there is no form", { javaScriptEnabled: false }, async (page) => {
  assert.equal(await page.locator("#filters").isVisible(), false);
  assert.equal(await page.locator("#table .finding").count(), 48);
  const first = page.locator("#table .finding").first();
  assert.equal(await first.locator(".opened").isVisible(), false);
  await first.locator("summary").click();
  assert.equal(await first.locator(".opened").isVisible(), true);
  await page.locator(".image:not([open]) > summary").first().click();
});

test("hostile text stays text: nothing runs, nothing becomes an element or a link", async () => {
  for (const name of ["hostile", "hostile-many"]) {
    const { page, said, asked, close } = await open(browser, name);
    const [images, scripts, links] = await page.evaluate(() => [
      document.querySelectorAll("img, iframe, object, embed, base, [onerror], [onclick]").length,
      document.querySelectorAll("script").length,
      Array.from(document.links, (link) => link.protocol),
    ]);
    assert.deepEqual([images, scripts], [0, 2]);
    assert.deepEqual(links.filter((protocol) => !["https:", "file:"].includes(protocol)), []);
    assert.ok((await page.textContent("#table")).includes("<script>alert(1)</script>"));
    assert.deepEqual(said, []);
    assert.deepEqual(asked, [address(name)]);
    await close();
  }
});

test("the page's own policy stops what it does not know", async () => {
  const { page, said, close } = await open(browser, "fail");
  const ran = await page.evaluate(() => {
    const script = document.createElement("script");
    try { script.textContent = "globalThis.ran = true"; } catch { /* no text becomes a script */ }
    document.head.append(script);
    try { document.body.innerHTML = "<p>"; } catch { /* no text becomes markup */ }
    const image = new Image();
    image.src = "https://example.com/x.png";
    return Boolean(globalThis.ran) || document.body.children.length < 3;
  });
  assert.equal(ran, false);
  assert.ok(said.every((text) => /Content Security Policy|TrustedScript|TrustedHTML/.test(text)), said.join("\n"));
  assert.ok(said.length >= 2);
  await close();
});
