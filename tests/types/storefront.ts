// Compiled, never run: what a shop may write, and what the compiler must reject.
import { open, PlacetError, type Channel, type Config, type Decision, type Reason, type Receipt } from "placet/storefront";

declare const form: HTMLFormElement;
declare const bytes: ArrayBuffer;

const placet = await open({ endpoint: "https://consent.example", key: "pk_1" });
await open({ endpoint: "https://consent.example", key: "pk_1", locale: "de", wasm: new URL("https://cdn.example/p.wasm") });
await open({ endpoint: "https://consent.example", key: "pk_1", wasm: bytes });
// @ts-expect-error a key is needed
await open({ endpoint: "https://consent.example" });
// @ts-expect-error the key is a string
await open({ endpoint: "https://consent.example", key: 1 });
// @ts-expect-error there is no such option
await open({ endpoint: "https://consent.example", key: "pk_1", retries: 3 });

const unbind: () => void = placet.bind(form);
unbind();
// @ts-expect-error bind takes a form, not any element
placet.bind(document.body);

const outcome = await placet.submit({
  contact: { email: "jane@example.com", country: "GB" },
  choices: [{ channel: "email", purpose: "newsletter", choice: "opt_in" }],
  notice: { id: "footer", version: "1", text: "We write once a week." },
  source: { kind: "script", form: "footer" },
});
if (outcome.queued) {
  const id: string = outcome.id;
  // @ts-expect-error a queued submission has no received_at
  const at: string = outcome.received_at;
} else {
  const receipt: Receipt = outcome;
  const at: string = receipt.received_at;
}

const notice = { id: "footer", version: "1", text: "We write once a week." };
await placet.submit({
  contact: {},
  // @ts-expect-error there is no such channel
  choices: [{ channel: "fax", purpose: "newsletter", choice: "opt_in" }],
  notice,
});
await placet.submit({
  contact: {},
  // @ts-expect-error there is no such choice
  choices: [{ channel: "email", purpose: "newsletter", choice: "yes" }],
  notice,
});
// @ts-expect-error the notice is needed
await placet.submit({ contact: {}, choices: [] });
await placet.submit({
  // @ts-expect-error there is no such address
  contact: { mail: "jane@example.com" },
  choices: [],
  notice,
});

const decision: Decision = placet.decide("email", "newsletter");
if (decision.allow) {
  const none: null = decision.reason;
} else {
  const reason: Reason = decision.reason;
}
const until: string | null = decision.until;
placet.decide("sms", "offers", { country: "US", region: "FL", born: "2009-05-01" }, new Date());
// @ts-expect-error there is no such relation
placet.decide("sms", "offers", { relation: "friend" });
// @ts-expect-error there is no such channel
placet.decide("fax", "newsletter");
// @ts-expect-error there is no such reason
const never: boolean = decision.reason === "no_mood";

const off: () => void = placet.on("submitted", ({ id, received_at }) => console.log(id.length, received_at.length));
off();
placet.on("queued", ({ id, queued }) => console.log(id, queued satisfies true));
placet.on("change", () => {});
placet.on("error", (error) => {
  if (error.code === "refused") console.log(error.status, error.problem?.errors?.[0]?.pointer);
  // @ts-expect-error there is no such code
  if (error.code === "oops") return;
});
// @ts-expect-error there is no such event
placet.on("sent", () => {});

const config: Config | null = await placet.config;
const confirmed: Channel[] = config?.policy.confirmation ?? [];
// @ts-expect-error the configuration may be missing
placet.config.then((config) => config.shop.name);

const error: unknown = undefined;
if (error instanceof PlacetError) error.code satisfies string;
// @ts-expect-error the code is read-only
(error as PlacetError).code = "refused";
