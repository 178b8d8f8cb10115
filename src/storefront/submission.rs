//! One submission: what is sent to the edge when a person has chosen.

use super::page::Page;
use wasm_bindgen::prelude::*;

use crate::consent::{AddressKind, Channel, Choice, CountryCode, PhoneNumber, PurposeSlug};
use crate::storefront::error::Error;
use crate::storefront::text::{Fields, cut, each};
use crate::storefront::words;

/// What was chosen for one channel and purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The channel.
    pub channel: Channel,
    /// The purpose.
    pub purpose: PurposeSlug,
    /// The choice.
    pub choice: Choice,
}

/// A submission, whole and checked. Texts are empty where there is none.
#[derive(Clone, Debug)]
pub struct Submission<'a> {
    /// A mailbox.
    pub email: &'a str,
    /// A telephone number, as written; the edge brings it into E.164 form.
    pub phone: &'a str,
    /// ISO 3166-1 alpha-2.
    pub country: &'a str,
    /// What was chosen.
    pub choices: Vec<Chosen>,
    /// The shop's name for the words that were shown.
    pub notice: &'a str,
    /// Their version.
    pub version: &'a str,
    /// Their language, BCP 47.
    pub locale: &'a str,
    /// The words themselves.
    pub words: String,
    /// Where it comes from: `form` or `script`.
    pub kind: &'a str,
    /// The shop's name for the form.
    pub form: &'a str,
}

impl<'a> Submission<'a> {
    /// Reads what a form and a script have in common: kind, form, notice, version, locale, words.
    pub(super) fn begun(fields: &mut Fields<'a>) -> Self {
        Self {
            email: "",
            phone: "",
            country: "",
            choices: Vec::new(),
            kind: fields.next(),
            form: fields.next(),
            notice: fields.next(),
            version: fields.next(),
            locale: fields.next(),
            words: fields.next().into(),
        }
    }

    /// The address that a channel needs; empty for those kinds that a page cannot give.
    fn address(&self, channel: Channel) -> &str {
        match channel.address_kind() {
            AddressKind::Email => self.email,
            AddressKind::Phone => self.phone,
            AddressKind::Push | AddressKind::Postal => "",
        }
    }

    /// Takes a choice in. One channel and purpose cannot be chosen twice in one submission.
    pub(super) fn choose(&mut self, chosen: Chosen) -> Result<(), Error> {
        if self.choices.iter().any(|own| own.channel == chosen.channel && own.purpose == chosen.purpose) {
            return Err(Error::Repeated(chosen.channel));
        }
        self.choices.push(chosen);
        Ok(())
    }

    /// Whether there is an address that the choice for a channel can be recorded on.
    ///
    /// The edge reads addresses in full and refuses a submission as a whole. Their shape is looked at here, so that one
    /// mistyped number does not take the choice for the mailbox down with it.
    pub(super) fn check_address(&self, channel: Channel) -> Result<(), Error> {
        let address = self.address(channel);
        if address.is_empty() {
            return Err(Error::NoAddress(channel));
        }
        let plausible = match channel.address_kind() {
            AddressKind::Email => {
                cut(address, b'@').is_some_and(|(local, domain)| !local.is_empty() && cut(domain, b'.').is_some())
            }
            _ => PhoneNumber::is_plausible(address),
        };
        if plausible { Ok(()) } else { Err(Error::BadAddress(channel)) }
    }

    /// Whether the edge could take the words.
    pub(super) fn check_words(&self) -> Result<(), Error> {
        if self.notice.is_empty() || self.version.is_empty() || self.words.is_empty() {
            return Err(Error::NoNotice);
        }
        // BCP 47 has no underscore, though many a page does.
        if self.locale.len() < 2 || !self.locale.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            return Err(Error::NoLocale);
        }
        Ok(())
    }

    /// Hands it to the page, which keeps it and sends it until the edge has answered.
    pub(super) fn keep(&self, page: &Page) -> JsValue {
        // An address that no choice is about is none of our business (GDPR Art. 5(1)(c)): a phone number given for the
        // courier does not travel because a newsletter was asked for.
        let asked = |kind| self.choices.iter().any(|chosen| chosen.channel.address_kind() == kind);
        // A country is a help, never a reason to be refused: what is no code is left out.
        let country = self.country.to_ascii_uppercase();
        let mut text = String::new();
        for part in [
            if asked(AddressKind::Email) { self.email } else { "" },
            if asked(AddressKind::Phone) { self.phone } else { "" },
            if CountryCode::parse(&country).is_some() { &country } else { "" },
            self.notice,
            self.version,
            self.locale,
            &words::sha256(&self.words),
            self.kind,
            self.form,
            &self.words,
        ] {
            add(&mut text, part, "\0");
        }
        for Chosen { channel, purpose, choice } in &self.choices {
            add(&mut text, channel.as_str(), ":");
            add(&mut text, purpose.as_str(), ":");
            add(&mut text, choice.as_str(), " ");
        }
        page.keep(&text)
    }
}

#[inline(never)]
fn add(text: &mut String, part: &str, end: &str) {
    text.push_str(part);
    text.push_str(end);
}

/// Reads `channel:purpose:choice`.
pub(super) fn chosen(text: &str) -> Result<Chosen, Error> {
    let (channel, rest) = cut(text, b':').unwrap_or_default();
    let (purpose, choice) = cut(rest, b':').unwrap_or_default();
    let (channel, purpose) = scope(channel, purpose)?;
    Ok(Chosen { channel, purpose, choice: Choice::parse(choice).ok_or(Error::UnknownChoice)? })
}

/// Reads a channel and a purpose.
pub(super) fn scope(channel: &str, purpose: &str) -> Result<(Channel, PurposeSlug), Error> {
    let channel = Channel::parse(channel).ok_or(Error::UnknownChannel)?;
    Ok((channel, PurposeSlug::parse(purpose).ok_or(Error::BadPurpose)?))
}

/// The submission that a script composed: what `Submission::begun` reads, then email, phone, country, and the choices with
/// spaces between.
///
/// # Errors
/// Says what is missing or unknown in it; nothing is sent then.
pub fn composed(given: &str) -> Result<Submission<'_>, Error> {
    let mut fields = Fields(given);
    let mut submission = Submission::begun(&mut fields);
    submission.email = fields.next();
    submission.phone = fields.next();
    submission.country = fields.next();
    submission.check_words()?;
    let mut outcome = Err(Error::NoChoices);
    each(fields.next(), b' ', &mut |text| {
        if matches!(outcome, Ok(()) | Err(Error::NoChoices)) {
            outcome = chosen(text).and_then(|chosen| {
                submission.check_address(chosen.channel)?;
                submission.choose(chosen)
            });
        }
    });
    outcome.map(|()| submission)
}
