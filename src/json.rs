//! Reads JSON in two steps: from a text into a tree, and from the tree into a Rust type.
//!
//! The code that serde derives is compiled again for every type, together with everything it calls. Here that code is
//! small, because the parser is compiled only once, for the tree. An error holds only a kind and a place, not a
//! formatted text. It never holds a value, because a value might be an address; it holds only the names of the fields
//! on the path.

// Without the feature `service`, only certificates use this module, and they only call `read`.
#![cfg_attr(not(feature = "service"), allow(dead_code))]

use std::borrow::Cow;
use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Expected, MapAccess, SeqAccess, Unexpected, Visitor};
use serde::forward_to_deserialize_any;

/// A JSON value. A text is borrowed if it was written without escapes.
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    Unsigned(u64),
    Negative(i64),
    Fraction(f64),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    /// The fields in their order, including fields that occur twice.
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
    /// The place where the text stops being valid JSON. As a field of an object it has a name only if the name was read
    /// before this place.
    Broken,
}

/// Reads a value of a known shape from a text. Returns `None` if the text has another shape.
pub(crate) fn read<'a, T: Deserialize<'a>>(text: &'a (impl AsRef<[u8]> + ?Sized)) -> Option<T> {
    match parse(text.as_ref()) {
        (json, None) => T::deserialize(&json).ok(),
        _ => None,
    }
}

/// Reads a text as JSON of any shape; `None` if it is not valid.
pub(crate) fn tree(text: &[u8]) -> Option<Json<'_>> {
    match parse(text) {
        (json, None) => Some(json),
        _ => None,
    }
}

/// A value that is not there.
const NOTHING: Json<'static> = Json::Null;

/// Reads parts of a tree whose shape somebody else decides. What is missing or of another type is left out. This takes a
/// fraction of the code of a struct that is read by serde.
impl<'a> Json<'a> {
    /// Returns a field of an object.
    pub(crate) fn get(&self, name: &str) -> &Json<'a> {
        let Self::Object(fields) = self else { return &NOTHING };
        fields.iter().find(|(own, _)| own == name).map_or(&NOTHING, |(_, value)| value)
    }

    /// Returns the fields of an object, in their order.
    pub(crate) fn fields(&self) -> &[(Cow<'a, str>, Json<'a>)] {
        if let Self::Object(fields) = self { fields } else { &[] }
    }

    /// Returns the elements of a list.
    pub(crate) fn list(&self) -> &[Json<'a>] {
        if let Self::List(elements) = self { elements } else { &[] }
    }

    /// Returns a text.
    pub(crate) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// Returns an id, which platforms write as a text or as a number of any size.
    pub(crate) fn id(&self) -> Option<String> {
        match self {
            Self::Text(text) if !text.is_empty() => Some(text.to_string()),
            Self::Unsigned(number) => Some(number.to_string()),
            _ => None,
        }
    }
}

/// Parses a text as JSON of any shape, up to the first place that is not valid JSON. Returns the tree so far and the
/// syntax error. A caller can therefore report a mistake in the shape if it comes before the syntax error.
pub(crate) fn parse(text: &[u8]) -> (Json<'_>, Option<serde_json::Error>) {
    let mut json = Json::Broken;
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let end = Slot(&mut json).deserialize(&mut deserializer).and_then(|()| deserializer.end());
    (json, end.err())
}

/// The error for a value that does not have the expected shape. Boxed to keep it small, because every reader returns
/// it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mistake(Box<Spot>);

#[derive(Debug, PartialEq, Eq)]
struct Spot {
    what: What,
    /// The path to the value, from the innermost step to the outermost.
    place: Vec<Step>,
}

/// The kind of a mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// The object has a field that is not known.
    UnknownField,
    /// The object lacks this field.
    MissingField(&'static str),
    /// The object has this field twice.
    DuplicateField(&'static str),
    /// The text is not valid JSON.
    Broken,
    /// Any other mistake: another type, a number out of range, an unknown word.
    Other,
}

/// One step on the path into a value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// A step to the element of a list with this index.
    Element(usize),
    /// A step to the field of an object with this name.
    Field(String),
}

impl Mistake {
    /// Returns the kind of the mistake.
    pub(crate) fn what(&self) -> What {
        self.0.what
    }

    /// Returns the path to the mistake, from the outermost step to the innermost.
    pub(crate) fn place(&self) -> impl Iterator<Item = &Step> {
        self.0.place.iter().rev()
    }

    #[inline(never)]
    fn new(what: What) -> Self {
        Self(Box::new(Spot { what, place: Vec::new() }))
    }

    #[inline(never)]
    fn at(mut self, place: usize) -> Self {
        self.0.place.push(Step::Element(place));
        self
    }

    #[inline(never)]
    fn below(mut self, name: &str) -> Self {
        self.0.place.push(Step::Field(name.to_owned()));
        self
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the JSON is of another shape than expected")
    }
}

impl std::error::Error for Mistake {}

/// The error texts of serde repeat the value, which might be an address. None of them is kept.
impl serde::de::Error for Mistake {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self::new(What::Other)
    }

    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::new(What::Other)
    }

    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self::new(What::Other)
    }

    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self::new(What::Other)
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self::new(What::Other)
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self::new(What::UnknownField)
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(What::MissingField(field))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new(What::DuplicateField(field))
    }
}

/// The place in the tree where a value is written. If a mistake follows, the part that was read before it stays there.
struct Slot<'t, 'de>(&'t mut Json<'de>);

impl<'de> DeserializeSeed<'de> for Slot<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Slot<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        *self.0 = Json::Null;
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        *self.0 = Json::Bool(value);
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        *self.0 = Json::Unsigned(value);
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        *self.0 = Json::Negative(value);
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        *self.0 = Json::Fraction(value);
        Ok(())
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<(), E> {
        *self.0 = Json::Text(Cow::Borrowed(value));
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        *self.0 = Json::Text(Cow::Owned(value.to_owned()));
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut given: A) -> Result<(), A::Error> {
        *self.0 = Json::List(Vec::new());
        let Json::List(list) = self.0 else { return Ok(()) };
        loop {
            list.push(Json::Broken);
            let Some(slot) = list.last_mut() else { return Ok(()) };
            if given.next_element_seed(Slot(slot))?.is_none() {
                list.pop();
                return Ok(());
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut given: A) -> Result<(), A::Error> {
        *self.0 = Json::Object(Vec::new());
        let Json::Object(fields) = self.0 else { return Ok(()) };
        loop {
            fields.push((Cow::Borrowed(""), Json::Broken));
            let Some((slot, value)) = fields.last_mut() else { return Ok(()) };
            let Some(Name(name)) = given.next_key()? else {
                fields.pop();
                return Ok(());
            };
            *slot = name;
            given.next_value_seed(Slot(value))?;
        }
    }
}

/// The name of a field.
#[derive(serde::Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl Json<'_> {
    #[inline(never)]
    fn refused(&self) -> Mistake {
        Mistake::new(if matches!(self, Self::Broken) { What::Broken } else { What::Other })
    }
}

/// Reads a struct only from an object. The code that serde derives would also accept a list of the fields.
impl<'de> Deserializer<'de> for &Json<'de> {
    type Error = Mistake;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self {
            Json::Null => visitor.visit_unit(),
            Json::Bool(_) => self.deserialize_bool(visitor),
            Json::Unsigned(_) | Json::Negative(_) | Json::Fraction(_) => self.deserialize_u64(visitor),
            Json::Text(_) => self.deserialize_str(visitor),
            Json::List(_) => self.deserialize_seq(visitor),
            Json::Object(_) => self.deserialize_map(visitor),
            Json::Broken => Err(self.refused()),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self {
            Json::Bool(value) => visitor.visit_bool(*value),
            _ => Err(self.refused()),
        }
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self {
            Json::Unsigned(value) => visitor.visit_u64(*value),
            Json::Negative(value) => visitor.visit_i64(*value),
            Json::Fraction(value) => visitor.visit_f64(*value),
            _ => Err(self.refused()),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self {
            Json::Text(Cow::Borrowed(text)) => visitor.visit_borrowed_str(text),
            Json::Text(Cow::Owned(text)) => visitor.visit_str(text),
            _ => Err(self.refused()),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match self {
            Json::Null => visitor.visit_none(),
            some => visitor.visit_some(some),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Mistake> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        let Json::List(list) = self else { return Err(self.refused()) };
        let mut elements = Elements { rest: list.iter(), next: 0 };
        let value = visitor.visit_seq(&mut elements)?;
        if elements.rest.len() == 0 { Ok(value) } else { Err(Mistake::new(What::Other)) }
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Mistake> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        let Json::Object(fields) = self else { return Err(self.refused()) };
        visitor.visit_map(Fields { rest: fields.iter(), last: None })
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        self.deserialize_map(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        if matches!(self, Json::Broken) { Err(self.refused()) } else { visitor.visit_unit() }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        self.deserialize_str(visitor)
    }

    fn deserialize_u8<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        self.deserialize_u64(visitor)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mistake> {
        self.deserialize_u64(visitor)
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u128 f32 f64 char bytes byte_buf unit unit_struct tuple_struct enum identifier
    }
}

/// The elements of a list that have not been read yet.
struct Elements<'t, 'de> {
    rest: std::slice::Iter<'t, Json<'de>>,
    next: usize,
}

impl<'de> SeqAccess<'de> for Elements<'_, 'de> {
    type Error = Mistake;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Mistake> {
        let Some(element) = self.rest.next() else { return Ok(None) };
        self.next += 1;
        seed.deserialize(element).map(Some).map_err(|mistake| mistake.at(self.next - 1))
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.rest.len())
    }
}

/// The fields of an object that have not been read yet, and the last field whose name has been read.
struct Fields<'t, 'de> {
    rest: std::slice::Iter<'t, (Cow<'de, str>, Json<'de>)>,
    last: Option<&'t (Cow<'de, str>, Json<'de>)>,
}

impl<'de> MapAccess<'de> for Fields<'_, 'de> {
    type Error = Mistake;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Mistake> {
        self.last = self.rest.next();
        let Some((name, value)) = self.last else { return Ok(None) };
        if name.is_empty() && matches!(value, Json::Broken) {
            return Err(value.refused());
        }
        seed.deserialize(StrDeserializer::new(name)).map(Some).map_err(|mistake: Mistake| mistake.below(name))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Mistake> {
        let Some((name, value)) = self.last else { return Err(Mistake::new(What::Other)) };
        seed.deserialize(value).map_err(|mistake| mistake.below(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Known<'a> {
        name: String,
        #[serde(borrow)]
        alias: Option<Cow<'a, str>>,
        pair: (u16, i64),
        #[serde(default)]
        old: bool,
    }

    #[test]
    fn the_json_reader_agrees_with_serde_json() {
        for text in [
            r#"{"name":"a","pair":[1,-2]}"#,
            r#"{"name":"\u00e9\n","alias":"b","pair":[65535,9007199254740993],"old":true,"more":{"x":[1.5,null]}}"#,
            r#"{"alias":null,"pair":[0,0],"name":""}"#,
            r#"{"name":"a","pair":[65536,0]}"#,
            r#"{"name":"a","pair":[-1,0]}"#,
            r#"{"name":"a","pair":[1.0,0]}"#,
            r#"{"name":"a","pair":[1,2,3]}"#,
            r#"{"name":"a","pair":[1]}"#,
            r#"{"name":"a","name":"a","pair":[1,2]}"#,
            r#"{"name":null,"pair":[1,2]}"#,
            r#"{"pair":[1,2]}"#,
            r#"{"name":"a","pair":[1,2],"old":1}"#,
            r#"{"name":"a","pair":[1,2]} x"#,
            r#"{"name":"\ud800","pair":[1,2]}"#,
            "\"a\"",
            "",
        ] {
            assert_eq!(read::<Known<'_>>(text), serde_json::from_str(text).ok(), "{text}");
        }
    }

    #[test]
    fn a_struct_is_not_read_from_a_list() {
        assert_eq!(read::<Known<'_>>(r#"["a",null,[1,2],true]"#), None);
    }

    #[test]
    fn a_json_error_names_its_place() {
        let mistake = |text: &str| {
            let (json, _) = parse(text.as_bytes());
            let mistake = Vec::<Known<'_>>::deserialize(&json).unwrap_err();
            (mistake.what(), mistake.place().map(|step| format!("{step:?}")).collect::<Vec<_>>().join(" "))
        };
        let inside = r#"Element(1) Field("pair") Element(0)"#.to_owned();
        assert_eq!(mistake(r#"[{"name":"a","pair":[1,2]},{"pair":["x",2]}]"#), (What::Other, inside));
        assert_eq!(mistake(r#"[{"pair":[1,2]}]"#), (What::MissingField("name"), "Element(0)".to_owned()));
        assert_eq!(mistake("7"), (What::Other, String::new()));
        // The mistake that comes first in the text is reported.
        assert_eq!(mistake(r#"[{"name":7,"#), (What::Other, r#"Element(0) Field("name")"#.to_owned()));
        for text in [
            "",
            "[",
            r#"[{"name":"a","pair":[1,2]}"#,
            r#"[{"name":"a","pair":[1,2]"#,
            r#"[{"name":"a","pair":[1,"#,
            r#"[{"na"#,
        ] {
            assert_eq!(mistake(text).0, What::Broken, "{text}");
        }
    }
}
