//! Items of lists, maps and bytes for machine code: what needs neither fuel nor memory, and cannot fail.

use crate::abi::ELSEWHERE;
use crate::interp::Vm;
use crate::interp::maps::is_plain_key;
use crate::object::{Bytes, List, Map, Range};
use crate::value::Value;

impl Vm {
    /// The item at an index, or none if the instruction has to be executed.
    pub(super) fn look_at_item(&mut self, object: Value, index: Value) -> Option<Value> {
        if let Some(map) = object.as_object::<Map>() {
            return self.look_up_key(map, index).flatten();
        }
        let index = as_index(index)?;
        match object.as_object::<List>() {
            Some(list) => list.get(index),
            None => object.as_object::<Bytes>()?.get(index).map(|byte| Value::int(i32::from(byte))),
        }
    }

    /// Replaces the item at an index; false if the instruction has to be executed.
    pub(super) fn replace_item(&mut self, object: Value, index: Value, value: Value) -> bool {
        if let Some(map) = object.as_object::<Map>() {
            return is_plain_key(index)
                && !map.is_frozen()
                && self.key(index, 1).is_ok_and(|key| self.replace_entry(map, key, value));
        }
        let Some((list, index)) = object.as_object::<List>().zip(as_index(index)) else { return false };
        if list.is_frozen() || index >= list.len() {
            return false;
        }
        self.set_item(list, index, value);
        true
    }

    /// A turn of a loop over the object in register `iter`.
    pub(super) fn look_at_next(&mut self, iter: usize, with_key: bool) -> u64 {
        let object = self.register(iter);
        let looks = object.as_object::<Map>().is_some()
            || object.as_object::<Range>().is_some()
            || object.as_object::<Bytes>().is_some();
        if !looks {
            return ELSEWHERE;
        }
        // A fault comes before anything changes, so that the instruction meets it again.
        self.next_item(iter, with_key).map_or(ELSEWHERE, u64::from)
    }
}

/// An index that is an integer from 0 on.
fn as_index(index: Value) -> Option<usize> {
    let number = index.to_f64()?;
    let index = number as usize;
    (index as f64 == number).then_some(index)
}
