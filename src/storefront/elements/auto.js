// For <script type="module" src="…/auto.js">: makes the elements known as soon as the page has one. In a page without any, and on
// a server, it does nothing.

const begin = async () => {
  if (document.querySelector("placet-optin, placet-preferences")) (await import("./elements.js")).define();
};

if (typeof document !== "undefined") {
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", begin);
  else begin();
}
