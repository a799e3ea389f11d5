//! What patterns ask of values.

use super::{Fault, Vm};
use crate::object::{Instance, List, Map};
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
    /// `key.check`
    pub(super) fn check_key(&mut self, object: Value, key: Value) -> Result<(), Fault> {
        if !is_map(object, true) {
            return Err(Fault::NotMap { or_instance: true, found: object });
        }
        if self.is_absent(object, key, true, 1)? { Err(Fault::MissingKey(key)) } else { Ok(()) }
    }
}
