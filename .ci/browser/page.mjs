// What the tests of pages share: the browser, and what every page must hold to.
import { createRequire } from "node:module";
import { existsSync, readFileSync } from "node:fs";
import { chromium } from "playwright-core";

export const axeText = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const executablePath = process.env.CHROMIUM || ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

// launch starts Chromium, or ends the program where there is none.
export const launch = () => {
  if (!executablePath) {
    console.error("chromium is not installed");
    process.exit(2);
  }
  return chromium.launch({ executablePath, headless: true, args });
};

let failures = 0;
export const failed = () => failures;

export const check = (ok, page, what) => {
  if (ok) return;
  failures++;
  console.error(`FAILED  ${page}: ${what}`);
};

// contrast runs axe's rules of WCAG 2 A and AA. Figures are pictures with words beside them.
export const contrast = async (page, name, how) => {
  const found = await page.evaluate(async () => {
    const r = await axe.run({ exclude: [[".plot"]] }, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], resultTypes: ["violations"] });
    return r.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.target.join(" ") + " " + (n.any[0]?.message ?? "")).join("; ")}`);
  });
  check(found.length === 0, name, `${how}: axe finds ${found.join(" | ")}`);
};

// overflow names what is wider than the screen and not inside a box that scrolls.
export const overflow = (page) => page.evaluate(() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return "";
  const culprits = [...document.querySelectorAll("body *")].filter((n) => n.getBoundingClientRect().right > wide + 1 && !n.closest(".scroll, .plot, pre"));
  return `${document.documentElement.scrollWidth} px of ${wide}: ${culprits.slice(0, 3).map((n) => n.outerHTML.slice(0, 80)).join(" ")}`;
});

// tab goes through the page by keyboard up to a bound, and checks that focus shows and goes down the page.
export const tab = async (page, name) => {
  const expected = await page.evaluate(() => {
    const all = [...document.querySelectorAll("a[href], button, select, input, summary, [tabindex='0']")].filter((n) => n.checkVisibility({ contentVisibilityAuto: false }));
    all.forEach((n, i) => { n.dataset.tab = i; });
    return all.length;
  });
  const seen = new Set(), most = Math.min(expected, name.startsWith("thousand") ? 25 : 80);
  let before = -1, order = true, shown = true, what = "";
  for (let i = 0; i < most; i++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const n = document.activeElement, s = getComputedStyle(n);
      return { tab: Number(n.dataset?.tab ?? -1), visible: s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2, html: n.outerHTML.slice(0, 80) };
    });
    if (at.tab <= before && order) { order = false; what = at.html; }
    if (!at.visible && shown) { shown = false; what = at.html; }
    before = at.tab;
    seen.add(at.tab);
  }
  check(order, name, `focus jumps back to ${what}`);
  check(shown, name, `focus does not show on ${what}`);
  check(seen.size === most, name, `${seen.size} of ${most} controls are in reach of the keyboard`);
};
