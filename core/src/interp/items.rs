//! Lists and ranges off the fast path: making them, items and slices, membership, loops over items.
//!
//! ```text
//!   make_list ──> Items, then List      both reachable before the next safepoint
//!   grow      ──> larger Items          paid for by the items that are copied
//!   copy_items ─> in pieces             slices and copies of any length
//! ```

use super::machine::Flow;
use super::scripted::Helper;
use super::work::IN_CALL;
use super::{Call, Fault, Vm};
use crate::bytecode::Op;
use crate::bytecode::operand::Iter;
use crate::object::{
    BuiltinClass, Bytes, End, Fiber, FiberState, Gc, Instance, Items, List, MAX_ITEMS, Map, Range, Str,
};
use crate::operator::Operator;
use crate::value::Value;

/// What a turn of a loop has found.
pub(super) enum Turn {
    /// An item, which is in its register.
    Item,
    /// The end.
    End,
    /// A call, which ends the instruction.
    Elsewhere(Flow),
}

/// Room that a list gets for its first item.
const FIRST_CAPACITY: usize = 4;
/// Lists up to this length double when they grow, longer ones grow by half.
const DOUBLED: usize = 1 << 15;

/// Bulk work of copying so many values.
pub(super) const fn bytes(values: usize) -> usize {
    values * size_of::<Value>()
}

/// An index that is an integer; the error names the type of what has no such item.
fn index_of(index: Value, of: BuiltinClass) -> Result<f64, Fault> {
    match index.to_f64() {
        Some(number) if number == libm::trunc(number) && number.is_finite() => Ok(number),
        _ => Err(Fault::IndexType { of, found: index }),
    }
}

/// The index of an item among `len`.
pub(super) fn within(index: Value, len: usize, of: BuiltinClass) -> Result<usize, Fault> {
    let number = index_of(index, of)?;
    if (0.0..len as f64).contains(&number) {
        Ok(number as usize)
    } else {
        Err(Fault::OutOfRange { of, index, len: len as u32 })
    }
}

/// The first index of a slice, and the one after its last.
pub(super) fn bounds(range: &Range, len: usize, of: BuiltinClass) -> Result<(usize, usize), Fault> {
    let bound = |number: f64| -> Result<usize, Fault> {
        let value = Value::number(number);
        index_of(value, of)?;
        if (0.0..=len as f64).contains(&number) {
            Ok(number as usize)
        } else {
            Err(Fault::OutOfRange { of, index: value, len: len as u32 })
        }
    };
    let from = bound(range.start())?;
    let to = match range.end() {
        End::Open => len,
        End::Before(end) => bound(end)?,
        // The last index itself must be one.
        End::With(end) => bound(end + 1.0).map_err(|_| Fault::OutOfRange {
            of,
            index: Value::number(end),
            len: len as u32,
        })?,
    };
    if from > to || range.step() != 1.0 {
        return Err(Fault::Slice { of, from: from as u32, to: to as u32 });
    }
    Ok((from, to))
}

impl Vm {
    /// Items with room for `capacity` values, of which the first are those of `old`. A safepoint; `old` is reachable.
    pub(super) fn make_items(&mut self, capacity: usize, old: Option<Gc<List>>) -> Result<Gc<Items>, Fault> {
        if capacity > MAX_ITEMS {
            return Err(Fault::OutOfMemory);
        }
        let memory = self.allocate(Items::size(capacity), false)?.cast::<Items>();
        let old = old.as_ref().map_or(&[][..], |list| list.values());
        // SAFETY: as many bytes as the items need.
        unsafe {
            Items::init(memory.as_ptr(), capacity, old);
            Ok(Gc::from_raw(memory))
        }
    }

    /// An empty list with room for `capacity` items. A safepoint.
    pub(crate) fn make_list(&mut self, capacity: usize) -> Result<Gc<List>, Fault> {
        let list = self.make(List::new())?;
        if capacity != 0 {
            self.scope(|vm, scope| {
                scope.keep(list.value())?;
                let items = vm.make_items(capacity, None)?;
                list.set_items(items);
                vm.context.heap.barrier(list);
                Ok::<(), Fault>(())
            })?;
        }
        Ok(list)
    }

    /// Makes room for `more` items of a list, which is reachable. Pays for the items that move. A safepoint.
    fn reserve_items(&mut self, list: Gc<List>, more: usize, words: usize) -> Result<(), Fault> {
        if list.len() + more <= list.capacity() {
            return Ok(());
        }
        self.charge_bulk(bytes(list.len()), words)?;
        self.make_room(list, more)
    }

    /// Makes room for `more` items of a list, which is reachable, of whose items the caller has paid for the moves. A
    /// safepoint.
    pub(crate) fn make_room(&mut self, list: Gc<List>, more: usize) -> Result<(), Fault> {
        let needed = list.len().checked_add(more).ok_or(Fault::OutOfMemory)?;
        if needed <= list.capacity() {
            return Ok(());
        }
        let grown = if list.len() < DOUBLED { 2 * list.len() } else { list.len() + list.len() / 2 };
        let items = self.make_items(needed.max(grown.min(MAX_ITEMS)).max(FIRST_CAPACITY), Some(list))?;
        list.set_items(items);
        self.context.heap.barrier(list);
        Ok(())
    }

    /// Sets the item at an index that the list has.
    pub(crate) fn set_item(&mut self, list: Gc<List>, index: usize, value: Value) {
        if let (Some(place), Some(items)) = (list.values().get(index), list.items()) {
            place.set(value);
            self.context.heap.part_barrier(items, value);
        }
    }

    /// Appends a value for which there is room.
    pub(crate) fn append(&mut self, list: Gc<List>, value: Value) {
        let len = list.len();
        list.set_len(len + 1);
        if let (Some(place), Some(items)) = (list.values().get(len), list.items()) {
            place.set(value);
            self.context.heap.part_barrier(items, value);
        }
    }

    /// Appends a value to a list that is not frozen and has room; none if it does not.
    pub(crate) fn append_in_place(&mut self, list: Gc<List>, value: Value) -> Option<Value> {
        if list.is_frozen() || list.len() >= list.capacity() {
            return None;
        }
        self.append(list, value);
        Some(Value::NIL)
    }

    /// `list`: a list of `count` values, from register `first` on.
    #[inline(never)]
    pub(super) fn new_list(&mut self, dst: usize, first: usize, count: usize) -> Result<(), Fault> {
        self.charge_bulk(bytes(count), 2)?;
        let list = self.make_list(count)?;
        for index in 0..count {
            self.append(list, self.register(first + index));
        }
        self.set_register(dst, list.value());
        Ok(())
    }

    /// `list.extend`
    #[inline(never)]
    pub(super) fn extend_list(&mut self, list: Value, first: usize, count: usize) -> Result<(), Fault> {
        let list = list.as_object::<List>().ok_or(Fault::Bytecode)?;
        // What moves is paid for by the items that come: their number is small beside it only where the list doubles.
        self.reserve_items(list, count, 2)?;
        for index in 0..count {
            self.append(list, self.register(first + index));
        }
        Ok(())
    }

    /// A list of some items of another one, which is reachable: paid for, and copied in pieces. A safepoint.
    fn slice_list(
        &mut self,
        list: Gc<List>,
        from: usize,
        to: usize,
        words: usize,
    ) -> Result<Gc<List>, Fault> {
        let slice = match self.work.partial.as_object::<List>() {
            Some(slice) => slice,
            None => {
                let slice = self.make_list(to - from)?;
                self.work.partial = slice.value();
                slice
            }
        };
        self.in_pieces(bytes(to - from), words, |vm, piece| {
            for index in piece.start / size_of::<Value>()..piece.end / size_of::<Value>() {
                vm.append(slice, list.get(from + index).unwrap_or(Value::NIL));
            }
            Ok(())
        })?;
        self.work.partial = Value::NIL;
        Ok(slice)
    }

    /// `dst = object[index]` beyond an int of a list.
    #[inline(never)]
    pub(super) fn get_index(&mut self, dst: usize, object: Value, index: Value) -> Result<(), Fault> {
        let item = if let Some(list) = object.as_object::<List>() {
            match index.as_object::<Range>() {
                Some(range) => {
                    let (from, to) = bounds(&range, list.len(), BuiltinClass::List)?;
                    self.slice_list(list, from, to, 1)?.value()
                }
                None => list.get(within(index, list.len(), BuiltinClass::List)?).unwrap_or(Value::NIL),
            }
        } else if let Some(map) = object.as_object::<Map>() {
            let key = self.key(index, 1)?;
            self.map_read(map, key)?
        } else if let Some(string) = object.as_object::<Str>() {
            self.string_item(string, index)?
        } else if let Some(bytes) = object.as_object::<Bytes>() {
            self.bytes_item(bytes, index)?
        } else {
            return self.finish_by_operator(Operator::Index, object, &[index], 1, Fault::NoItems(object));
        };
        self.set_register(dst, item);
        Ok(())
    }

    /// A character of a string, or a part.
    fn string_item(&mut self, string: Gc<Str>, index: Value) -> Result<Value, Fault> {
        const OF: BuiltinClass = BuiltinClass::String;
        if let Some(range) = index.as_object::<Range>() {
            let (from, to) = bounds(&range, string.len(), OF)?;
            for bound in [from, to] {
                if bound < string.len() && !string.is_char_boundary(bound) {
                    return Err(Fault::InsideCharacter { string, index: bound as u32 });
                }
            }
            self.charge_bulk(to - from, 1)?;
            let part = self.new_text(to - from, |_, out| {
                // SAFETY: a register holds the string, and there is no safepoint meanwhile.
                let parts = unsafe { string.parts_for() };
                let mut start = 0;
                for part in parts {
                    let (from, to) =
                        (from.clamp(start, start + part.len()), to.clamp(start, start + part.len()));
                    out.push(part.get(from - start..to - start).unwrap_or_default());
                    start += part.len();
                }
            })?;
            return Ok(part.value());
        }
        let index = within(index, string.len(), OF)?;
        match string.char_at(index) {
            Some(char) => Ok(self.char_text(char)?.value()),
            None => Err(Fault::InsideCharacter { string, index: index as u32 }),
        }
    }

    /// The string of one character. A safepoint.
    fn char_text(&mut self, char: char) -> Result<Gc<Str>, Fault> {
        let mut bytes = [0; 4];
        let text = char.encode_utf8(&mut bytes);
        // Names are there already, and are compared at once.
        if let Some(name) = self.context.heap.strings.find(text.as_bytes()) {
            self.context.heap.mark_object(name);
            return Ok(name);
        }
        Ok(self.intern(text.as_bytes())?)
    }

    /// Whether a key is none of a map's, or an index is past the items, or with `fields` if a name is that of no property of
    /// an instance.
    #[inline(never)]
    pub(super) fn is_absent(
        &mut self,
        object: Value,
        index: Value,
        fields: bool,
        words: usize,
    ) -> Result<bool, Fault> {
        if let (true, Some(instance), Some(name)) = (fields, object.as_object(), index.as_object::<Str>()) {
            let name = self.as_name(name, words)?;
            return Ok(!name.is_some_and(|name| self.has_property(instance, name)));
        }
        if let Some(map) = object.as_object::<Map>() {
            let key = self.key(index, words)?;
            return Ok(self.map_get(map, key).is_none());
        }
        let len = object.as_object::<List>().map(|list| list.len());
        let len = len.or_else(|| object.as_object::<Str>().map(|string| string.len()));
        let len = len.or_else(|| object.as_object::<Bytes>().map(|bytes| bytes.len()));
        Ok(len.is_some_and(|len| index.to_f64().is_some_and(|index| index >= len as f64)))
    }

    /// The name with the text of a string, whose bytes are paid for; none if no property has that name. Long literals are no
    /// names.
    fn as_name(&mut self, string: Gc<Str>, words: usize) -> Result<Option<Gc<Str>>, Fault> {
        if string.is_interned() {
            return Ok(Some(string));
        }
        self.key(string.value(), words)?;
        Ok(self.context.heap.strings.find(string.bytes()))
    }

    /// `object[index] = value` beyond an int of a list.
    #[inline(never)]
    pub(super) fn set_index(&mut self, object: Value, index: Value, value: Value) -> Result<(), Fault> {
        if let Some(map) = object.as_object::<Map>() {
            let key = self.key(index, 1)?;
            return self.map_set(map, key, value, 1);
        }
        if let Some(bytes) = object.as_object::<Bytes>() {
            return self.set_byte(bytes, index, value);
        }
        let Some(list) = object.as_object::<List>() else {
            let none = match object.as_object::<Str>() {
                Some(_) => Fault::FixedItems(BuiltinClass::String),
                None => Fault::NoItems(object),
            };
            return self.finish_by_operator(Operator::SetIndex, object, &[index, value], 1, none);
        };
        if list.is_frozen() {
            return Err(Fault::Frozen(BuiltinClass::List));
        }
        self.set_item(list, within(index, list.len(), BuiltinClass::List)?, value);
        Ok(())
    }

    /// A range between two values. A safepoint.
    #[inline(never)]
    pub(super) fn new_range(
        &mut self,
        dst: usize,
        start: Value,
        end: Option<Value>,
        with_end: bool,
    ) -> Result<(), Fault> {
        let start = bound_of(start)?;
        let end = match end {
            None => End::Open,
            Some(end) if with_end => End::With(bound_of(end)?),
            Some(end) => End::Before(bound_of(end)?),
        };
        let range = self.make(Range::new(start, end, 1.0))?;
        self.set_register(dst, range.value());
        Ok(())
    }

    /// Checks the bounds of a loop over numbers.
    #[cold]
    #[inline(never)]
    pub(super) fn check_range(&mut self, start: Value, end: Value) -> Result<(), Fault> {
        bound_of(start)?;
        bound_of(end)?;
        Ok(())
    }

    /// Whether an object and another object or a number, not both strings, are equal. Methods compare instances, the library
    /// lists and maps.
    pub(super) fn collections_equal(&mut self, lhs: Value, rhs: Value, words: usize) -> Result<bool, Flow> {
        if self.operator(lhs, Operator::Equal).is_some() {
            let result = self.finish_by_operator(Operator::Equal, lhs, &[rhs], words, Fault::Bytecode);
            return Err(self.flow(result));
        }
        if let (Some(left), Some(right)) = (lhs.as_object::<Range>(), rhs.as_object::<Range>()) {
            return Ok(*left == *right);
        }
        if let (Some(left), Some(right)) = (lhs.as_object::<Bytes>(), rhs.as_object::<Bytes>()) {
            return self.bytes_equal(left, right, words);
        }
        match (lhs.as_object::<List>(), rhs.as_object::<List>()) {
            (Some(left), Some(right)) if left.len() == right.len() => {
                return Err(self.compare_in(Helper::ListsEqual, lhs, rhs, words));
            }
            _ => {}
        }
        match (lhs.as_object::<Map>(), rhs.as_object::<Map>()) {
            (Some(left), Some(right)) if left.len() == right.len() => {
                Err(self.compare_in(Helper::MapsEqual, lhs, rhs, words))
            }
            _ if self.are_of_one_variant(lhs, rhs) => {
                Err(self.compare_in(Helper::PayloadsEqual, lhs, rhs, words))
            }
            _ => Ok(false),
        }
    }

    /// Begins to compare what two objects hold, by a function of the library.
    fn compare_in(&mut self, helper: Helper, lhs: Value, rhs: Value, words: usize) -> Flow {
        let depth = self.compared_depth();
        let result = if depth < MOST_COMPARED {
            self.finish_by(helper, &[lhs, rhs, Value::int(depth + 1)], words)
        } else {
            Err(Fault::ComparedTooDeep)
        };
        self.flow(result)
    }

    /// How many comparisons of lists, maps and values of enums the running function is in, each of items of the one before: the
    /// third argument of these functions.
    fn compared_depth(&self) -> i32 {
        const DEPTH: usize = 3;
        let comparing = [Helper::ListsEqual, Helper::MapsEqual, Helper::PayloadsEqual];
        let is_one = self.context.stack.top().closure().is_some_and(|closure| {
            comparing.into_iter().any(|helper| self.made_helper(helper).is_some_and(|made| made == closure))
        });
        let depth = if is_one { self.register(DEPTH) } else { Value::int(0) };
        if depth.is_int() { depth.as_int() } else { 0 }
    }

    /// `in`
    #[inline(never)]
    pub(super) fn contains(&mut self, dst: usize, lhs: Value, rhs: Value) -> Result<(), Fault> {
        if rhs.as_object::<List>().is_some() {
            return self.finish_by(Helper::ListContains, &[lhs, rhs], 1);
        }
        let contains = if let Some(text) = rhs.as_object::<Str>() {
            let part = lhs.as_object::<Str>().ok_or(Fault::NoMembers(rhs))?;
            return self.finish_by(Helper::StringContains, &[part.value(), text.value()], 1);
        } else if let Some(map) = rhs.as_object::<Map>() {
            let key = self.key(lhs, 1)?;
            self.map_get(map, key).is_some()
        } else if let Some(range) = rhs.as_object::<Range>() {
            lhs.to_f64().is_some_and(|number| range.contains(number))
        } else if let Some(bytes) = rhs.as_object::<Bytes>() {
            self.contains_byte(bytes, lhs)?
        } else {
            return self.finish_by_operator(Operator::In, rhs, &[lhs], 1, Fault::NoMembers(rhs));
        };
        self.set_register(dst, Value::bool(contains));
        Ok(())
    }

    /// Begins a loop over the items of the value in register `iter`: of an instance, over those of its iterator.
    #[inline(never)]
    pub(super) fn begin_items(&mut self, iter: usize) -> Result<(), Fault> {
        let object = self.register(iter);
        if object.as_object::<Instance>().is_none() {
            return self.begin_state(iter);
        }
        if !self.has_iter(object)? {
            return Err(Fault::NotIterable(object));
        }
        self.finish_in(Helper::FinishIter, object, &[], Op::ForPrep.words())
    }

    /// Whether a value is an instance with `iter`. A safepoint.
    pub(crate) fn has_iter(&mut self, value: Value) -> Result<bool, Fault> {
        let name = self.intern(b"iter")?;
        Ok(value.as_object::<Instance>().is_some_and(|instance| self.has_property(instance, name)))
    }

    /// Begins a loop over the items of the value in register `iter`, which may be an iterator.
    pub(super) fn begin_state(&mut self, iter: usize) -> Result<(), Fault> {
        let object = self.register(iter);
        let length = if let Some(list) = object.as_object::<List>() {
            Value::int(list.len() as i32)
        } else if object.as_object::<Str>().is_some() {
            Value::NIL
        } else if let Some(map) = object.as_object::<Map>() {
            Value::int(map.changes() as i32)
        } else if let Some(range) = object.as_object::<Range>() {
            Value::number(range.start())
        } else if object.as_object::<Fiber>().is_some() || object.as_object::<Instance>().is_some() {
            Value::NIL
        } else if let Some(bytes) = object.as_object::<Bytes>() {
            Value::int(bytes.len() as i32)
        } else {
            return Err(Fault::NotIterable(object));
        };
        self.set_register(iter + usize::from(Iter::POSITION), Value::int(0));
        self.set_register(iter + usize::from(Iter::LENGTH), length);
        Ok(())
    }

    /// A turn of the loop whose state begins at register `iter`, beyond an item of a list. A fiber or an iterator ends the
    /// instruction later, of two words.
    #[inline(never)]
    pub(super) fn turn(&mut self, iter: usize, with_key: bool) -> Result<Turn, Fault> {
        let object = self.register(iter);
        if let Some(fiber) = object.as_object::<Fiber>() {
            if fiber.state.get() == FiberState::Done {
                return Ok(Turn::End);
            }
            return Ok(Turn::Elsewhere(self.resume_fiber(fiber, Value::NIL, Op::ForNext.words())?));
        }
        if object.as_object::<Instance>().is_some() {
            self.finish_in(Helper::FinishNext, object, &[], Op::ForNext.words())?;
            return Ok(Turn::Elsewhere(Flow::Reload));
        }
        Ok(if self.next_item(iter, with_key)? { Turn::Item } else { Turn::End })
    }

    /// An item that a fiber or an iterator gave goes to its register, and its number is its key.
    pub(super) fn give_item(&mut self, iter: usize, with_key: bool, item: Value) -> Result<(), Fault> {
        let position = self.register(iter + usize::from(Iter::POSITION));
        let next = position.to_f64().ok_or(Fault::Bytecode)? + 1.0;
        self.set_register(iter + usize::from(Iter::POSITION), Value::number(next));
        self.set_register(iter + usize::from(Iter::ITEM), item);
        if with_key {
            self.set_register(iter + usize::from(Iter::KEY), position);
        }
        Ok(())
    }

    /// The next item of the loop whose state begins at register `iter`, into its register, and its key. False after the
    /// last.
    #[inline(never)]
    pub(super) fn next_item(&mut self, iter: usize, with_key: bool) -> Result<bool, Fault> {
        let object = self.register(iter);
        let position = self.register(iter + usize::from(Iter::POSITION));
        let state = self.register(iter + usize::from(Iter::LENGTH));
        let index = position.to_f64().ok_or(Fault::Bytecode)?;
        let item = if let Some(list) = object.as_object::<List>() {
            if state != Value::int(list.len() as i32) {
                return Err(Fault::Changed(BuiltinClass::List));
            }
            match list.get(index as usize) {
                Some(item) => item,
                None => return Ok(false),
            }
        } else if let Some(string) = object.as_object::<Str>() {
            let Some(char) = string.char_at(index as usize) else { return Ok(false) };
            let text = self.char_text(char)?;
            let next = index + char.len_utf8() as f64;
            self.set_register(iter + usize::from(Iter::POSITION), Value::number(next));
            self.set_register(iter + usize::from(Iter::ITEM), text.value());
            if with_key {
                self.set_register(iter + usize::from(Iter::KEY), position);
            }
            return Ok(true);
        } else if let Some(map) = object.as_object::<Map>() {
            return self.next_entry(map, iter, with_key);
        } else if let Some(range) = object.as_object::<Range>() {
            let number = state.to_f64().ok_or(Fault::Bytecode)?;
            if !range.reaches(number) {
                return Ok(false);
            }
            self.set_register(iter + usize::from(Iter::LENGTH), Value::number(number + range.step()));
            Value::number(number)
        } else if let Some(bytes) = object.as_object::<Bytes>() {
            if state != Value::int(bytes.len() as i32) {
                return Err(Fault::Changed(BuiltinClass::Bytes));
            }
            match bytes.get(index as usize) {
                Some(byte) => Value::int(i32::from(byte)),
                None => return Ok(false),
            }
        } else {
            return Err(Fault::Bytecode);
        };
        self.set_register(iter + usize::from(Iter::POSITION), Value::number(index + 1.0));
        self.set_register(iter + usize::from(Iter::ITEM), item);
        if with_key {
            self.set_register(iter + usize::from(Iter::KEY), position);
        }
        Ok(true)
    }
}

impl Call<'_> {
    /// Makes room for `more` items of a list, which is reachable, and pays for the items that move; the function's only
    /// charge. A safepoint.
    pub(crate) fn reserve_items(&mut self, list: Gc<List>, more: usize) -> Result<(), Fault> {
        self.vm().reserve_items(list, more, IN_CALL)
    }

    /// A list of some items of another one, which is reachable; the function's only charge. A safepoint.
    pub(crate) fn slice_list(&mut self, list: Gc<List>, from: usize, to: usize) -> Result<Gc<List>, Fault> {
        self.vm().slice_list(list, from, to, IN_CALL)
    }
}

impl Vm {
    /// The next entry of a map for a loop, which has one name for the key alone, or two for key and value.
    fn next_entry(&mut self, map: Gc<Map>, iter: usize, with_key: bool) -> Result<bool, Fault> {
        if self.register(iter + usize::from(Iter::LENGTH)) != Value::int(map.changes() as i32) {
            return Err(Fault::Changed(BuiltinClass::Map));
        }
        let position = self.register(iter + usize::from(Iter::POSITION));
        let mut at = position.to_f64().ok_or(Fault::Bytecode)? as usize;
        // A map with many removed entries has had as many removals, which paid for the search.
        let (key, value) = loop {
            if at >= map.used() {
                return Ok(false);
            }
            at += 1;
            if let Some(entry) = map.entry(at - 1) {
                break entry;
            }
        };
        self.set_register(iter + usize::from(Iter::POSITION), Value::int(at as i32));
        self.set_register(iter + usize::from(Iter::ITEM), if with_key { value } else { key });
        if with_key {
            self.set_register(iter + usize::from(Iter::KEY), key);
        }
        Ok(true)
    }
}

/// How deep lists, maps and values of enums may nest that are compared.
const MOST_COMPARED: i32 = 200;

/// A bound of a range: at most 2^53 - 1, so that one more than each bound is another number, and every loop ends.
fn bound_of(value: Value) -> Result<f64, Fault> {
    const MOST: f64 = 9_007_199_254_740_991.0;
    let number = value.to_f64().ok_or(Fault::BoundType(value))?;
    if (-MOST..=MOST).contains(&number) { Ok(number) } else { Err(Fault::Bound(value)) }
}
