// The minimum that is readable on any page. Colours and fonts are those of the page. The rules are in a layer, so the
// shop's custom properties, parts and rules take precedence. Distances are grid gaps, which no page resets.

export const STYLE = `@layer placet {
:host, placet-optin, placet-preferences { display: block; }
:host([hidden]), placet-optin[hidden], placet-preferences[hidden] { display: none; }
.placet-form { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--placet-gap, .9em); }
.placet-form p { margin: 0; }
.placet-choice { display: flex; gap: .75em; align-items: flex-start; min-block-size: 2.75em; padding-block: .5em; cursor: pointer; }
.placet-box { flex: none; inline-size: 1.35em; block-size: 1.35em; margin: .15em 0 0; accent-color: var(--placet-accent, auto); cursor: inherit; }
.placet-text { min-inline-size: 0; overflow-wrap: anywhere; }
.placet-field { display: grid; gap: .35em; }
.placet-label { font-weight: 600; overflow-wrap: anywhere; }
.placet-input { box-sizing: border-box; inline-size: 100%; min-block-size: 2.75em; padding: .5em .7em; font: inherit; color: inherit; background: var(--placet-field, Field); border: 1px solid var(--placet-border, currentcolor); border-radius: var(--placet-radius, .3em); }
.placet-button { justify-self: start; min-block-size: 2.75em; padding: .5em 1.2em; font: inherit; font-weight: 600; cursor: pointer; color: var(--placet-on-accent, ButtonText); background: var(--placet-accent, ButtonFace); border: 1px solid var(--placet-border, currentcolor); border-radius: var(--placet-radius, .3em); }
.placet-second { color: inherit; background: none; }
.placet-button[aria-disabled] { opacity: .6; cursor: default; }
.placet-buttons { display: flex; flex-wrap: wrap; gap: .75em; }
.placet-group { margin: 0; padding: 0 .9em .3em; min-inline-size: 0; border: 1px solid var(--placet-border, currentcolor); border-radius: var(--placet-radius, .3em); }
.placet-note { font-size: .9em; }
.placet-wrong { color: var(--placet-error, #b3261e); }
@supports (color: light-dark(red, red)) { .placet-wrong { color: var(--placet-error, light-dark(#b3261e, #ff9d92)); } }
.placet-wrong:empty, .placet-status:empty { position: absolute; }
.placet-input:focus-visible, .placet-box:focus-visible, .placet-button:focus-visible { outline: 3px solid var(--placet-focus, currentcolor); outline-offset: 2px; }
@media (forced-colors: active) { .placet-button { border-color: ButtonText; } }
}`;
