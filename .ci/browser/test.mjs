// The report in a browser: nothing on the console, everything in reach of the keyboard, readable on a phone, with
// contrast of WCAG AA in light, dark and print, and readable without scripts. Give it the pages to open; a page
// named thousand*.html must also open in under two seconds.
import { basename, resolve } from "node:path";
import { axeText, check, contrast, failed, launch, overflow, tab } from "./page.mjs";

const openMillis = 2000;

// open gives a page of its own, and the complaints of the browser so far.
const open = async (browser, file, options = {}) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage(), complaints = [];
  page.setDefaultTimeout(10_000);
  page.on("console", (m) => complaints.push(m.text()));
  page.on("pageerror", (e) => complaints.push(e.message));
  page.on("dialog", (d) => { complaints.push("a dialog opened: " + d.message()); d.dismiss(); });
  page.on("request", (r) => { if (!r.url().startsWith("file:")) complaints.push("the page asked for " + r.url()); });
  await page.goto("file://" + file);
  return { page, complaints, close: () => context.close() };
};

// interact uses the choices and the chart by keyboard.
const interact = async (page, name) => {
  if (!(await page.locator("#chart").count())) return;
  const runs = await page.locator("[data-row]").count(), points = () => page.locator("#chart .point").count();
  const all = await points();
  check(all > 0, name, "the chart is empty");
  await page.locator("#chart").focus();
  await page.keyboard.press("ArrowRight");
  check((await page.locator("#told").textContent()).length > 10, name, "the arrow keys tell no values");
  await page.locator("#log-x").check();
  check((await points()) > 0, name, "the logarithmic chart is empty");
  await page.locator("#legend input").first().uncheck();
  check((await points()) < all, name, "a design that is switched off stays");
  await page.locator("#legend input").first().check();
  await page.locator("#of-group").selectOption({ index: 1 });
  const left = await page.locator("[data-row]:not([hidden])").count(), designs = await page.locator("#of-group option").count();
  check(designs < 3 || left < runs, name, "choosing a design narrows nothing");
  await page.locator("#choose button").click();
  await page.waitForTimeout(50);
  check((await page.locator("[data-row]:not([hidden])").count()) === runs, name, "not all runs come back");
  const link = page.locator('td a[href^="#run-"]').first();
  if (await link.count()) {
    const target = (await link.getAttribute("href")).slice(1);
    await link.click();
    check(await page.locator("#" + target).isVisible(), name, "a figure does not lead to its command");
    check((await page.locator(`#${target} button`).count()) === 1, name, "the command cannot be copied");
  }
};

const test = async (browser, file) => {
  const name = basename(file);
  let at = await open(browser, file);
  const timing = await at.page.evaluate(() => {
    const n = performance.getEntriesByType("navigation")[0], paint = performance.getEntriesByName("first-contentful-paint")[0];
    return { dom: Math.round(n.domContentLoadedEventEnd), load: Math.round(n.loadEventEnd), paint: Math.round(paint?.startTime ?? 0), nodes: document.querySelectorAll("*").length };
  });
  console.log(`${name}: ${timing.nodes} elements, DOMContentLoaded ${timing.dom} ms, load ${timing.load} ms, first paint ${timing.paint} ms`);
  if (name.startsWith("thousand")) check(Math.max(timing.load, timing.paint) < openMillis, name, `opens in ${timing.load} ms, painted at ${timing.paint} ms`);
  await tab(at.page, name);
  await interact(at.page, name);
  check((await at.page.title()) !== "taken", name, "a name ran as a script");
  check(at.complaints.length === 0, name, `the browser says ${at.complaints.slice(0, 3).join(" | ")}`);
  await at.close();

  const big = name.startsWith("thousand");
  for (const [how, options, media] of [["light", { colorScheme: "light" }], ["dark", { colorScheme: "dark" }], ["print", { colorScheme: "dark" }, "print"], ["phone", { viewport: { width: 360, height: 740 } }]]) {
    at = await open(browser, file, { ...options, bypassCSP: true });
    if (media) await at.page.emulateMedia({ media });
    if (how === "phone") {
      const wide = await overflow(at.page);
      check(wide === "", name, `overflows at 360 px: ${wide}`);
    } else if (!big) { // the same elements as of the others, a thousand times
      await at.page.evaluate(axeText);
      await contrast(at.page, name, how);
    }
    await at.close();
  }

  at = await open(browser, file, { javaScriptEnabled: false });
  check(await at.page.locator("h1").isVisible() && await at.page.locator("table").first().isVisible(), name, "shows no table without scripts");
  check(!(await at.page.locator("#explore").first().isVisible().catch(() => false)), name, "shows controls that need the script without it");
  check(at.complaints.length === 0, name, `without scripts the browser says ${at.complaints[0]}`);
  await at.close();
};

const files = process.argv.slice(2).map((f) => resolve(f));
if (files.length === 0) {
  console.error("name the pages to test");
  process.exit(2);
}
const browser = await launch();
try {
  for (const f of files) await test(browser, f).catch((e) => check(false, basename(f), e.message.split("\n")[0]));
} finally {
  await browser.close();
}
console.log(failed() === 0 ? `all of ${files.length} pages hold` : `${failed()} FAILED`);
process.exit(failed() === 0 ? 0 : 1);
