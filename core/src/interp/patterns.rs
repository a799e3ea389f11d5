//! What patterns ask of values.

use super::{Fault, Vm};
use crate::object::{Instance, List, Map, Range, Str};
use crate::operator::Operator;
use crate::value::Value;

/// As a most length: any.
const ANY: u8 = u8::MAX;

/// Whether a value is a list of `least` to `most` items.
pub(super) fn is_list_of(value: Value, least: u8, most: u8) -> bool {
    value.as_object::<List>().is_some_and(|list| {
        let len = list.len();
        len >= usize::from(least) && (most == ANY || len <= usize::from(most))
    })
}

/// The fault for a value that is not.
pub(super) fn no_list_of(found: Value, least: u8, most: u8) -> Fault {
    Fault::ListOf { least, most: (most != ANY).then_some(most), found }
}

/// Whether a value is a map or, with `fields`, an instance.
pub(super) fn is_map(value: Value, fields: bool) -> bool {
    value.as_object::<Map>().is_some() || fields && value.as_object::<Instance>().is_some()
}

impl Vm {
    /// Whether `lhs < rhs` has an answer.
    pub(super) fn have_order(&self, lhs: Value, rhs: Value) -> bool {
        let is_number = |value: Value| value.to_f64().is_some();
        let is_string = |value: Value| value.as_object::<Str>().is_some();
        is_number(lhs) && is_number(rhs)
            || is_string(lhs) && is_string(rhs)
            || self.operator(lhs, Operator::Less).is_some()
    }

    /// Whether `lhs in rhs` has an answer.
    pub(super) fn has_members(&self, lhs: Value, rhs: Value) -> bool {
        if rhs.as_object::<Map>().is_some() {
            return self.can_be_key(lhs);
        }
        if rhs.as_object::<Str>().is_some() {
            return lhs.as_object::<Str>().is_some();
        }
        rhs.as_object::<List>().is_some()
            || rhs.as_object::<Range>().is_some()
            || self.operator(rhs, Operator::In).is_some()
    }

    /// `key.check`
    pub(super) fn check_key(&mut self, object: Value, key: Value) -> Result<(), Fault> {
        if !is_map(object, true) {
            return Err(Fault::NotMap { or_instance: true, found: object });
        }
        if self.is_absent(object, key, true, 1)? { Err(Fault::MissingKey(key)) } else { Ok(()) }
    }
}
