//! JSON objects, of which every field has to be read or passed over by name.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// The fields of one object.
pub(crate) struct Fields<'j> {
    values: &'j Map<String, Value>,
    read: RefCell<BTreeSet<&'static str>>,
}

impl<'j> Fields<'j> {
    /// # Errors
    /// If the value is no object.
    pub(crate) fn of(value: &'j Value) -> Result<Self, String> {
        let values = value.as_object().ok_or_else(|| format!("{value} is no object"))?;
        Ok(Self { values, read: RefCell::default() })
    }

    fn value(&self, field: &'static str) -> Result<&'j Value, String> {
        self.read.borrow_mut().insert(field);
        self.values.get(field).ok_or_else(|| format!("there is no {field}"))
    }

    pub(crate) fn text(&self, field: &'static str) -> Result<&'j str, String> {
        self.value(field)?.as_str().ok_or_else(|| format!("{field} is no text"))
    }

    pub(crate) fn number(&self, field: &'static str) -> Result<usize, String> {
        let number = self.value(field)?.as_u64().and_then(|number| usize::try_from(number).ok());
        number.ok_or_else(|| format!("{field} is no number"))
    }

    pub(crate) fn array(&self, field: &'static str) -> Result<&'j [Value], String> {
        let array = self.value(field)?.as_array().ok_or_else(|| format!("{field} is no array"))?;
        Ok(array)
    }

    pub(crate) fn object(&self, field: &'static str) -> Result<&'j Map<String, Value>, String> {
        self.value(field)?.as_object().ok_or_else(|| format!("{field} is no object"))
    }

    /// Bytes that are written in hexadecimal digits.
    pub(crate) fn bytes(&self, field: &'static str) -> Result<Vec<u8>, String> {
        let text = self.text(field)?;
        let byte = |pair: &[u8]| {
            let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2);
            pair.and_then(|pair| u8::from_str_radix(pair, 16).ok())
        };
        let bytes: Option<Vec<u8>> = text.as_bytes().chunks(2).map(byte).collect();
        bytes.ok_or_else(|| format!("{field} is not in hexadecimal digits"))
    }

    /// Passes over fields that say again what others say.
    pub(crate) fn pass_over(&self, fields: &[&'static str]) {
        self.read.borrow_mut().extend(fields);
    }

    /// # Errors
    /// If a field was not read.
    pub(crate) fn end(&self) -> Result<(), String> {
        let read = self.read.borrow();
        match self.values.keys().find(|field| !read.contains(field.as_str())) {
            Some(field) => Err(format!("{field} was not read")),
            None => Ok(()),
        }
    }
}
