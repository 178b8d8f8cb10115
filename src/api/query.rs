//! Reads the query of a request. It is as strict as the reader of bodies, and errors never repeat what the caller sent.

use crate::api::problem::{Fault, Problem};
use crate::api::route::Endpoint;

/// The parameters of a query. The route knows each of them, and none occurs twice.
#[derive(Clone, Debug, Default)]
pub(in crate::api) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// Returns [`Problem::Parameter`] for a parameter that the route does not know or that occurs twice.
    pub(in crate::api) fn read(endpoint: &Endpoint, query: Option<&str>) -> Result<Self, Problem> {
        let mut read: Vec<(String, String)> = Vec::new();
        for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            let Some(known) = endpoint.query.iter().find(|known| **known == name) else {
                // The error omits the name: the caller chose it, and it might be an address.
                let fault = Fault::new("unknown_parameter", "the route does not know this parameter; remove it");
                return Err(Problem::Parameter { name: "", fault });
            };
            if read.iter().any(|(earlier, _)| earlier == known) {
                let fault = Fault::new("duplicate_parameter", "send this parameter once; it occurs twice");
                return Err(Problem::Parameter { name: known, fault });
            }
            read.push(((*known).to_owned(), value.into_owned()));
        }
        Ok(Self(read))
    }

    /// Returns a parameter as it was sent, or `None` if it is absent.
    pub(in crate::api) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// Returns a flag: `true` or `false`; false if the parameter is absent.
    ///
    /// # Errors
    /// Returns [`Problem::Parameter`] for any other value.
    pub(in crate::api) fn flag(&self, name: &'static str) -> Result<bool, Problem> {
        let fault = Fault::new("not_a_flag", "use true or false");
        let parse = |text: &str| ["false", "true"].iter().position(|own| *own == text);
        Ok(self.parsed(name, parse, fault)? == Some(1))
    }

    /// Returns the query without some parameters, as JSON to be stored.
    ///
    /// # Errors
    /// Returns an error only if the JSON cannot be written, never because of the parameters.
    pub(in crate::api) fn kept(&self, without: &[&str]) -> Result<String, Problem> {
        let mut kept: Vec<&(String, String)> =
            self.0.iter().filter(|(name, _)| !without.contains(&name.as_str())).collect();
        // Sorted, so that the order in which the parameters were sent makes no difference.
        kept.sort_unstable();
        Ok(serde_json::to_string(&kept)?)
    }

    /// Reads the JSON that [`Query::kept`] wrote.
    ///
    /// # Errors
    /// Returns an error if the text is anything else.
    pub(in crate::api) fn restored(kept: &str) -> Result<Self, Problem> {
        Ok(Self(serde_json::from_str(kept)?))
    }

    /// Returns the URL of the path with the same query, except that one parameter has a new value.
    pub(in crate::api) fn link(&self, path: &str, name: &str, value: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(
            self.0.iter().filter(|(own, _)| own != name).map(|(own, value)| (own.as_str(), value.as_str())),
        );
        query.append_pair(name, value);
        format!("{path}?{}", query.finish())
    }

    /// Reads `limit`: the number of entries on a page, 1 to `most`. Without the parameter it is `usual`.
    ///
    /// # Errors
    /// Returns [`Problem::Parameter`] for any other value.
    pub(in crate::api) fn page(&self, most: u16, usual: u16) -> Result<PageSize, Problem> {
        let size = |text: &str| text.parse::<u16>().ok().filter(|size| (1..=most).contains(size));
        let fault = Fault { code: "out_of_range", detail: format!("use 1 to {most}").into() };
        Ok(PageSize(self.parsed("limit", size, fault)?.unwrap_or(usual)))
    }

    /// Parses a parameter. Returns `None` if it is absent.
    ///
    /// # Errors
    /// Returns [`Problem::Parameter`] with the given fault if `parse` returns `None`.
    pub(in crate::api) fn parsed<T>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
        fault: Fault,
    ) -> Result<Option<T>, Problem> {
        self.text(name).map(|text| parse(text).ok_or(Problem::Parameter { name, fault })).transpose()
    }
}

/// The number of entries on a page.
#[derive(Clone, Copy, Debug)]
pub(in crate::api) struct PageSize(pub(in crate::api) u16);

impl PageSize {
    /// Returns the value of `before` for the next page: the id of the last entry. `None` if the page is not full.
    pub(in crate::api) fn next<T>(self, entries: &[T], id: impl FnOnce(&T) -> String) -> Option<String> {
        entries.last().filter(|_| entries.len() == usize::from(self.0)).map(id)
    }
}

/// Parses a date of the form `2026-11-25`, for queries.
pub(in crate::api) fn day(text: &str) -> Option<String> {
    text.parse::<jiff::civil::Date>().ok().filter(|_| text.len() == 10).map(|day| day.to_string())
}

/// The fault of a date that cannot be parsed.
pub(in crate::api) const DAY: Fault = Fault::new("invalid_date", "use a day, such as 2026-11-25");
