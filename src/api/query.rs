//! The query of a request's address: read as strictly as a body, and like it never repeated.

use crate::api::problem::{Fault, Problem};
use crate::api::route::{ENDPOINTS, Endpoint};

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

    /// Whether something is wanted: `true`, or `false` as where it is left out.
    ///
    /// # Errors
    /// [`Problem::Parameter`].
    pub(super) fn flag(&self, name: &'static str) -> Result<bool, Problem> {
        let fault = Fault::new("not_a_flag", "use true or false");
        let parse = |text: &str| ["false", "true"].iter().position(|own| *own == text);
        Ok(self.parsed(name, parse, fault)? == Some(1))
    }

    /// All of it but some parameters, as JSON to be kept.
    ///
    /// # Errors
    /// None that depend on what was sent.
    pub(super) fn kept(&self, without: &[&str]) -> Result<String, Problem> {
        let mut kept: Vec<&(&str, String)> = self.0.iter().filter(|(name, _)| !without.contains(name)).collect();
        // In whatever order they were sent, the same is said.
        kept.sort_unstable();
        Ok(serde_json::to_string(&kept)?)
    }

    /// What [`Query::kept`] wrote.
    ///
    /// # Errors
    /// Where it is something else.
    pub(super) fn restored(kept: &str) -> Result<Self, Problem> {
        let read: Vec<(String, String)> = serde_json::from_str(kept)?;
        let known =
            |name: &str| ENDPOINTS.iter().flat_map(|endpoint| endpoint.query).find(|own| **own == name).copied();
        Ok(Self(read.into_iter().filter_map(|(name, value)| Some((known(&name)?, value))).collect()))
    }

    /// An address with the same query but for one parameter.
    pub(super) fn link(&self, path: &str, name: &str, value: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.0.iter().filter(|(own, _)| *own != name).map(|(own, value)| (*own, value.as_str())));
        query.append_pair(name, value);
        format!("{path}?{}", query.finish())
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
