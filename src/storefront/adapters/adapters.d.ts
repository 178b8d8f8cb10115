import type { Channel, Placet } from "placet/storefront";

/** The channel and purpose whose decision sets a signal. */
export interface By {
  channel: Channel;
  purpose: string;
}

/** The signals of Google Consent Mode v2. */
export type GoogleSignal =
  | "ad_storage" | "ad_user_data" | "ad_personalization" | "analytics_storage" | "functionality_storage"
  | "personalization_storage" | "security_storage";

/**
 * Google Consent Mode v2: calls `gtag("consent", "update", …)` now and whenever a decision changes. Returns a function
 * that stops it.
 *
 * ```js
 * import { googleConsent } from "placet/adapters/google";
 *
 * googleConsent(placet, { ad_user_data: { channel: "email", purpose: "audiences" } });
 * ```
 */
export function googleConsent(placet: Placet, signals: Partial<Record<GoogleSignal, By>>, gtag?: (...args: unknown[]) => void): () => void;

/** The signals of Shopify's Customer Privacy API. */
export type ShopifySignal = "analytics" | "marketing" | "preferences" | "sale_of_data";

/**
 * Shopify's Customer Privacy API: calls `setTrackingConsent` now and whenever a decision changes. Returns a function
 * that stops it. If the browser sends Global Privacy Control, `sale_of_data` is `false`.
 *
 * ```js
 * import { shopifyPrivacy } from "placet/adapters/shopify";
 *
 * shopifyPrivacy(placet, { marketing: { channel: "email", purpose: "newsletter" } });
 * ```
 */
export function shopifyPrivacy(
  placet: Placet,
  signals: Partial<Record<ShopifySignal, By>>,
  api?: { setTrackingConsent(consent: Partial<Record<ShopifySignal, boolean>>, done: () => void): void },
): () => void;

/**
 * Pushes `{ event: "placet_submitted" | "placet_queued", placet_submission: id }` to a data layer, without any data
 * about the person. Returns a function that stops it.
 */
export function dataLayerPush(placet: Placet, layer?: { push(entry: object): unknown }): () => void;
