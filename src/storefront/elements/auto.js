// For <script type="module" src="…/auto.js">: makes the elements known to the page.

import { define } from "./elements.js";

define();
