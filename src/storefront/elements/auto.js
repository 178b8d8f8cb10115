// For <script type="module" src="…/auto.js">: defines the elements in the page.

import { define } from "./elements.js";

define();
