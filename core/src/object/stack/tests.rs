use std::vec::Vec;

use super::*;
use crate::interp::{Options, Vm};
use crate::object::{Function, InImage, Parts};
use crate::testing::{Moody, SYSTEM, mem};

/// A VM whose heap holds closures, and a separate stack.
struct World {
    vm: Vm,
    stack: Stack,
}

impl World {
    fn new(max_frames: usize) -> World {
        let vm = Vm::new(SYSTEM, Options::default()).unwrap();
        World { stack: Stack::new(&mem(), max_frames).unwrap(), vm }
    }

    /// A closure of a function with `registers` registers. The closure is a root.
    fn closure(&mut self, registers: u16) -> Gc<Closure> {
        let mem = self.vm.mem().clone();
        let parts = Parts {
            id: 0,
            name: None,
            arity: 0,
            required: 0,
            rest: false,
            registers,
            builtin_methods: false,
            library: false,
            image: InImage::lasting(&[]),
        };
        let function = Function::new(&mem, parts, 0, 0, self.vm.init).unwrap();
        let function = self.vm.make(function).unwrap();
        self.vm.test_roots.push(function.value()).unwrap();
        self.stack.widen(usize::from(registers));
        let closure = self.vm.make(Closure::new(function)).unwrap();
        self.vm.test_roots.push(closure.value()).unwrap();
        closure
    }

    fn write(&mut self, register: usize, value: Value) {
        // SAFETY: the tests stay within the registers of the current frame.
        unsafe { *self.stack.top().base.add(register) = value };
    }

    /// Does the same to the stack as a `return`. True if the return polls the interrupt.
    fn pop(&mut self) -> bool {
        assert!(self.stack.depth() > 0);
        self.stack.frame = self.stack.frame.wrapping_sub(1);
        self.stack.top().pc.is_null() && self.stack.pass_watermark()
    }

    /// All values from the first to the last that was written.
    fn values(&self) -> Vec<Value> {
        // SAFETY: all of these were written.
        unsafe { core::slice::from_raw_parts(self.stack.values.as_ptr(), self.stack.written) }.into()
    }

    fn offset(&self, pointer: *mut Value) -> usize {
        (pointer.addr() - self.stack.values.as_ptr().addr()) / size_of::<Value>()
    }

    /// Asserts the invariants that the dispatchers and the collector rely on.
    fn check(&self) {
        let top = self.offset(self.stack.top().top());
        let end = self.offset(self.stack.end);
        assert!(top <= end && end <= self.stack.capacity, "{top}, {end}, {}", self.stack.capacity);
        assert!(self.values()[end..].iter().all(|value| value.is_identical(Value::NIL)));
        assert!(self.stack.depth() < self.stack.frame_capacity());
        assert!(self.stack.frames().all(|frame| self.offset(frame.top()) <= end));
    }
}

#[test]
fn frames_keep_their_registers_when_the_stacks_grow() {
    let mut world = World::new(10_000);
    let closures: Vec<_> = [3, 1, 200, 17].map(|registers| world.closure(registers)).into();
    let first = (world.stack.values, world.stack.frames);
    let mut bases = Vec::new();
    for depth in 0..1000 {
        let closure = closures[depth % 4];
        // The window is the last register of the caller; the first frame has none.
        let win = world.stack.top().closure().map_or(0, |caller| caller.function.registers as usize - 1);
        world.stack.push(closure, win).unwrap();
        bases.push(world.offset(world.stack.top().base));
        for register in 0..closure.function.registers as usize {
            world.write(register, Value::int((depth * 1000 + register) as i32));
        }
        world.check();
    }
    assert!(world.stack.values != first.0 && world.stack.frames != first.1, "nothing has grown");
    assert_eq!(world.stack.depth(), 1000);
    for depth in (0..1000).rev() {
        let closure = closures[depth % 4];
        let frame = *world.stack.top();
        assert!(frame.closure() == Some(closure) && frame.pc == closure.function.code());
        assert_eq!(world.offset(frame.base), bases[depth]);
        // The last register was the window of the next call, so it is left out.
        for register in 0..closure.function.registers as usize - usize::from(depth < 999) {
            // SAFETY: a register of the frame.
            let value = unsafe { *frame.base.add(register) };
            assert!(value.is_identical(Value::int((depth * 1000 + register) as i32)), "{depth}, {register}");
        }
        assert_eq!(world.stack.frames().count(), depth + 1);
        world.pop();
    }
    assert!(world.stack.top().closure().is_none() && world.stack.top().pc.is_null());
    assert_eq!(world.offset(world.stack.top().base), 0);
}

#[test]
fn stale_registers_are_cleared_and_others_are_not() {
    let mut world = World::new(1000);
    let (small, large) = (world.closure(4), world.closure(1000));
    world.stack.push(small, 0).unwrap();
    (0..4).for_each(|register| world.write(register, Value::int(1)));
    world.stack.push(large, 2).unwrap();
    (0..1000).for_each(|register| world.write(register, Value::int(2)));
    world.pop();
    // The caller's last registers were also the callee's first, so they stay.
    world.stack.forget_stale();
    let values = world.values();
    let ints: Vec<_> = values.iter().take_while(|value| value.is_int()).map(|value| value.as_int()).collect();
    assert_eq!(ints, [1, 1, 2, 2]);
    assert!(values[4..].iter().all(|value| value.is_identical(Value::NIL)));
    world.check();
    // Registers above a callee's are stale, too, even if they are the caller's.
    let one = world.closure(1);
    world.stack.push(one, 1).unwrap();
    world.stack.forget_stale();
    assert!(world.values()[2..].iter().all(|value| value.is_identical(Value::NIL)));
    world.check();
}

#[test]
fn registers_of_callers_stay_below_the_end() {
    let mut world = World::new(1000);
    let (large, small) = (world.closure(5000), world.closure(1));
    world.stack.push(large, 0).unwrap();
    for register in [1, 1000, 4999] {
        // A collection ends in a callee that begins low in its caller's registers.
        world.stack.push(small, 1).unwrap();
        world.stack.forget_stale();
        world.check();
        world.pop();
        world.write(register, Value::int(1));
        world.check();
    }
    world.stack.push(small, 1).unwrap();
    world.stack.forget_stale();
    assert!(world.values()[2..].iter().all(|value| value.is_identical(Value::NIL)));
}

#[test]
fn clearing_costs_what_was_used_since_the_last_time() {
    let mut world = World::new(1000);
    let (small, large) = (world.closure(4), world.closure(60_000));
    world.stack.push(small, 0).unwrap();
    world.stack.push(large, 4).unwrap();
    world.pop();
    assert!(world.offset(world.stack.end) > 60_000);
    world.stack.forget_stale();
    assert!(world.offset(world.stack.end) <= 60_000 + STRIDE);
    world.check();
    // A fast call, which does not use `push`, stays below the end. One that does not fit moves the end.
    world.stack.push(large, 4).unwrap();
    assert!(world.offset(world.stack.end) > 60_000);
    world.check();
}

#[test]
fn only_registers_in_use_are_roots() {
    let mut world = World::new(1000);
    let (small, large) = (world.closure(2), world.closure(50));
    let [kept, gone] = [b"kept", b"gone"].map(|name| world.vm.intern(name).unwrap());
    world.stack.push(small, 0).unwrap();
    world.write(0, kept.value());
    world.stack.push(large, 1).unwrap();
    world.write(30, gone.value());
    world.pop();
    let before = world.vm.context.heap.stats().live;
    assert!(world.stack.mark(&mut world.vm.context.heap, usize::MAX, usize::MAX, &mut false));
    // Marked are the name, and the closure of the frame with its function.
    let marked = world.vm.context.heap.stats().live - before;
    world.vm.context.heap.mark_object(kept);
    world.vm.context.heap.mark_object(small);
    assert_eq!(world.vm.context.heap.stats().live - before, marked);
    world.vm.context.heap.mark_object(gone);
    assert!(world.vm.context.heap.stats().live - before > marked);
}

#[test]
fn depth_and_size_have_bounds() {
    for limit in [0, 1, 2, 31, 32, 33, 100] {
        let mut world = World::new(limit);
        let closure = world.closure(2);
        for _ in 0..limit {
            world.stack.push(closure, 1).unwrap();
            world.check();
        }
        assert!(matches!(world.stack.push(closure, 1), Err(StackError::Overflow)), "{limit}");
        assert_eq!(world.stack.depth(), limit);
        world.check();
    }
    let mut world = World::new(usize::MAX);
    let huge = world.closure(u16::MAX);
    let fits = (0..1000).take_while(|_| world.stack.push(huge, usize::from(u16::MAX) - 1).is_ok()).count();
    assert!((30..=MAX_VALUES / usize::from(u16::MAX) + 1).contains(&fits), "{fits}");
    assert!(matches!(world.stack.push(huge, usize::from(u16::MAX) - 1), Err(StackError::Overflow)));
    assert_eq!(world.stack.depth(), fits);
    world.check();
}

#[test]
fn a_stack_that_cannot_grow_is_as_it_was() {
    let alloc = Moody::new();
    let mut world = World::new(1000);
    world.stack = Stack::new(&Mem::new(alloc, usize::MAX).unwrap(), 1000).unwrap();
    let closure = world.closure(100);
    world.stack.push(closure, 0).unwrap();
    world.write(99, Value::int(7));
    alloc.refuse(true);
    while world.stack.push(closure, 99).is_ok() {
        world.write(99, Value::int(7));
    }
    let depth = world.stack.depth();
    assert!((1..5).contains(&depth));
    assert!(matches!(world.stack.push(closure, 99), Err(StackError::OutOfMemory)));
    world.check();
    alloc.refuse(false);
    world.stack.push(closure, 99).unwrap();
    assert_eq!(world.stack.depth(), depth + 1);
    let sevens = world.values().iter().filter(|value| value.is_identical(Value::int(7))).count();
    assert_eq!(sevens, depth);
    drop(world);
    assert_eq!(alloc.bytes(), 0);
}

/// Whether all objects in registers in use are marked.
fn all_marked(world: &mut World) -> bool {
    let live = world.vm.context.heap.stats().live;
    let top = world.offset(world.stack.top().top());
    for value in world.values().into_iter().take(top) {
        world.vm.context.heap.mark_value(value);
    }
    world.vm.context.heap.stats().live == live
}

#[test]
fn a_deep_stack_is_scanned_in_steps_while_calls_and_returns_go_on() {
    let mut world = World::new(100_000);
    let closures: Vec<_> = [2, 3, 30, 7].map(|registers| world.closure(registers)).into();
    let mut random = 1_u32;
    let mut below = |bound: usize| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 8) as usize % bound
    };
    let (mut steps, mut ends, mut made) = (0, 0, 0);
    world.stack.forget_scanned();
    let mut depths = Vec::new();
    while ends < 8 {
        // Each written register has the only reference to an object.
        let calls = below(400) as isize - if world.stack.depth() > 2000 { 300 } else { 150 };
        for _ in 0..calls.unsigned_abs() {
            if calls > 0 {
                let closure = closures[below(4)];
                let win =
                    world.stack.top().closure().map_or(0, |caller| caller.function.registers as usize - 1);
                world.stack.push(closure, win).unwrap();
                depths.push(closure);
            } else if world.stack.depth() > 1 {
                world.pop();
                depths.pop();
            }
            if world.stack.depth() > 0 && below(8) == 0 {
                let object = world.vm.make(crate::object::CellObject::new(Value::NIL)).unwrap();
                world.write(0, object.value());
                made += 1;
            }
            assert_eq!(world.stack.depth(), depths.len());
        }
        world.check();
        let pcs = world.stack.frames().map(|frame| frame.pc);
        assert!(pcs.eq(depths.iter().rev().map(|closure| closure.function.code())));
        steps += 1;
        if world.stack.mark(&mut world.vm.context.heap, 200 * VALUE_WORK, usize::MAX, &mut false) {
            assert!(all_marked(&mut world));
            world.stack.forget_stale();
            world.check();
            ends += 1;
        }
    }
    assert!(steps > 3 * ends, "{steps} steps");
    assert!(made < 30_000, "{made}: the heap has collected, and this stack is none of its roots");
}

/// Random calls and returns, and sometimes a new slice of fuel, with any amount of scanning between them.
#[test]
fn returns_look_at_the_interrupt() {
    let mut world = World::new(100_000);
    let closure = world.closure(3);
    let mut random = 1_u32;
    let mut below = |bound: u32| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 8) % bound
    };
    let (mut calls, mut returns, mut looks) = (0, 0, 0);
    for turn in 0..2_000_000_u32 {
        let is_descent = turn / 50_000 % 3 < 1;
        if world.stack.depth() < 2 || below(10) < if is_descent { 9 } else { 3 } {
            world.stack.push(closure, 2).unwrap();
            calls += 1;
        } else {
            returns += 1;
            if world.pop() {
                (calls, returns, looks) = (0, 0, looks + 1);
            }
        }
        if calls == 1024 {
            world.stack.polled(usize::MAX);
            (calls, returns) = (0, 0);
        }
        assert!(returns <= UNPOLLED + calls, "{returns} returns, {calls} calls");
        if below(5_000) == 0 {
            world.stack.mark(&mut world.vm.context.heap, 500 * VALUE_WORK, usize::MAX, &mut false);
        }
        if below(20_000) == 0 {
            world.stack.forget_scanned();
        }
        if turn.is_multiple_of(1_000) {
            assert!(world.stack.frames().all(|frame| frame.pc == closure.function.code()));
        }
    }
    assert!(looks > 100, "{looks}");
    while world.stack.depth() > 1 {
        world.pop();
    }
    world.pop();
    assert!(!world.stack.pass_watermark(), "that is the host's record");
}

#[test]
fn frames_of_machine_code_are_scanned_in_one_go_or_machine_code_is_left() {
    let mut world = World::new(100_000);
    let (small, large) = (world.closure(4), world.closure(40));
    for _ in 0..10 {
        world.stack.push(small, 3).unwrap();
    }
    let entered = world.stack.depth();
    let mut leave = false;
    for _ in 0..10 {
        world.stack.push(large, 39).unwrap();
    }
    assert!(world.stack.mark(&mut world.vm.context.heap, 1 << 20, entered, &mut leave) && !leave);
    world.stack.forget_scanned();
    for _ in 0..10_000 {
        world.stack.push(large, 39).unwrap();
    }
    assert!(!world.stack.mark(&mut world.vm.context.heap, 1 << 20, entered, &mut leave) && leave);
    // Below the frame with which machine code was entered, records may lack their pc. From that frame on, they have it.
    let records = entered..=world.stack.depth();
    // SAFETY: records in use.
    assert!(records.into_iter().all(|index| unsafe { !(*world.stack.record(index)).pc.is_null() }));
    let entered = world.stack.depth();
    let steps = (0..100).take_while(|_| {
        !world.stack.mark(&mut world.vm.context.heap, 20_000 * VALUE_WORK, entered, &mut false)
    });
    assert!(steps.count() > 10);
    world.stack.forget_scanned();
    assert!(world.stack.frames().all(|frame| !frame.pc.is_null()));
}
