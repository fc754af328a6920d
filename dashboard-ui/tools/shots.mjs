// Photographs every page of the built dashboard against the mock, in both themes and two widths, and runs axe on each.
// Usage: npm run shots -- [folder]. Needs `npm run build` before, and Chromium (CHROMIUM=/usr/bin/chromium).
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const OUT = process.argv[2] ?? "shots";
const PORT = 8799;
const BASE = `http://127.0.0.1:${PORT}`;
const WIDTHS = [1440, 390, 320];
const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const mood = (change) => fetch(`${BASE}/mock`, { method: "POST", body: JSON.stringify(change) });
const click = (name) => (page) => page.getByRole("button", { name }).first().click();

const RULE = "7d7f2a60-52c4-4b05-8c55-0000000000";

/** name, path, what to do before the picture, the server's mood. */
const SCENES = [
  { name: "setup", path: "/setup#token=abc", mood: { setup: true }, out: true },
  { name: "setup-faults", path: "/setup", mood: { setup: true }, out: true, act: faults },
  { name: "login", path: "/login", out: true },
  { name: "login-failed", path: "/login", out: true, act: failLogin },
  { name: "alerts", path: "/alerts" },
  { name: "alerts-filtered", path: "/alerts?level=high&q=ssh&entity=203.0.113.77" },
  { name: "alerts-unfolded", path: "/alerts?status=all&tag=attack.t1046", act: unfold },
  { name: "alerts-nomatch", path: "/alerts?q=zzzz" },
  { name: "alerts-paused", path: "/alerts", act: click("Pause") },
  { name: "alerts-focus", path: "/alerts", act: (page) => page.keyboard.press("j") },
  { name: "alerts-empty", path: "/alerts", mood: { empty: true } },
  { name: "alerts-error", path: "/alerts", mood: { fail: 507 } },
  { name: "alerts-menu", path: "/alerts", act: click(/Account/) },
  { name: "alerts-shortcuts", path: "/alerts", act: (page) => page.keyboard.press("?") },
  { name: "alert", path: "/alerts/alr_000333" },
  { name: "alert-closed", path: "/alerts/alr_000333", act: closeIt },
  { name: "alert-refused", path: "/alerts/alr_000320", mood: { refuse: true }, act: refused },
  { name: "alerts-selected", path: "/alerts", act: select },
  { name: "alert-suppress", path: "/alerts/alr_000333", act: click("Suppress…") },
  { name: "suppressions", path: "/suppressions" },
  { name: "suppressions-empty", path: "/suppressions", mood: { empty: true } },
  { name: "alert-missing", path: "/alerts/alr_none" },
  { name: "threats", path: "/threats" },
  { name: "threat", path: "/threats/203.0.113.77" },
  { name: "events", path: "/events" },
  {
    name: "events-filtered",
    path: "/events?where=class_uid%3D4003%3Bsrc_ip!%3D10.0.0.5&by=severity",
    act: openField,
  },
  {
    name: "events-columns",
    path: "/events?cols=severity,src_ip,dst_ip,dst_port,domain,bytes_out&by=severity",
  },
  { name: "events-detail", path: "/events", act: openEvent },
  { name: "events-record", path: "/events?alert=alr_000333", act: openRecord },
  { name: "events-range", path: "/events", act: click(/Time range/) },
  { name: "events-nomatch", path: "/events?q=zzzz" },
  { name: "events-empty", path: "/events", mood: { empty: true } },
  { name: "events-error", path: "/events", mood: { fail: 507 } },
  { name: "hunt", path: "/events/hunt", act: runHunt },
  { name: "sources", path: "/sources" },
  { name: "sources-add", path: "/sources", act: addSource },
  { name: "sources-test", path: "/sources", act: trySource },
  { name: "sources-rejected", path: "/sources?rejected=sysmon" },
  { name: "sources-empty", path: "/sources", mood: { empty: true } },
  { name: "rules", path: "/rules" },
  { name: "rules-filtered", path: "/rules?level=critical&order=hits", act: unfold },
  { name: "rules-nomatch", path: "/rules?q=zzzz" },
  { name: "rules-empty", path: "/rules", mood: { empty: true } },
  { name: "rules-error", path: "/rules", mood: { fail: 507 } },
  { name: "rules-viewer", path: "/rules", mood: { role: "viewer" } },
  { name: "rules-add", path: "/rules", act: addRule },
  { name: "rules-add-fault", path: "/rules", act: addWrongRule },
  { name: "rule", path: `/rules/${RULE}13`, act: openCase },
  { name: "rule-disabled", path: `/rules/${RULE}15` },
  { name: "rule-failing", path: `/rules/${RULE}23` },
  { name: "rule-missing", path: "/rules/none" },
  { name: "tasks", path: "/tasks" },
  { name: "tasks-filtered", path: "/tasks?state=failed&origin=schedule:sch_upkeep&error=dependency-timeout" },
  { name: "tasks-menu", path: "/tasks", act: openTaskMenu },
  { name: "more", path: "/tasks", act: openMore },
  { name: "tasks-empty", path: "/tasks", mood: { empty: true } },
  { name: "task-running", path: "/tasks/tsk_0192f4c8a1d078999" },
  { name: "task-cancel", path: "/tasks/tsk_0192f4c8a1d078999", act: click("Cancel…") },
  { name: "task-done", path: "/tasks/tsk_0192f4c8a1d078991" },
  { name: "dead-letters", path: "/dead-letters?resolved=all" },
  { name: "dead-letters-chosen", path: "/dead-letters", act: chooseLetters },
  { name: "dead-letters-all", path: "/dead-letters", act: click("Resubmit all…") },
  { name: "dead-letters-empty", path: "/dead-letters", mood: { empty: true } },
  { name: "dead-letter", path: "/tasks/tsk_0192f4c8a1d078967" },
  { name: "dead-letter-edit", path: "/tasks/tsk_0192f4c8a1d078967", act: click("Resubmit…") },
  { name: "breakers", path: "/breakers" },
  { name: "breaker", path: "/breakers?dependency=reputation" },
  { name: "schedules", path: "/schedules" },
  { name: "schedule", path: "/schedules?schedule=sch_1" },
  { name: "schedules-add", path: "/schedules", act: click("Add a schedule") },
  { name: "webhooks", path: "/webhooks" },
  { name: "webhooks-add", path: "/webhooks", act: addWebhook },
  { name: "webhooks-secret", path: "/webhooks", act: makeWebhook },
  { name: "webhooks-empty", path: "/webhooks", mood: { empty: true } },
  { name: "webhook", path: "/webhooks?webhook=whk_tickets" },
  { name: "webhook-delivery", path: "/webhooks?webhook=whk_siem", act: openDelivery },
  { name: "usage", path: "/usage" },
  { name: "usage-all", path: "/usage?scope=tenant" },
  { name: "usage-empty", path: "/usage", mood: { empty: true } },
  { name: "usage-error", path: "/usage", mood: { fail: 507 } },
  { name: "people", path: "/people" },
  { name: "people-add", path: "/people", act: click("Add a person") },
  { name: "people-given", path: "/people", act: addPerson },
  { name: "people-menu", path: "/people", act: click("Actions for barbara") },
  { name: "people-role", path: "/people", act: actOn("barbara", "Change role…") },
  { name: "people-disable", path: "/people", act: actOn("grace.hopper@analysts.corp.example", "Disable…") },
  { name: "people-error", path: "/people", mood: { fail: 507 } },
  { name: "people-viewer", path: "/people", mood: { role: "viewer" } },
  { name: "keys", path: "/people?show=keys" },
  { name: "keys-all", path: "/people?show=keys&state=all" },
  { name: "keys-empty", path: "/people?show=keys", mood: { empty: true } },
  { name: "keys-make", path: "/people?show=keys", act: click("Make an API key") },
  { name: "keys-text", path: "/people?show=keys", act: makeKey },
  { name: "keys-revoke", path: "/people?show=keys", act: actOn("siem-export", "Revoke…") },
  { name: "connections", path: "/connections" },
  { name: "connections-close", path: "/connections", act: click(/^Close the connection/) },
  { name: "connections-nomatch", path: "/connections?q=zzzz" },
  { name: "connections-empty", path: "/connections", mood: { empty: true } },
  { name: "models", path: "/models" },
  { name: "models-empty", path: "/models", mood: { empty: true } },
  { name: "model", path: "/models/mdl_flows_6" },
  { name: "model-promote", path: "/models/mdl_flows_6", act: click("Promote") },
  { name: "model-without-labels", path: "/models/mdl_office_2" },
  { name: "training", path: "/models/training" },
  { name: "training-start", path: "/models/training", act: click("Train a model") },
  { name: "monitoring", path: "/models/monitoring?model=mdl_flows_4" },
  { name: "alert-model", path: "/alerts/alr_000331" },
  { name: "requests", path: "/alerts", act: click(/^Requests/) },
  { name: "not-found", path: "/nowhere" },
];

async function unfold(page) {
  const fold = page.getByRole("button", { name: /^Filters/ });
  if (await fold.isVisible()) await fold.click();
}

async function openField(page) {
  const fold = page.getByRole("button", { name: "Fields and columns" });
  if (await fold.isVisible()) await fold.click();
  await page.getByRole("button", { name: "Source address", exact: true }).click();
  await page
    .getByLabel(/^Only Source address/)
    .first()
    .waitFor();
}

async function openEvent(page) {
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
}

async function openRecord(page) {
  await openEvent(page);
  await page.getByRole("radio", { name: "Record as it came" }).check();
}

async function runHunt(page) {
  await page.getByRole("button", { name: "Run" }).click();
  await page.getByRole("table", { name: "Rows" }).waitFor();
}

async function addSource(page) {
  await page.getByRole("button", { name: "Add a source" }).click();
  await page.getByRole("radio", { name: /Syslog/ }).check();
}

async function trySource(page) {
  await page.getByRole("button", { name: "Actions for edge" }).click();
  await page.getByRole("menuitem", { name: "Test" }).click();
  await page.getByText("It does not work.").waitFor();
}

async function addRule(page) {
  await page.getByRole("button", { name: "Add a rule" }).click();
  await page.getByRole("button", { name: "Start from a pattern" }).click();
  await page.getByText("Database dump requested", { exact: true }).waitFor();
}

async function addWrongRule(page) {
  await page.getByRole("button", { name: "Add a rule" }).click();
  const text =
    "title: Wrong\nlogsource:\n    product: zeek\ndetection:\n    a:\n        name|sounds_like: x\n";
  await page.getByLabel("Sigma rule as YAML").fill(text);
  await page.getByRole("button", { name: "Line 5, column 9" }).click();
}

async function openCase(page) {
  await page.getByText("must hit").first().click();
}

async function addWebhook(page) {
  await page.getByRole("button", { name: "Add a webhook" }).click();
  await page.getByRole("checkbox", { name: "All of alert" }).waitFor();
}

async function makeWebhook(page) {
  await addWebhook(page);
  await page.getByLabel("URL").fill("https://tickets.example.org/hooks/netsentinel");
  await page.getByRole("button", { name: "Add the webhook" }).click();
  await page.getByRole("button", { name: "I have copied it" }).waitFor();
}

function actOn(name, what) {
  return async (page) => {
    await page.getByRole("button", { name: `Actions for ${name}` }).click();
    await page.getByRole("menuitem", { name: what }).click();
    await page.getByRole("dialog").waitFor();
  };
}

async function addPerson(page) {
  await page.getByRole("button", { name: "Add a person" }).click();
  await page.getByLabel("Name to log in with").fill("margaret");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("button", { name: "I have copied it" }).waitFor();
}

async function makeKey(page) {
  await page.getByRole("button", { name: "Make an API key" }).click();
  await page.getByLabel("Name", { exact: true }).fill("edge-sensor");
  await page.getByRole("checkbox", { name: "events:write" }).check();
  await page.getByRole("button", { name: "Make the key" }).click();
  await page.getByRole("button", { name: "I have copied it" }).waitFor();
}

async function openDelivery(page) {
  await page.getByRole("button", { name: /breaker.opened/ }).click();
  await page.getByText("Request and answer").first().click();
}

async function select(page) {
  await page.getByRole("checkbox").first().check();
  await page.getByRole("checkbox").nth(2).check();
}

async function openTaskMenu(page) {
  await page
    .getByRole("button", { name: /^Actions for events.replay/ })
    .first()
    .click();
}

async function openMore(page) {
  const more = page.getByRole("button", { name: "More", exact: true });
  if (await more.isVisible()) await more.click();
}

async function chooseLetters(page) {
  for (const box of await page.getByRole("checkbox", { name: /^Select/ }).all()) await box.check();
}

async function refused(page) {
  await page
    .getByRole("button", { name: /^(Close|Reopen)$/ })
    .first()
    .click();
  await page.getByText("The alert was not changed").first().waitFor({ state: "attached" });
}

async function faults(page) {
  await page.getByLabel("Set-up token").fill("abc");
  await page.getByLabel("Username").fill("ada");
  await page.getByLabel("Password", { exact: true }).fill("short one");
  await page.getByLabel("Password again", { exact: true }).fill("short two");
  await page.getByRole("button", { name: "Create administrator" }).click();
}

async function failLogin(page) {
  await page.getByLabel("Username").fill("ada");
  await page.getByLabel("Password", { exact: true }).fill("no");
  await page.getByRole("button", { name: "Log in" }).click();
}

async function closeIt(page) {
  const reopen = page.getByRole("button", { name: "Reopen" });
  if (await reopen.isVisible()) await reopen.click();
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await page.getByText("Undo").waitFor();
}

const only = process.env.ONLY?.split(",");
const server = spawn(process.execPath, [fileURLToPath(new URL("../mock/server.mjs", import.meta.url))], {
  env: { ...process.env, PORT: String(PORT) },
  stdio: ["ignore", "pipe", "inherit"],
});
await new Promise((started) => server.stdout.once("data", started));
mkdirSync(OUT, { recursive: true });

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
let faultsFound = 0;

function complain(where, what) {
  faultsFound += 1;
  console.log(`${where}: ${what}`);
}

async function shoot(context, scene, label) {
  const page = await context.newPage();
  page.on("console", (message) => {
    const expected = /status of (401|404|409|507)/.test(message.text());
    if (message.type() === "error" && !expected) complain(label, `console: ${message.text()}`);
  });
  page.on("pageerror", (error) => complain(label, `error: ${error.message}`));
  await mood({ setup: false, empty: false, fail: 0, pace: 0, role: "admin", refuse: false, ...scene.mood });
  await page.goto(BASE + scene.path);
  await page.locator("h1, h2").first().waitFor({ state: "attached" });
  await page.waitForLoadState("networkidle");
  await scene.act?.(page);
  await page.waitForTimeout(450);
  await page.screenshot({ path: `${OUT}/${label}.png` });
  await page.evaluate(axe);
  // Base UI's focus guards hand the focus on the moment they get it, and an open menu lies outside the landmarks on purpose.
  const found = await page.evaluate(
    (tags) =>
      globalThis.axe.run(
        { exclude: ["[data-base-ui-focus-guard]", "[data-base-ui-portal]:has([role=menu])"] },
        { runOnly: { type: "tag", values: tags } },
      ),
    TAGS,
  );
  for (const { id, nodes } of found.violations) {
    for (const node of nodes)
      complain(label, `${id}: ${node.html.slice(0, 160)} ${node.failureSummary?.split("\n")[1]}`);
  }
  const wider = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  if (wider > 1) complain(label, `scrolls sideways by ${wider} px`);
  await page.close();
}

try {
  for (const theme of ["dark", "light"]) {
    for (const width of WIDTHS) {
      for (const scene of SCENES) {
        if (only && !only.includes(scene.name)) continue;
        const context = await browser.newContext({
          viewport: { width, height: width > 700 ? 900 : 844 },
          colorScheme: theme,
          reducedMotion: "reduce",
          hasTouch: width < 700,
          deviceScaleFactor: width > 700 ? 1 : 2,
        });
        if (!scene.out) await context.addCookies([{ name: "mock", value: "1", url: BASE }]);
        await shoot(context, scene, `${scene.name}-${width}-${theme}`);
        await context.close();
      }
    }
  }
} finally {
  await browser.close();
  server.kill();
}
console.log(`${faultsFound} faults`);
process.exitCode = faultsFound > 0 ? 1 : 0;
