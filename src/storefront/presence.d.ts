import type { Config } from "./storefront.js";

/**
 * For `open({ presence })`: solves a small proof of work before each anonymous submission, if the setting
 * `limits.presence` of the shop is `altcha`. It takes a phone about a second, in the background. Needs a page from https
 * or localhost. The elements do this by themselves.
 */
export function presence(endpoint: string, key: string, config: Promise<Config | null>): Promise<string | undefined>;
