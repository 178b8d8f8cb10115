// Makes the phone number required if the visitor asks for text messages, and only then.

const { phone, optin_sms: sms } = document.querySelector("#checkout").elements;
const optional = document.querySelector("label[for=phone] .optional");

const refresh = () => {
  phone.required = sms.checked;
  optional.hidden = sms.checked;
};
sms.addEventListener("change", refresh);
addEventListener("pageshow", refresh);
