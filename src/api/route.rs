//! What a route is: its method and path, what a caller must show, what it takes. The table of all routes is `routes`.

use crate::api::key::Scope;
use crate::api::link::LinkKind;

/// The credential that a caller must present.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::api) enum Access {
    /// No credential.
    Open,
    /// The root secret of the deployment.
    Root,
    /// The root secret of the deployment, for the shop whose id is in the path.
    Operator,
    /// A key of the shop with this scope.
    Key(Scope),
    /// A publishable key of the shop with this scope, in the path. A form cannot send a header, and a page avoids a CORS
    /// preflight.
    PathKey(Scope),
    /// A link of this kind. Its token is in the path.
    Link(LinkKind),
}

/// The kind of content that a route takes and returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Data, mostly JSON.
    Data,
    /// A file of any length. It is not read before it is used.
    File,
    /// A page for people.
    Page,
}

/// One route.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::api) struct Endpoint {
    /// The operation id in the contract.
    pub(in crate::api) id: &'static str,
    pub(in crate::api) method: &'static str,
    /// The path as a URI template, RFC 6570: `{name}` stands for one segment.
    pub(in crate::api) path: &'static str,
    pub(in crate::api) access: Access,
    /// The maximum size of the body, in bytes; 0 if the route takes no body.
    pub(in crate::api) body_limit: usize,
    /// The parameters that the query can have.
    pub(in crate::api) query: &'static [&'static str],
    form: Form,
    mutates: bool,
    is_audited: bool,
}

pub(in crate::api) const KB: usize = 1024;
/// The largest body of a form that a page posts, in bytes.
const POSTED: usize = 16 * KB;

impl Endpoint {
    const fn new(id: &'static str, method: &'static str, path: &'static str, access: Access) -> Self {
        let mutates = !matches!(method.as_bytes(), b"GET");
        let (form, is_audited) = (Form::Data, true);
        Self { id, method, path, access, body_limit: 0, query: &[], form, mutates, is_audited }
    }

    pub(in crate::api) const fn get(id: &'static str, path: &'static str, scope: Scope) -> Self {
        Self::new(id, "GET", path, Access::Key(scope))
    }

    pub(in crate::api) const fn post(id: &'static str, path: &'static str, scope: Scope, limit: usize) -> Self {
        Self { body_limit: limit, ..Self::new(id, "POST", path, Access::Key(scope)) }
    }

    pub(in crate::api) const fn put(id: &'static str, path: &'static str, scope: Scope, limit: usize) -> Self {
        Self { body_limit: limit, ..Self::new(id, "PUT", path, Access::Key(scope)) }
    }

    pub(in crate::api) const fn patch(id: &'static str, path: &'static str, scope: Scope, limit: usize) -> Self {
        Self { body_limit: limit, ..Self::new(id, "PATCH", path, Access::Key(scope)) }
    }

    pub(in crate::api) const fn delete(id: &'static str, path: &'static str, scope: Scope) -> Self {
        Self::new(id, "DELETE", path, Access::Key(scope))
    }

    /// Builds a route that answers without a key.
    pub(in crate::api) const fn open(id: &'static str, path: &'static str) -> Self {
        Self::new(id, "GET", path, Access::Open)
    }

    /// Builds a route that takes a file of any length.
    pub(in crate::api) const fn file(
        id: &'static str,
        method: &'static str,
        path: &'static str,
        scope: Scope,
        limit: usize,
    ) -> Self {
        Self { form: Form::File, body_limit: limit, ..Self::new(id, method, path, Access::Key(scope)) }
    }

    /// Builds the route of a page that a link opens.
    pub(in crate::api) const fn page(id: &'static str, path: &'static str, kind: LinkKind) -> Self {
        Self { form: Form::Page, ..Self::new(id, "GET", path, Access::Link(kind)) }
    }

    /// Builds the route of the form on a page that a link opens.
    pub(in crate::api) const fn posted(id: &'static str, path: &'static str, kind: LinkKind) -> Self {
        Self { form: Form::Page, body_limit: POSTED, ..Self::new(id, "POST", path, Access::Link(kind)) }
    }

    /// Builds the route of a form on the shop's own page, with a publishable key in the path. The answer is a page.
    pub(in crate::api) const fn shop_form(id: &'static str, path: &'static str, scope: Scope) -> Self {
        Self { form: Form::Page, body_limit: POSTED, ..Self::new(id, "POST", path, Access::PathKey(scope)) }
    }

    /// Builds a route that receives the requests of a provider, by a link that the shop gave to the provider.
    pub(in crate::api) const fn hook(id: &'static str, method: &'static str, path: &'static str, limit: usize) -> Self {
        Self { body_limit: limit, ..Self::new(id, method, path, Access::Link(LinkKind::Hook)) }
    }

    /// Sets the credential that a caller must present.
    pub(in crate::api) const fn shown(self, access: Access) -> Self {
        Self { access, ..self }
    }

    /// Sets the parameters that the query can have.
    pub(in crate::api) const fn query(self, names: &'static [&'static str]) -> Self {
        Self { query: names, ..self }
    }

    /// Marks the route as one that changes nothing, whatever its method is.
    pub(in crate::api) const fn reads(self) -> Self {
        Self { mutates: false, ..self }
    }

    /// Marks the route as one that the audit log does not record.
    pub(in crate::api) const fn unlogged(self) -> Self {
        Self { is_audited: false, ..self }
    }

    /// Returns whether the route changes something and therefore takes an `Idempotency-Key`.
    pub(in crate::api) const fn mutates(&self) -> bool {
        self.mutates
    }

    /// Returns whether the route takes a file of any length. The file is not read before it is used.
    pub(in crate::api) const fn takes_file(&self) -> bool {
        matches!(self.form, Form::File)
    }

    /// Returns whether the route is a page for people.
    pub(in crate::api) const fn is_page(&self) -> bool {
        matches!(self.form, Form::Page)
    }

    /// Returns whether the audit log records the route. It does not record the route from which a page reads the shop's
    /// settings at each view, because they contain no personal data.
    pub(in crate::api) const fn is_audited(&self) -> bool {
        self.is_audited
    }
}

/// The maximum number of values in a path.
pub(in crate::api) const VALUES: usize = 3;

/// A route that was found, with the values in its path.
#[derive(Clone, Copy, Debug)]
pub(in crate::api) struct Route<'a> {
    pub(in crate::api) endpoint: &'static Endpoint,
    pub(in crate::api) values: [&'a str; VALUES],
}

impl<'a> Route<'a> {
    /// Returns a value in the path, by its position.
    pub(in crate::api) fn value(&self, place: usize) -> &'a str {
        self.values.get(place).copied().unwrap_or_default()
    }
}

/// Returns the values of a path that fits a template.
pub(in crate::api) fn fit<'a>(template: &str, path: &'a str) -> Option<[&'a str; VALUES]> {
    let mut values = [""; VALUES];
    let mut free = values.iter_mut();
    let (mut template, mut path) = (template.split('/'), path.split('/'));
    loop {
        match (template.next(), path.next()) {
            (None, None) => return Some(values),
            (Some(name), Some(value)) if name.starts_with('{') && !value.is_empty() => *free.next()? = value,
            (Some(name), Some(value)) if name == value => {}
            _ => return None,
        }
    }
}
