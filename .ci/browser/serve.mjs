// The pages of govbench serve in a browser: what the report's hold to, a set that grows, and what hostile results and
// other sites reach. Give it the program and a directory with the result sets old and new: serve.mjs GOVBENCH DIR.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { axeText, check, contrast, failed, launch, overflow, tab } from "./page.mjs";

const [program, dir] = process.argv.slice(2);
const runsOf = readFileSync(join(dir, "old/runs.jsonl"), "utf8").split("\n");
mkdirSync(join(dir, "live"));
writeFileSync(join(dir, "live/runs.jsonl"), runsOf[0] + "\n");

// A report whose script is named by its policy, which asks for much more besides.
const attempts = `const tries = [() => fetch("/").then((r) => r.text()), () => fetch(new URL("/set/old/runs.jsonl", location.href)).then((r) => r.text()), () => localStorage.length, () => document.cookie,
  () => new Promise((yes, no) => { const i = new Image(); i.onload = yes; i.onerror = () => no(Error("refused")); i.src = "/icon.svg"; })];
(async () => {
  let told = "done: " + origin;
  for (const t of tries) try { await t(); told += " reached"; } catch { told += " refused"; }
  document.title = told;
})();`;
mkdirSync(join(dir, "hostile"));
writeFileSync(join(dir, "hostile/report.html"), `<!DOCTYPE html><html lang="en"><head><meta http-equiv="Content-Security-Policy" content="default-src *; script-src 'unsafe-inline' * 'sha256-${createHash("sha256").update(attempts).digest("base64")}'">
<title>hostile</title></head><body onload="document.title='done: inline'"><script>${attempts}</script><script>document.title = "done: unnamed";</script></body></html>`);

const server = spawn(program, ["serve", dir, "--json"], { stdio: ["ignore", "pipe", "inherit"] });
const ended = new Promise((tell) => server.on("exit", tell));
const url = JSON.parse(await new Promise((tell) => server.stdout.once("data", tell))).url;
const browser = await launch();
const open = async (path, options = {}) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage(), complaints = [];
  page.setDefaultTimeout(10_000);
  page.on("console", (m) => complaints.push(m.text()));
  page.on("pageerror", (e) => complaints.push(e.message));
  await page.goto(new URL(path, url).href);
  return { page, complaints, close: () => context.close() };
};

const pages = ["/?by=name", "/?find=old", "/compare?a=old&b=new", "/compare?a=old&b=new&metric=latency-p99", "/compare", "/set/old/report.html", "/set/live/report.html"];
for (const path of pages) {
  let at = await open(path);
  if (path === "/?find=old" || path.startsWith("/compare")) await tab(at.page, path); // radio buttons are one stop together
  if (path.startsWith("/set/")) check(await at.page.locator("#chart .point").count() > 0, path, "the report's script does not run");
  check(at.complaints.length === 0, path, `the browser says ${at.complaints.slice(0, 3).join(" | ")}`);
  await at.close();
  for (const [how, options] of [["light", { colorScheme: "light" }], ["dark", { colorScheme: "dark" }], ["phone", { viewport: { width: 360, height: 740 } }]]) {
    at = await open(path, { ...options, bypassCSP: true });
    const wide = how === "phone" ? await overflow(at.page) : "";
    check(wide === "", path, `overflows at 360 px: ${wide}`);
    await at.page.evaluate(axeText);
    await contrast(at.page, path, how);
    await at.close();
  }
  at = await open(path, { javaScriptEnabled: false });
  check(await at.page.locator("h1").isVisible(), path, "shows nothing without scripts");
  await at.close();
}

// A set that is being written grows before the reader's eyes, and a choice that was made stays.
let at = await open("/?by=name");
const runs = at.page.locator('tr[data-set="live"] [data-part=runs]'), choice = at.page.locator('tr[data-set="live"] input[type=checkbox]');
check(await runs.textContent() === "1", "live", "does not begin with one run");
await choice.check();
appendFileSync(join(dir, "live/runs.jsonl"), runsOf[1] + "\n");
await at.page.waitForFunction(() => document.querySelector('tr[data-set="live"] [data-part=runs]').textContent === "2", null, { timeout: 20_000 }).catch(() => check(false, "live", "a new run does not show"));
check(await choice.isChecked(), "live", "a choice is lost");
await at.close();

// A report from elsewhere runs the script that it names, in an origin of its own.
at = await open("/set/hostile/report.html");
await at.page.waitForFunction(() => document.title.startsWith("done"), null, { timeout: 10_000 }).catch(() => check(false, "hostile", "its script did not run"));
const title = await at.page.title();
check(title === "done: null refused refused refused refused refused", "hostile", `reached more than itself: ${title}`);
await at.close();

// Another site can neither frame nor fetch.
const other = createServer((_, answer) => {
  answer.setHeader("Content-Type", "text/html");
  answer.end(`<iframe src="${url}"></iframe><img id="i" src="${url}icon.svg"><script>
    const tell = (t) => { document.title += " " + t; };
    Promise.all(["cors", "no-cors"].map((mode) => fetch("${url}", { mode }).then(() => tell("fetched"), () => tell("refused"))))
      .then(() => setTimeout(() => { tell("image " + document.getElementById("i").naturalWidth); tell("end"); }, 300));</script>`);
});
await new Promise((ready) => other.listen(0, "127.0.0.1", ready));
const context = await browser.newContext(), page = await context.newPage();
await page.goto(`http://localhost:${other.address().port}/`);
await page.waitForFunction(() => document.title.endsWith("end"), null, { timeout: 10_000 });
check((await page.title()).trim() === "refused refused image 0 end", "another site", `reached ${await page.title()}`);
check(!(await page.frames()[1]?.content().catch(() => ""))?.includes("result set"), "another site", "framed the list");
other.close();
await browser.close();
server.kill("SIGINT");
check(await ended === 0, "serve", "does not end well at Ctrl-C");
console.log(failed() === 0 ? `the ${pages.length} pages of serve hold` : `${failed()} FAILED`);
process.exit(failed() === 0 ? 0 : 1);
