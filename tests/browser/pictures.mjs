// Takes the pictures of the page that README shows; `python -m tests.browser.pictures` runs it.
import { join } from "node:path";
import { open, start } from "./browser.mjs";

const PICTURES = [
  ["report-light.png", { colorScheme: "light", viewport: { width: 1180, height: 760 } }, "header", 0],
  ["report-dark.png", { colorScheme: "dark", viewport: { width: 1180, height: 790 } }, "#list", 20],
];

const browser = await start();
for (const [name, options, top, margin] of PICTURES) {
  const { page, close } = await open(browser, "single", options);
  await page.locator("#table summary").first().click();
  await page.$eval(top, (element, room) => scrollBy(0, element.getBoundingClientRect().top - room), margin);
  await page.mouse.move(0, 0);
  await page.screenshot({ path: join(process.env.SCAN_GATE_PICTURES, name) });
  await close();
}
await browser.close();
