//! The query of a request's address: read as strictly as a body, and like it never repeated.

use super::problem::{Fault, Problem};
use super::route::Endpoint;

/// The parameters of a query, each of which the route understands and none of which stands twice.
#[derive(Clone, Debug, Default)]
pub(super) struct Query(Vec<(&'static str, String)>);

impl Query {
    /// Reads a query.
    ///
    /// # Errors
    /// [`Problem::Parameter`] for one that the route does not understand, and for one that stands twice.
    pub(super) fn read(endpoint: &Endpoint, query: Option<&str>) -> Result<Self, Problem> {
        let mut read: Vec<(&'static str, String)> = Vec::new();
        for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            let Some(known) = endpoint.query.iter().find(|known| **known == name) else {
                // Its name is the caller's own text and might be an address.
                let fault = Fault::new("unknown_parameter", "the route does not know this parameter; remove it");
                return Err(Problem::Parameter { name: "", fault });
            };
            if read.iter().any(|(earlier, _)| earlier == known) {
                let fault = Fault::new("duplicate_parameter", "this parameter stands twice; send it once");
                return Err(Problem::Parameter { name: known, fault });
            }
            read.push((known, value.into_owned()));
        }
        Ok(Self(read))
    }

    /// A parameter as it was sent.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(own, _)| *own == name).map(|(_, value)| value.as_str())
    }

    /// A parameter, parsed; `None` where it was not sent.
    ///
    /// # Errors
    /// [`Problem::Parameter`].
    pub(super) fn parsed<T>(
        &self,
        name: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
        fault: Fault,
    ) -> Result<Option<T>, Problem> {
        self.text(name).map(|text| parse(text).ok_or(Problem::Parameter { name, fault })).transpose()
    }
}
