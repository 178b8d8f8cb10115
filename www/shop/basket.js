// Calculates the total from the quantity. Without this script the quantity is a plain number field and there is no
// total.

const pounds = new Intl.NumberFormat("en-GB", { style: "currency", currency: "GBP" });

for (const form of document.querySelectorAll("form[data-basket]")) {
  takeFromAddress(form);
  const quantity = form.elements.quantity;
  const refresh = () => {
    const bags = quantity.validity.valid ? quantity.valueAsNumber : undefined;
    showTotal(form, bags);
    for (const button of form.querySelectorAll("[data-step]")) {
      button.hidden = false;
      button.disabled = bags === Number(button.dataset.step === "1" ? quantity.max : quantity.min);
    }
  };
  form.addEventListener("click", ({ target }) => {
    const step = target.closest("[data-step]")?.dataset.step;
    if (!step) return;
    if (step === "1") quantity.stepUp();
    else quantity.stepDown();
    refresh();
  });
  quantity.addEventListener("input", refresh);
  // The browser may restore an earlier quantity after the scripts have run.
  addEventListener("pageshow", refresh);
  refresh();
}

/** Reads quantity and grind, which the product page passes in the query. The query never contains personal data. */
function takeFromAddress(form) {
  const query = new URLSearchParams(location.search);
  const { quantity, grind } = form.elements;
  const bags = query.get("quantity");
  if (/^([1-9]|1[0-2])$/.test(bags ?? "")) quantity.value = bags;
  if ([...grind.options].some(({ value }) => value === query.get("grind"))) grind.value = query.get("grind");
}

function showTotal(form, bags) {
  const row = form.querySelector("[data-total-row]");
  if (!row) return;
  row.hidden = bags === undefined;
  if (bags) form.querySelector("[data-total]").value = pounds.format((bags * Number(form.dataset.price)) / 100);
}
