// The texts of the elements besides the shop's notice. A shop adds other languages with `addWords`.

const WORDS = {
  en: {
    email: "Email address",
    phone: "Mobile number",
    subscribe: "Subscribe",
    saved: "Your choices are saved.",
    confirm: "Almost done: please open the message that we have sent you, and confirm.",
    later: "You seem to be offline. Your choices will be sent later.",
    failed: "That did not work. Please try again later.",
    needEmail: "Enter an email address, such as name@example.com.",
    needPhone: "Enter a mobile number with its country code, such as +44 7700 900123.",
    needTick: "Tick a box first.",
    privacy: "Privacy notice",
    title: "Your choices",
    save: "Save",
    stop: "Stop everything",
    awaiting: "Waits for your confirmation",
    ask: "We send you a link to your choices.",
    send: "Send me the link",
    sent: "If we know this address, a message is on its way.",
    others: "Other addresses are changed by the link in their messages.",
    channels: { email: "by email", sms: "by text message", phone: "by phone", whatsapp: "by WhatsApp", push: "by push message", post: "by post" },
  },
  de: {
    email: "E-Mail-Adresse",
    phone: "Mobilnummer",
    subscribe: "Abonnieren",
    saved: "Ihre Auswahl ist gespeichert.",
    confirm: "Fast fertig: Bitte öffnen Sie die Nachricht, die wir Ihnen geschickt haben, und bestätigen Sie.",
    later: "Sie sind anscheinend offline. Ihre Auswahl wird später gesendet.",
    failed: "Das hat nicht geklappt. Bitte versuchen Sie es später erneut.",
    needEmail: "Geben Sie eine E-Mail-Adresse ein, zum Beispiel name@example.com.",
    needPhone: "Geben Sie eine Mobilnummer mit Landesvorwahl ein, zum Beispiel +49 1512 3456789.",
    needTick: "Setzen Sie zuerst ein Häkchen.",
    privacy: "Datenschutzhinweise",
    title: "Ihre Auswahl",
    save: "Speichern",
    stop: "Alles beenden",
    awaiting: "Wartet auf Ihre Bestätigung",
    ask: "Wir senden Ihnen einen Link zu Ihrer Auswahl.",
    send: "Link anfordern",
    sent: "Falls wir diese Adresse kennen, ist eine Nachricht unterwegs.",
    others: "Andere Adressen ändern Sie über den Link in deren Nachrichten.",
    channels: { email: "per E-Mail", sms: "per SMS", phone: "per Telefon", whatsapp: "per WhatsApp", push: "per Push-Nachricht", post: "per Post" },
  },
  es: {
    email: "Correo electrónico",
    phone: "Número de móvil",
    subscribe: "Suscribirme",
    saved: "Sus preferencias se han guardado.",
    confirm: "Casi listo: abra el mensaje que le hemos enviado y confirme.",
    later: "Parece que no tiene conexión. Sus preferencias se enviarán más tarde.",
    failed: "No ha funcionado. Vuelva a intentarlo más tarde.",
    needEmail: "Escriba un correo electrónico, por ejemplo nombre@example.com.",
    needPhone: "Escriba un número de móvil con el prefijo del país, por ejemplo +34 612 345 678.",
    needTick: "Marque primero una casilla.",
    privacy: "Política de privacidad",
    title: "Sus preferencias",
    save: "Guardar",
    stop: "Cancelar todo",
    awaiting: "Pendiente de su confirmación",
    ask: "Le enviamos un enlace a sus preferencias.",
    send: "Enviarme el enlace",
    sent: "Si conocemos esta dirección, hay un mensaje en camino.",
    others: "Las demás direcciones se cambian con el enlace de sus mensajes.",
    channels: { email: "por correo electrónico", sms: "por SMS", phone: "por teléfono", whatsapp: "por WhatsApp", push: "por notificación", post: "por correo postal" },
  },
  fr: {
    email: "Adresse e-mail",
    phone: "Numéro de mobile",
    subscribe: "S’abonner",
    saved: "Vos choix sont enregistrés.",
    confirm: "Presque terminé : ouvrez le message que nous vous avons envoyé, puis confirmez.",
    later: "Vous semblez hors ligne. Vos choix seront envoyés plus tard.",
    failed: "Cela n’a pas fonctionné. Veuillez réessayer plus tard.",
    needEmail: "Saisissez une adresse e-mail, par exemple nom@example.com.",
    needPhone: "Saisissez un numéro de mobile avec l’indicatif du pays, par exemple +33 6 12 34 56 78.",
    needTick: "Cochez d’abord une case.",
    privacy: "Politique de confidentialité",
    title: "Vos choix",
    save: "Enregistrer",
    stop: "Tout arrêter",
    awaiting: "En attente de votre confirmation",
    ask: "Nous vous envoyons un lien vers vos choix.",
    send: "M’envoyer le lien",
    sent: "Si nous connaissons cette adresse, un message est en route.",
    others: "Les autres adresses se modifient par le lien de leurs messages.",
    channels: { email: "par e-mail", sms: "par SMS", phone: "par téléphone", whatsapp: "par WhatsApp", push: "par notification", post: "par courrier" },
  },
  it: {
    email: "Indirizzo e-mail",
    phone: "Numero di cellulare",
    subscribe: "Iscrivimi",
    saved: "Le Sue scelte sono salvate.",
    confirm: "Quasi fatto: apra il messaggio che Le abbiamo inviato e confermi.",
    later: "Sembra che Lei sia offline. Le Sue scelte saranno inviate più tardi.",
    failed: "Non ha funzionato. Riprovi più tardi.",
    needEmail: "Inserisca un indirizzo e-mail, per esempio nome@example.com.",
    needPhone: "Inserisca un numero di cellulare con il prefisso del Paese, per esempio +39 312 345 6789.",
    needTick: "Selezioni prima una casella.",
    privacy: "Informativa sulla privacy",
    title: "Le Sue scelte",
    save: "Salva",
    stop: "Annulla tutto",
    awaiting: "In attesa della Sua conferma",
    ask: "Le inviamo un link alle Sue scelte.",
    send: "Inviami il link",
    sent: "Se conosciamo questo indirizzo, un messaggio è in arrivo.",
    others: "Gli altri indirizzi si modificano con il link dei loro messaggi.",
    channels: { email: "per e-mail", sms: "per SMS", phone: "per telefono", whatsapp: "per WhatsApp", push: "per notifica", post: "per posta" },
  },
  nl: {
    email: "E-mailadres",
    phone: "Mobiel nummer",
    subscribe: "Inschrijven",
    saved: "Uw keuzes zijn opgeslagen.",
    confirm: "Bijna klaar: open het bericht dat we u hebben gestuurd en bevestig.",
    later: "U lijkt offline te zijn. Uw keuzes worden later verzonden.",
    failed: "Dat is niet gelukt. Probeer het later opnieuw.",
    needEmail: "Vul een e-mailadres in, bijvoorbeeld naam@example.com.",
    needPhone: "Vul een mobiel nummer met landcode in, bijvoorbeeld +31 6 12345678.",
    needTick: "Vink eerst een vakje aan.",
    privacy: "Privacyverklaring",
    title: "Uw keuzes",
    save: "Opslaan",
    stop: "Alles stoppen",
    awaiting: "Wacht op uw bevestiging",
    ask: "We sturen u een link naar uw keuzes.",
    send: "Stuur mij de link",
    sent: "Als we dit adres kennen, is er een bericht onderweg.",
    others: "Andere adressen wijzigt u via de link in hun berichten.",
    channels: { email: "per e-mail", sms: "per sms", phone: "per telefoon", whatsapp: "per WhatsApp", push: "per pushbericht", post: "per post" },
  },
};

/** Adds a language, or changes texts of one. A missing text stays as it is; in a new language it is English. */
/** The kind of address that each channel needs. A page cannot supply the other kinds. */
export const KINDS = { email: "email", sms: "phone", phone: "phone", whatsapp: "phone" };

export const addWords = (language, words) => {
  const known = WORDS[language] ?? WORDS.en;
  WORDS[language] = { ...known, ...words, channels: { ...known.channels, ...words.channels } };
};

/**
 * Returns the thing in the wanted language: the same tag, else the same language in any region, else English, else the
 * first.
 */
export const inLanguage = (things, tagOf, wanted) => {
  const tag = wanted.toLowerCase();
  const base = (text) => text.toLowerCase().split("-")[0];
  const [exact, near, english] = [(own) => own.toLowerCase() === tag, (own) => base(own) === base(tag), (own) => base(own) === "en"].map((fits) =>
    things.find((thing) => fits(tagOf(thing))),
  );
  return exact ?? near ?? english ?? things[0];
};

/** Returns the language in which the texts are shown. */
export const languageFor = (language) => inLanguage(Object.keys(WORDS), (tag) => tag, language);

export const wordsFor = (language) => WORDS[languageFor(language)];
