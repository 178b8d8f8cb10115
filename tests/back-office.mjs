// The demo shop and its back office in Chromium, connected to placet by `make serve`: what is chosen on one side appears on
// the other, and an app that writes an old list back wakes nobody.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { setStage, violations } from "./tools/stage.mjs";

const SHOTS = process.env.PLACET_SHOTS;
const EMAIL = "nora@example.com";
const stage = await setStage("back-office");
const { shop, ask } = stage;
let office, visitor;

before(async () => {
  await stage.serve();
  office = await stage.newPage({ viewport: { width: 1100, height: 900 } });
  visitor = await stage.newPage();
  await office.goto(`${shop}/back-office.html`);
  if (SHOTS) await mkdir(SHOTS, { recursive: true });
});

after(() => stage.end());

const field = (email, name) => office.locator(`[data-customer="${email}"] [data-field="${name}"]`);
/** Waits until a field of a customer reads so in the back office. */
const reads = (email, words, name = "newsletter") => field(email, name).filter({ hasText: words }).waitFor();
const events = async () => (await (await fetch(`${shop}/inbox.json`)).json()).events;
const mails = async (email) => (await events()).filter(({ type, data }) => type === "message.requested" && data.to === email);

async function decision(email, channel = "email") {
  const { body } = await ask("POST", "/v1/decisions", { channel, purpose: "newsletter", contact: { email } });
  return body.decision;
}

/** Waits until the edge gives this reason, none if it allows. */
async function decides(email, reason, patience) {
  const begin = Date.now();
  for (;;) {
    const { reason: now } = await decision(email);
    if (now === reason) return;
    assert.ok(Date.now() - begin < patience, `after ${patience} ms the decision is ${now}`);
    await sleep(20);
  }
}

async function latestMail(email, count) {
  for (const limit = Date.now() + 10_000; ; await sleep(50)) {
    const sent = await mails(email);
    if (sent.length >= count) return sent.at(-1).data;
    assert.ok(Date.now() < limit, `${sent.length} mails of ${count} came`);
  }
}

test("the connection shows what it would do, and waits for an approval", async () => {
  await office.getByRole("button", { name: "Approve" }).waitFor();
  await office.locator("[data-counts]", { hasText: "opt-ins to take over1" }).waitFor();
  assert.equal((await decision("mira@example.com")).reason, "never_asked");
  assert.deepEqual(await violations(office), []);
  if (SHOTS) await office.screenshot({ path: join(SHOTS, "office-approval.png"), fullPage: true });
  await office.getByRole("button", { name: "Approve" }).click();
  await office.getByText("In step:").waitFor();
  await decides("lena@example.com", "opted_out", 2000);
});

test("an opt-in at the shop's checkout appears in the back office", async () => {
  await visitor.goto(`${shop}/checkout.html`);
  await visitor.locator("form[data-bound]").waitFor();
  for (const [name, text] of Object.entries({ email: EMAIL, name: "Nora Field", line1: "1 Mill Lane", city: "Leeds", postcode: "LS1 1AA" })) await visitor.fill(`#${name}`, text);
  await visitor.check("[name=optin_email]");
  await visitor.getByRole("button", { name: "Place order" }).click();
  await visitor.waitForURL(/thanks/);
  await reads(EMAIL, "nothing chosen");
  await visitor.goto((await latestMail(EMAIL, 1)).link);
  await visitor.getByRole("button").first().click();
  await decides(EMAIL, null, 5000);
  await reads(EMAIL, "on");
});

test("an opt-out in the back office appears at the edge within two seconds", async () => {
  await office.getByRole("button", { name: "Turn off the newsletter by email for Mira Shah" }).click();
  await decides("mira@example.com", "opted_out", 2000);
  await reads("mira@example.com", "opted out");
});

test("an objection by a link appears in the back office", async () => {
  const { body } = await ask("POST", "/v1/decisions", { channel: "email", purpose: "newsletter", contact: { email: EMAIL } });
  const { links } = (await ask("GET", `/v1/contacts/${body.contact}/links?channel=email&purpose=newsletter`)).body;
  await visitor.goto(links[0].preferences);
  await visitor.getByRole("button", { name: /stop|unsubscribe/i }).first().click();
  await decides(EMAIL, "objected", 5000);
  await reads(EMAIL, "opted out");
});

test("an app that writes its old list back wakes nobody, and the conflict is shown", async () => {
  await office.getByLabel("The platform is busy").check();
  await office.getByRole("button", { name: "Let the app turn everybody’s newsletter on" }).click();
  await reads(EMAIL, "on");
  await office.locator("[data-conflicts]", { hasText: "Nora Field: on here, although they have opted out" }).waitFor();
  assert.equal((await decision(EMAIL)).reason, "objected");
  if (SHOTS) await office.screenshot({ path: join(SHOTS, "office-conflict.png"), fullPage: true });
  await office.getByLabel("The platform is busy").uncheck();
  await reads(EMAIL, "opted out");
  assert.equal((await decision(EMAIL)).reason, "objected");
  await office.locator("[data-log]", { hasText: "Nora Field: newsletter out by placet" }).waitFor();
  await office.locator("[data-conflicts]", { hasText: "None." }).waitFor();
  if (SHOTS) await office.screenshot({ path: join(SHOTS, "office-after.png"), fullPage: true });
});

test("the back office works by keyboard, on a narrow screen, and for its own page only", async () => {
  const button = office.getByRole("button", { name: "for Mira Shah" }).first();
  await button.focus();
  await office.keyboard.press("Enter");
  await reads("mira@example.com", "opted out");
  assert.match(await office.evaluate(() => document.activeElement.textContent), /Turn on the newsletter by email for Mira Shah/, "the focus stays");
  await office.setViewportSize({ width: 320, height: 700 });
  assert.equal(await office.evaluate(() => document.documentElement.scrollWidth), 320);
  assert.deepEqual(await violations(office), []);
  assert.equal((await fetch(`${shop}/office/set`, { method: "POST", body: "{}" })).status, 415);
  assert.equal((await fetch(`${shop}/platform/customers`)).status, 401);
  assert.deepEqual([office.problems, visitor.problems], [[], []]);
});
