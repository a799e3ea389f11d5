//! Items of lists by int, and loops over lists, inline; the rest is in [`items`](crate::interp::items).

use crate::bytecode::operand::{Dst, FarDst, FarSrc, Iter, Src};
use crate::interp::items::Turn;
use crate::interp::machine::{Flow, Machine};
use crate::object::List;
use crate::value::Value;

impl Machine {
    /// `dst = object[index]`
    #[inline(always)]
    pub(in crate::interp) fn get_item(&mut self, dst: Dst, object: Src, index: Value) -> Flow {
        let object = self.read(object);
        if let Some(list) = object.as_object::<List>()
            && index.is_int()
            // A negative index is a large one.
            && let Some(item) = list.get(index.as_int() as u32 as usize)
        {
            self.write(dst, item);
            return Flow::Next;
        }
        self.save();
        let vm = self.vm();
        let result = vm.get_index(usize::from(dst.0), object, index);
        vm.flow(result)
    }

    /// `object[index] = src`
    #[inline(always)]
    pub(in crate::interp) fn set_item(&mut self, object: Src, index: Src, src: Src) -> Flow {
        let (object, index, value) = (self.read(object), self.read(index), self.read(src));
        if let Some(list) = object.as_object::<List>()
            && index.is_int()
            && !list.is_frozen()
            && let Some(item) = list.values().get(index.as_int() as u32 as usize)
            && let Some(items) = list.items()
        {
            item.set(value);
            self.vm().context.heap.part_barrier(items, value);
            return Flow::Next;
        }
        self.save();
        let vm = self.vm();
        let result = vm.set_index(object, index, value);
        vm.flow(result)
    }

    /// A register of a loop's state.
    #[inline(always)]
    fn state(&self, iter: Iter, index: u16) -> Value {
        self.read_far(FarSrc(iter.0.wrapping_add(index)))
    }

    #[inline(always)]
    fn set_state(&mut self, iter: Iter, index: u16, value: Value) {
        self.write_far(FarDst(iter.0.wrapping_add(index)), value);
    }

    /// The next item of a loop goes to its register, and its key if there is one for it; then this jumps back.
    #[inline(always)]
    pub(in crate::interp) fn next_item(&mut self, iter: Iter, with_key: bool, to: i32) -> Flow {
        if let Err(flow) = self.fuel_for_back_edge(2) {
            return flow;
        }
        let (object, position) = (self.state(iter, 0), self.state(iter, Iter::POSITION));
        if let Some(list) = object.as_object::<List>()
            && position.is_int()
            && self.state(iter, Iter::LENGTH).is_identical(Value::int(list.len() as i32))
            && let Some(item) = list.get(position.as_int() as u32 as usize)
        {
            self.set_state(iter, Iter::ITEM, item);
            if with_key {
                self.set_state(iter, Iter::KEY, position);
            }
            self.set_state(iter, Iter::POSITION, Value::int(position.as_int().wrapping_add(1)));
            return self.take_back_edge(to);
        }
        self.save();
        match self.vm().turn(usize::from(iter.0), with_key) {
            Ok(Turn::Item) => self.take_back_edge(to),
            Ok(Turn::End) => Flow::Next,
            Ok(Turn::Elsewhere(flow)) => flow,
            Err(fault) => self.vm().raise(fault),
        }
    }
}
