// The newsletter form in a chosen language. Arabic shows how a shop adds its own language.

import { addWords, define } from "/placet/elements.js";

addWords("ar", {
  email: "عنوان البريد الإلكتروني",
  phone: "رقم الهاتف المحمول",
  subscribe: "اشترك",
  saved: "تم حفظ اختياراتك.",
  confirm: "خطوة أخيرة: افتح الرسالة التي أرسلناها إليك وأكّد اشتراكك.",
  later: "يبدو أنك غير متصل بالإنترنت. سترسل اختياراتك لاحقًا.",
  failed: "لم ينجح ذلك. حاول مرة أخرى لاحقًا.",
  needEmail: "أدخل عنوان بريد إلكتروني، مثل name@example.com.",
  needPhone: "أدخل رقم هاتف محمول مع رمز البلد.",
  needTick: "ضع علامة في المربع أولًا.",
  privacy: "إشعار الخصوصية",
});
define(document.querySelector("meta[name=placet]").dataset);

const [choice, section] = ["[data-language]", "[data-letters]"].map((selector) => document.querySelector(selector));

function show() {
  const { language, shadow } = choice.elements;
  section.lang = language.value;
  section.dir = language.value === "ar" ? "rtl" : "ltr";
  const box = document.createElement("placet-optin");
  box.setAttribute("notice", "newsletter-optin");
  box.toggleAttribute("shadow", shadow.checked);
  section.querySelector("placet-optin")?.remove();
  section.append(box);
}

choice.addEventListener("change", show);
addEventListener("pageshow", show);
