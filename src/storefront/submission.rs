//! A submission: what is sent to the edge when a person has chosen.

use super::page::Page;
use wasm_bindgen::prelude::*;

use crate::consent::{AddressKind, Channel, Choice, CountryCode, PhoneNumber, PurposeSlug};
use crate::storefront::error::Error;
use crate::storefront::text::{Fields, cut, each};
use crate::storefront::words;

/// A choice for one channel and purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The channel.
    pub channel: Channel,
    /// The purpose.
    pub purpose: PurposeSlug,
    /// The written form of a [`Choice`], or `pre_ticked`: the page ticked the box, and the person did not touch it.
    pub choice: &'static str,
}

/// A complete and checked submission. A text is empty if its value is absent.
#[derive(Clone, Debug)]
pub struct Submission<'a> {
    /// The email address.
    pub email: &'a str,
    /// The telephone number, as written. The edge converts it to E.164.
    pub phone: &'a str,
    /// The country of the person, ISO 3166-1 alpha-2.
    pub country: &'a str,
    /// The choices of the person.
    pub choices: Vec<Chosen>,
    /// The id of the notice that was shown.
    pub notice: &'a str,
    /// The version of the notice.
    pub version: &'a str,
    /// The language of the notice, BCP 47.
    pub locale: &'a str,
    /// The text of the notice and of the box labels.
    pub words: String,
    /// The kind of source: `form` or `script`.
    pub kind: &'a str,
    /// The shop's name for the form.
    pub form: &'a str,
}

impl<'a> Submission<'a> {
    /// Reads the values that forms and scripts have in common: kind, form, notice, version, locale, words.
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

    /// Returns the address that a channel needs. It is empty for kinds of address that a page cannot supply.
    fn address(&self, channel: Channel) -> &str {
        match channel.address_kind() {
            AddressKind::Email => self.email,
            AddressKind::Phone => self.phone,
            AddressKind::Push | AddressKind::Postal => "",
        }
    }

    /// Adds a choice. A submission has at most one choice for each channel and purpose.
    pub(super) fn choose(&mut self, chosen: Chosen) -> Result<(), Error> {
        if self.choices.iter().any(|own| own.channel == chosen.channel && own.purpose == chosen.purpose) {
            return Err(Error::Repeated(chosen.channel));
        }
        self.choices.push(chosen);
        Ok(())
    }

    /// Checks that there is an address to record the choice for a channel.
    ///
    /// The edge validates addresses in full and refuses a submission as a whole. Their form is checked here too, so
    /// that one mistyped phone number does not prevent the choice for the email address.
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

    /// Checks that the edge could accept the notice.
    pub(super) fn check_words(&self) -> Result<(), Error> {
        if self.notice.is_empty() || self.version.is_empty() || self.words.is_empty() {
            return Err(Error::NoNotice);
        }
        // BCP 47 tags have no underscore, but the tags of many pages do.
        if self.locale.len() < 2 || !self.locale.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            return Err(Error::NoLocale);
        }
        Ok(())
    }

    /// Passes the submission to the page, which stores it and sends it until the edge has answered.
    pub(super) fn keep(&self, page: &Page) -> JsValue {
        // An address without a choice is not sent (GDPR Art. 5(1)(c)): a phone number given for the courier is not
        // needed for a newsletter.
        let asked = |kind| self.choices.iter().any(|chosen| chosen.channel.address_kind() == kind);
        // The country is optional. An invalid code is left out and does not cause an error.
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
            add(&mut text, choice, " ");
        }
        page.keep(&text)
    }
}

#[inline(never)]
fn add(text: &mut String, part: &str, end: &str) {
    text.push_str(part);
    text.push_str(end);
}

/// Reads a text `channel:purpose:choice`.
pub(super) fn chosen(text: &str) -> Result<Chosen, Error> {
    let (channel, rest) = cut(text, b':').unwrap_or_default();
    let (purpose, choice) = cut(rest, b':').unwrap_or_default();
    let (channel, purpose) = scope(channel, purpose)?;
    Ok(Chosen { channel, purpose, choice: Choice::parse(choice).ok_or(Error::UnknownChoice)?.as_str() })
}

/// Reads a channel and a purpose.
pub(super) fn scope(channel: &str, purpose: &str) -> Result<(Channel, PurposeSlug), Error> {
    let channel = Channel::parse(channel).ok_or(Error::UnknownChannel)?;
    Ok((channel, PurposeSlug::parse(purpose).ok_or(Error::BadPurpose)?))
}

/// Reads a submission that a script composed: what `Submission::begun` reads, then email, phone, country, and the
/// choices separated by spaces.
///
/// # Errors
/// Returns what is missing or unknown in it. Nothing is sent then.
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
