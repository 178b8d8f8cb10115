// Who asks for text messages needs a number; nobody else does.

const { phone, optin_sms: sms } = document.querySelector("#checkout").elements;
const optional = document.querySelector("label[for=phone] .optional");

const refresh = () => {
  phone.required = sms.checked;
  optional.hidden = sms.checked;
};
sms.addEventListener("change", refresh);
addEventListener("pageshow", refresh);
