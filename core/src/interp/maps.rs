//! Maps: keys and their hashes, reading, adding and removing entries, growth.
//!
//! ```text
//!   key ──> Key { value, hash }      a string that is a sum or a part of a large buffer is copied when it is added
//!             ├─ find                 by hash, then by value
//!             └─ add ──no room──> a fresh map is filled in pieces, and its entries taken over
//! ```

use super::work::IN_CALL;
use super::{Call, Fault, Vm};
use crate::fuel::BULK;
use crate::mem::hash_words;
use crate::object::{BuiltinClass, Gc, Items, MAX_ENTRIES, Map, MapIndex, Origin, Range, Str};
use crate::operator::Operator;
use crate::value::Value;

/// Room that a map gets for its first entry.
const FIRST_CAPACITY: usize = 4;

/// Bulk work of an entry that is copied: key, value and its place in the index.
const ENTRY: usize = 24;

/// A key, which may be one.
#[derive(Clone, Copy)]
pub(crate) struct Key {
    value: Value,
    hash: u32,
}

impl Vm {
    /// Whether a value can be a key. One that is equal to others by a method or by its fields cannot.
    pub(super) fn can_be_key(&self, value: Value) -> bool {
        let Some(header) = value.header() else { return !value.to_f64().is_some_and(f64::is_nan) };
        match header.kind().class() {
            Some(BuiltinClass::String | BuiltinClass::Range | BuiltinClass::Fn | BuiltinClass::Class) => true,
            Some(_) => false,
            None => self.as_payload(value).is_none() && self.operator(value, Operator::Equal).is_none(),
        }
    }

    /// A value as a key. A safepoint if it is a sum of strings that is not settled; the value is in a register. `words` is the
    /// length of the instruction.
    pub(super) fn key(&mut self, value: Value, words: usize) -> Result<Key, Fault> {
        let Some(string) = value.as_object::<Str>() else { return self.paid_key(value) };
        if !string.is_interned() {
            self.charge_for_keys(string.len(), words)?;
        }
        self.string_key(string)
    }

    /// [`key`](Vm::key), of whose bytes the hash is paid for.
    fn paid_key(&mut self, value: Value) -> Result<Key, Fault> {
        if value.is_int() {
            return Ok(Key { value, hash: self.hash_bits(value.bits(), 0) });
        }
        if let Some(number) = value.to_f64() {
            if number.is_nan() {
                return Err(Fault::NotKey(value));
            }
            // An int and a double that are equal are one key, and so are both zeros.
            let value = Value::number(number + 0.0);
            return Ok(Key { value, hash: self.hash_bits(value.bits(), 0) });
        }
        let Some(header) = value.header() else {
            return Ok(Key { value, hash: self.hash_bits(value.bits(), 1) });
        };
        if let Some(string) = header.downcast::<Str>() {
            return self.string_key(string);
        }
        if let Some(range) = header.downcast::<Range>() {
            let bits = hash_words(self.mem.seed(), range.start().to_bits(), range.end_bits());
            return Ok(Key { value, hash: self.hash_bits(bits, range.step().to_bits()) });
        }
        if self.can_be_key(value) {
            Ok(Key { value, hash: self.hash_bits(value.bits(), 2) })
        } else {
            Err(Fault::NotKey(value))
        }
    }

    fn hash_bits(&self, bits: u64, more: u64) -> u32 {
        (hash_words(self.mem.seed(), bits, more) >> 32) as u32
    }

    /// A string as a key, whose bytes are paid for. The hash may be known; fuel does not depend on that.
    fn string_key(&mut self, string: Gc<Str>) -> Result<Key, Fault> {
        let hash = string.hash();
        if hash != 0 {
            return Ok(Key { value: string.value(), hash });
        }
        let string = if string.pending().is_some() { self.flat_copy(string)? } else { string };
        let hash = self.context.heap.strings.hash(string.bytes());
        string.note_hash(hash);
        Ok(Key { value: string.value(), hash })
    }

    /// Charges for the bytes of keys, unless the instruction has done so and goes on to make room in a map.
    fn charge_for_keys(&mut self, bytes: usize, words: usize) -> Result<(), Fault> {
        if self.work.partial.as_object::<Map>().is_some() { Ok(()) } else { self.charge_bulk(bytes, words) }
    }

    /// The key that a name is.
    pub(crate) fn name_key(name: Gc<Str>) -> Key {
        Key { value: name.value(), hash: name.hash() }
    }

    /// A flat string of the same bytes, of which the caller has paid for the copy. A safepoint; the string is reachable.
    fn flat_copy(&mut self, string: Gc<Str>) -> Result<Gc<Str>, Fault> {
        let memory = self.allocate(Str::flat_size(string.len()), false)?.cast::<Str>();
        // SAFETY: as many bytes as the string needs.
        unsafe {
            Str::init_flat(memory.as_ptr(), string.parts(), Origin::Computed);
            Ok(Gc::from_raw(memory))
        }
    }

    /// The place of a key's entry.
    fn place_of(&self, map: Gc<Map>, key: Key) -> Option<usize> {
        map.find(key.hash, key.value, |other| Vm::is_key(key.value, other))
    }

    /// Whether two keys that are not identical are the same.
    fn is_key(key: Value, other: Value) -> bool {
        if let (Some(left), Some(right)) = (key.as_object::<Str>(), other.as_object::<Str>()) {
            // Names that are the same are one object.
            let names = left.is_interned() && right.is_interned();
            return !names && left.len() == right.len() && left.bytes() == right.bytes();
        }
        match (key.as_object::<Range>(), other.as_object::<Range>()) {
            (Some(left), Some(right)) => *left == *right,
            _ => false,
        }
    }

    /// The value of a key.
    pub(crate) fn map_get(&self, map: Gc<Map>, key: Key) -> Option<Value> {
        self.place_of(map, key).and_then(|at| map.entry(at)).map(|(_, value)| value)
    }

    /// What a map has for a key; none if the key is not plain.
    pub(crate) fn look_up_key(&mut self, map: Gc<Map>, key: Value) -> Option<Option<Value>> {
        let key = if is_plain_key(key) { self.paid_key(key).ok()? } else { return None };
        Some(self.map_get(map, key))
    }

    /// The value of a key, or the error that there is none.
    pub(crate) fn map_read(&self, map: Gc<Map>, key: Key) -> Result<Value, Fault> {
        self.map_get(map, key).ok_or(Fault::NoKey(key.value))
    }

    /// Sets the value of a key. A safepoint: map, key and value are in registers. `words` is the length of the instruction.
    pub(crate) fn map_set(
        &mut self,
        map: Gc<Map>,
        key: Key,
        value: Value,
        words: usize,
    ) -> Result<(), Fault> {
        if map.is_frozen() {
            return Err(Fault::Frozen(BuiltinClass::Map));
        }
        if self.replace_entry(map, key, value) {
            return Ok(());
        }
        if map.used() == map.capacity() {
            self.scope(|vm, scope| {
                scope.keep(key.value)?;
                vm.grow_map(map, words)
            })?;
        }
        let key_value = self.lasting_key(key.value)?;
        self.map_add(map, Key { value: key_value, ..key }, value);
        Ok(())
    }

    /// Replaces the value of a key; false if there is none. The map is not frozen.
    pub(super) fn replace_entry(&mut self, map: Gc<Map>, key: Key, value: Value) -> bool {
        let Some(at) = self.place_of(map, key) else { return false };
        if let Some((entries, place)) = map.value_place(at) {
            if let Some(place) = entries.values().get(place) {
                place.set(value);
            }
            self.context.heap.part_barrier(entries, value);
        }
        true
    }

    /// Adds an entry for which there is room.
    fn map_add(&mut self, map: Gc<Map>, key: Key, value: Value) {
        if let Some(entries) = map.add(key.hash, key.value, value) {
            self.context.heap.part_barrier(entries, key.value);
            self.context.heap.part_barrier(entries, value);
        }
    }

    /// A key as it is kept: a short string does not keep a large buffer alive.
    fn lasting_key(&mut self, key: Value) -> Result<Value, Fault> {
        match key.as_object::<Str>() {
            Some(string) if string.slice().is_some() && string.len() < crate::object::FLAT => {
                Ok(self.flat_copy(string)?.value())
            }
            _ => Ok(key),
        }
    }

    /// Removes the entry of a key, and returns its value.
    pub(crate) fn map_remove(&mut self, map: Gc<Map>, key: Key) -> Option<Value> {
        let at = self.place_of(map, key)?;
        let (_, value) = map.entry(at)?;
        map.remove(at);
        Some(value)
    }

    /// Makes room for one more entry of a map. The entries are copied to larger ones, or to such of the same size if many
    /// were removed. A safepoint.
    fn grow_map(&mut self, map: Gc<Map>, words: usize) -> Result<(), Fault> {
        let capacity = if map.len() < map.used() / 4 * 3 { map.used() } else { 2 * map.len() };
        let fresh = self.copied_map(map, capacity.max(FIRST_CAPACITY), words)?;
        map.take_over(&fresh);
        self.context.heap.barrier(map);
        Ok(())
    }

    /// A map of the same entries as another one, with room for `capacity`: copied in pieces that are paid for.
    fn copied_map(&mut self, map: Gc<Map>, capacity: usize, words: usize) -> Result<Gc<Map>, Fault> {
        let fresh = match self.work.partial.as_object::<Map>() {
            Some(fresh) => fresh,
            None => {
                let fresh = self.make_map(capacity)?;
                self.work.partial = fresh.value();
                fresh
            }
        };
        self.in_pieces(map.used() * ENTRY, words, |vm, piece| {
            // An entry is copied in the piece in which its work ends.
            for at in piece.start / ENTRY..piece.end / ENTRY {
                if let Some((key, value)) = map.entry(at) {
                    let hash = vm.hash_of(key);
                    vm.map_add(fresh, Key { value: key, hash }, value);
                }
            }
            Ok(())
        })?;
        self.work.partial = Value::NIL;
        Ok(fresh)
    }

    /// The hash of a key of a map.
    fn hash_of(&mut self, key: Value) -> u32 {
        match key.as_object::<Str>() {
            Some(string) if string.hash() != 0 => string.hash(),
            Some(string) => self.context.heap.strings.hash(string.bytes()),
            None => self.paid_key(key).map_or(0, |key| key.hash),
        }
    }

    /// An empty map with room for so many entries. A safepoint.
    pub(crate) fn make_map(&mut self, capacity: usize) -> Result<Gc<Map>, Fault> {
        if capacity > MAX_ENTRIES {
            return Err(Fault::OutOfMemory);
        }
        let map = self.make(Map::new())?;
        if capacity == 0 {
            return Ok(map);
        }
        self.scope(|vm, scope| {
            scope.keep(map.value())?;
            let entries: Gc<Items> = vm.make_items(2 * capacity, None)?;
            scope.keep(entries.value())?;
            let index = match Map::wants_index(capacity) {
                true => Some(vm.make_map_index(MapIndex::slots_for(capacity))?),
                false => None,
            };
            map.set_room(entries, index);
            vm.context.heap.barrier(map);
            Ok(map)
        })
    }

    fn make_map_index(&mut self, slots: usize) -> Result<Gc<MapIndex>, Fault> {
        let memory = self.allocate(MapIndex::size(slots), false)?.cast::<MapIndex>();
        // SAFETY: as many bytes as the index needs.
        unsafe {
            MapIndex::init(memory.as_ptr(), slots);
            Ok(Gc::from_raw(memory))
        }
    }

    /// A list of a list of key and value for each entry of a map, which is reachable and paid for. A safepoint.
    pub(crate) fn entries(&mut self, map: Gc<Map>) -> Result<Value, Fault> {
        self.scope(|vm, scope| {
            let list = vm.make_list(map.len())?;
            scope.keep(list.value())?;
            for at in 0..map.used() {
                if let Some((key, value)) = map.entry(at) {
                    let pair = vm.make_list(2)?;
                    vm.append(pair, key);
                    vm.append(pair, value);
                    vm.append(list, pair.value());
                }
            }
            Ok(list.value())
        })
    }

    /// `map`: a map of keys and values in turn, `count` registers from `first` on.
    #[inline(never)]
    pub(super) fn new_map(&mut self, dst: usize, first: usize, count: usize) -> Result<(), Fault> {
        let map = self.make_map(count / 2)?;
        self.scope(|vm, scope| {
            scope.keep(map.value())?;
            vm.add_entries(map, first, count)
        })?;
        self.set_register(dst, map.value());
        Ok(())
    }

    /// `map.extend`
    #[inline(never)]
    pub(super) fn extend_map(&mut self, map: Value, first: usize, count: usize) -> Result<(), Fault> {
        let map = map.as_object::<Map>().ok_or(Fault::Bytecode)?;
        self.add_entries(map, first, count)
    }

    /// Sets entries of a map, whose keys and values are in registers.
    fn add_entries(&mut self, map: Gc<Map>, first: usize, count: usize) -> Result<(), Fault> {
        let places = (first..first + count / 2 * 2).step_by(2);
        let strings = places.clone().filter_map(|at| self.register(at).as_object::<Str>());
        let bytes = strings.filter(|string| !string.is_interned()).map(|string| string.len()).sum();
        self.charge_for_keys(bytes, 2)?;
        for at in places {
            let key = self.paid_key(self.register(at))?;
            self.scope(|vm, scope| {
                scope.keep(key.value)?;
                vm.map_set(map, key, vm.register(at + 1), 2)
            })?;
        }
        Ok(())
    }
}

/// Whether a key costs no fuel and needs no memory: a number, or a short string that is no sum.
pub(super) fn is_plain_key(key: Value) -> bool {
    match key.as_object::<Str>() {
        Some(string) => string.is_interned() || string.len() < BULK && string.pending().is_none(),
        None => key.to_f64().is_some_and(|number| !number.is_nan()),
    }
}

impl Call<'_> {
    /// An argument as a key; the function's only charge.
    pub(crate) fn key(&mut self, index: usize) -> Result<Key, Fault> {
        let value = self.arg(index);
        self.vm().key(value, IN_CALL)
    }

    /// A map of the same entries as another one, which is reachable; the function's only charge. A safepoint.
    pub(crate) fn copy_map(&mut self, map: Gc<Map>) -> Result<Gc<Map>, Fault> {
        self.vm().copied_map(map, map.len(), IN_CALL)
    }
}
