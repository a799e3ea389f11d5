mod forks;

use core::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::string::String;
use std::vec::Vec;

use super::*;
use crate::heap::Want;
use crate::interp::Options;
use crate::testing::SYSTEM;

fn vm(gc_stress: bool) -> Vm {
    let mut vm = Vm::new(SYSTEM, Options::new().gc_stress(gc_stress)).unwrap();
    vm.context.fuel.set(None);
    vm
}

/// A flat string, which is a root.
fn flat(vm: &mut Vm, text: &str) -> Gc<Str> {
    let memory = vm.allocate(Str::flat_size(text.len()), false).unwrap().cast::<Str>();
    // SAFETY: memory of that size.
    let string = unsafe {
        Str::init_flat(memory.as_ptr(), [text.as_bytes(), &[]], Origin::Literal);
        Gc::from_raw(memory)
    };
    vm.test_roots.push(string.value()).unwrap();
    string
}

/// The sum of two strings, which is a root.
fn sum(vm: &mut Vm, left: Gc<Str>, right: Gc<Str>) -> Gc<Str> {
    let string = vm.concat(left, right).unwrap();
    vm.test_roots.push(string.value()).unwrap();
    string
}

/// The bytes of a string as text.
fn text(string: Gc<Str>) -> String {
    string.parts().map(|part| std::str::from_utf8(part).unwrap()).concat()
}

/// The buffer of a string that must have one.
fn buffer(string: Gc<Str>) -> Gc<Buffer> {
    string.slice().unwrap().buffer
}

/// A string that ends where its buffer's used part ends.
fn appended(vm: &mut Vm, letter: &str, len: usize) -> Gc<Str> {
    let half = flat(vm, &letter.repeat(len / 2));
    let computed = sum(vm, half, half);
    let more = flat(vm, &letter.repeat(len - len / 2 * 2 + FLAT));
    let string = sum(vm, computed, more);
    assert!(string.slice_to_append(0).is_some());
    string
}

#[test]
fn strings_that_share_a_prefix_do_not_write_over_each_other() {
    let mut vm = vm(false);
    let base = appended(&mut vm, "b", 100);
    let (x, y) = (flat(&mut vm, "x"), flat(&mut vm, "y"));
    let first = sum(&mut vm, base, x);
    assert!(buffer(first) == buffer(base), "the first to append takes the room");
    let second = sum(&mut vm, base, y);
    assert!(buffer(second) != buffer(base), "the room was taken");
    let (first_more, second_more) = (sum(&mut vm, first, y), sum(&mut vm, second, x));
    let text = base.text();
    assert!(text.bytes().all(|byte| byte == b'b'));
    assert_eq!(first.text(), String::from(text) + "x");
    assert_eq!(second.text(), String::from(text) + "y");
    assert_eq!(first_more.text(), String::from(text) + "xy");
    assert_eq!(self::text(second_more), String::from(text) + "yx");
}

#[test]
fn a_string_can_be_appended_to_itself() {
    let mut vm = vm(false);
    let mut string = appended(&mut vm, "ab", 200);
    let mut text = String::from(string.text());
    for _ in 0..6 {
        string = sum(&mut vm, string, string);
        text = text.repeat(2);
        assert_eq!(string.text(), text);
    }
}

#[test]
fn what_is_done_at_once_costs_no_fuel() {
    let mut vm = vm(false);
    let base = appended(&mut vm, "b", 1000);
    let (short, long) = (flat(&mut vm, "x"), flat(&mut vm, &"y".repeat(BULK)));
    // The first sums make the free runs that the later ones need.
    let _ = (sum(&mut vm, short, short), sum(&mut vm, base, short));
    let base = appended(&mut vm, "b", 1000);
    let spent = vm.context.fuel.spent();
    assert_eq!(vm.concat_now(short, short).map(|sum| sum.len()), Some(2));
    assert!(vm.concat_now(base, long).is_none(), "it costs");
    assert_eq!(vm.context.fuel.spent(), spent);
    let appended = vm.concat_now(base, short).unwrap();
    assert!(buffer(appended) == buffer(base) && appended.len() == base.len() + 1);
    assert!(vm.concat_now(base, short).is_none(), "the room was taken");
    assert_eq!(vm.context.fuel.spent(), spent);
    sum(&mut vm, appended, long);
    assert_eq!(vm.context.fuel.spent(), spent + 1);
}

#[test]
fn the_empty_string_adds_nothing() {
    let mut vm = vm(false);
    let empty = flat(&mut vm, "");
    let long = appended(&mut vm, "l", 300);
    for string in [empty, long] {
        assert!(sum(&mut vm, string, empty) == string);
        assert!(sum(&mut vm, empty, string) == string);
    }
}

#[test]
fn however_a_string_is_made_equal_bytes_are_equal() {
    let mut vm = vm(false);
    let built = appended(&mut vm, "z", 150);
    let whole = flat(&mut vm, built.text());
    let name = vm.intern(built.bytes()).unwrap();
    vm.test_roots.push(name.value()).unwrap();
    let other = appended(&mut vm, "z", 149);
    let same_length = flat(&mut vm, &("z".repeat(built.len() - 1) + "y"));
    for left in [built, whole, name] {
        for right in [built, whole, name] {
            assert_eq!(vm.objects_equal(left.value(), right.value(), 1), Ok(true));
        }
        for right in [other, same_length] {
            assert_eq!(vm.objects_equal(left.value(), right.value(), 1), Ok(false));
        }
        // All of them are interned as the same name.
        assert!(vm.intern(left.bytes()).unwrap() == name);
    }
    assert_eq!(vm.objects_equal(built.value(), Value::int(1), 1), Ok(false));
}

#[test]
fn a_name_that_died_can_be_made_again() {
    let mut vm = vm(false);
    let before = vm.context.heap.strings.len();
    for round in 0..100 {
        let name = vm.intern(b"now and then").unwrap();
        assert_eq!(name.text(), "now and then");
        if round % 2 == 0 {
            vm.collect();
        }
        if round % 8 == 0 {
            vm.collect_for_space(Want::Table).unwrap();
        }
    }
    vm.collect_for_space(Want::Table).unwrap();
    assert_eq!(vm.context.heap.strings.len(), before);
}

#[test]
fn a_name_is_one_object_for_as_long_as_anyone_holds_it() {
    let mut vm = vm(false);
    let held = vm.intern(b"held").unwrap();
    vm.test_roots.push(held.value()).unwrap();
    for index in 0..100_000_u32 {
        vm.intern(&index.to_le_bytes()).unwrap();
    }
    assert!(vm.context.heap.strings.len() < 60_000, "{}", vm.context.heap.strings.len());
    assert!(vm.intern(b"held").unwrap() == held);
}

/// Compares random sums of sums with `String`. Some of the sums are dropped.
#[test]
fn sums_are_what_they_are_in_rust() {
    for (stress, steps) in [(false, 20_000), (true, 1500)] {
        let mut vm = vm(stress);
        let mut seed = 0x9E37_79B9_7F4A_7C15_u64;
        let mut below = |bound: usize| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            (seed >> 33) as usize % bound
        };
        let mut model: Vec<String> = ["", "a", "éß", "0123456789"].map(String::from).into();
        model.extend((1..20).map(|len| "-".repeat(len * 7)));
        for text in &model {
            flat(&mut vm, text);
        }
        for step in 0..steps {
            let (left, right) = (below(model.len()), below(model.len()));
            // Half of the time the sum replaces its left operand, as in a loop.
            let target = if below(2) == 0 { left } else { below(model.len()) };
            if model[left].len() + model[right].len() > 3000 {
                let short = below(20);
                vm.test_roots[left] = vm.test_roots[short];
                model[left] = model[short].clone();
                continue;
            }
            let strings = [left, right].map(|index| vm.test_roots[index].as_object::<Str>().unwrap());
            vm.test_roots[target] = vm.concat(strings[0], strings[1]).unwrap().value();
            model[target] = model[left].clone() + &model[right];
            if step % 50 == 0 {
                for (value, text) in vm.test_roots.iter().zip(&model) {
                    assert_eq!(&self::text(value.as_object().unwrap()), text);
                }
            }
        }
    }
}

#[test]
fn appending_in_a_loop_allocates_in_proportion() {
    let mut vm = vm(false);
    let piece = flat(&mut vm, "0123456789");
    let slot = vm.test_roots.len();
    let mut string = piece;
    vm.test_roots.push(string.value()).unwrap();
    let before = vm.stats();
    for _ in 1..10_000 {
        string = vm.concat(string, piece).unwrap();
        vm.test_roots[slot] = string.value();
    }
    let after = vm.stats();
    assert_eq!(string.len(), 100_000);
    assert_eq!(string.text(), "0123456789".repeat(10_000));
    // The strings of 32 bytes, and buffers that double.
    let allocated = after.heap.allocated - before.heap.allocated;
    assert!(allocated < 10_000 * 32 + 100_000 * 6 + (64 << 10), "{allocated}");
    // Each byte is copied a few times at most.
    assert!(after.fuel - before.fuel < 100_000 * 4 / 64, "{}", after.fuel - before.fuel);
}

#[test]
fn prepending_in_a_loop_allocates_in_proportion() {
    let mut vm = vm(false);
    let (open, close) = (flat(&mut vm, "(((((((((("), flat(&mut vm, ")"));
    for around in [false, true] {
        let slot = vm.test_roots.len();
        let mut string = open;
        vm.test_roots.push(string.value()).unwrap();
        let before = vm.stats();
        for _ in 1..10_000 {
            string = vm.concat(open, string).unwrap();
            vm.test_roots[slot] = string.value();
            if around {
                string = vm.concat(string, close).unwrap();
                vm.test_roots[slot] = string.value();
            }
        }
        let closed = if around { 9_999 } else { 0 };
        assert!(string.text() == "(".repeat(100_000) + &")".repeat(closed));
        // Buffers that grow by half at the front, and flat strings before there are any.
        let after = vm.stats();
        let allocated = after.heap.allocated - before.heap.allocated;
        assert!(allocated < 20_000 * 32 + 132_000 * 12 + (256 << 10), "{allocated}");
        // As of appends, and flat strings of up to 1 KB: a fifth of the string's bytes, twice.
        let spent = after.fuel - before.fuel;
        assert!(spent < 132_000 * 5 / 64 + 200 * 1024 / 64, "{spent}");
    }
}

#[test]
fn strings_that_share_an_end_do_not_write_over_each_other() {
    let mut vm = vm(false);
    let tail = appended(&mut vm, "t", 2000);
    let (x, y) = (flat(&mut vm, "x"), flat(&mut vm, "y"));
    let base = sum(&mut vm, x, tail);
    let first = sum(&mut vm, x, base);
    assert!(buffer(first) == buffer(base), "the first to prepend takes the spare bytes");
    let second = sum(&mut vm, y, base);
    assert!(buffer(second) != buffer(base), "they were taken");
    let both = sum(&mut vm, first, y);
    assert!(buffer(both) == buffer(base), "the other end is free");
    let text = String::from(tail.text());
    assert_eq!(base.text(), String::from("x") + &text);
    assert_eq!(first.text(), String::from("xx") + &text);
    assert_eq!(second.text(), String::from("yx") + &text);
    assert_eq!(both.text(), String::from("xx") + &text + "y");
}

/// What a sum costs, told by a model of buffers that have as many spare bytes at each end as there are bytes in them at first.
#[test]
fn what_a_sum_costs_does_not_depend_on_where_its_bytes_lie() {
    /// A string of that length.
    #[derive(Clone, Copy, Default)]
    struct Model {
        len: usize,
        computed: bool,
        /// Index of the buffer, and how many strings had been made in it with this one.
        buffer: Option<(usize, usize)>,
        forked: bool,
    }

    /// Buffers: spare bytes before and after, and the number of strings.
    #[derive(Default)]
    struct Buffers(Vec<([usize; 2], usize)>);

    impl Buffers {
        /// The place of the buffer if the string is the last one in it.
        fn last(&mut self, string: Model) -> Option<&mut ([usize; 2], usize)> {
            let (index, number) = string.buffer?;
            Some(&mut self.0[index]).filter(|(_, strings)| *strings == number)
        }

        fn is_taken(&mut self, string: Model) -> bool {
            string.buffer.is_some() && self.last(string).is_none()
        }

        fn has_space(&mut self, string: Model, end: usize, more: usize) -> bool {
            self.last(string).is_some_and(|(spare, _)| spare[end] >= more)
        }

        /// Whether the sum is pending. Neither operand is.
        fn pends(&mut self, left: Model, right: Model) -> bool {
            let extends_right = !self.has_space(left, 1, right.len)
                && (self.has_space(right, 0, left.len) || right.len > left.len);
            left.forked || right.forked && extends_right
        }

        /// What the sum costs, and what it is.
        fn sum(&mut self, left: Model, right: Model) -> (usize, Model) {
            let len = left.len + right.len;
            let sum = Model { len, computed: true, ..Model::default() };
            if len < FLAT {
                return (0, sum);
            }
            let grows = left.computed || right.computed && right.len >= PREPEND;
            if !grows && len <= PIECE {
                return (len / BULK, sum);
            }
            for (base, end, more) in [(left, 1, right.len), (right, 0, left.len)] {
                if self.has_space(base, end, more)
                    && let Some((index, _)) = base.buffer
                {
                    let (spare, strings) = &mut self.0[index];
                    spare[end] -= more;
                    *strings += 1;
                    return (
                        more / BULK,
                        Model { buffer: Some((index, *strings)), forked: base.forked, ..sum },
                    );
                }
            }
            let forked = self.is_taken(left) || right.len > left.len && self.is_taken(right);
            self.0.push(([if grows { len } else { 0 }; 2], 1));
            (len / BULK, Model { buffer: Some((self.0.len() - 1, 1)), forked, ..sum })
        }
    }

    /// A string, or the operands of one that is pending.
    #[derive(Clone, Copy)]
    enum Known {
        Settled(Model),
        Pending(Model, Model),
    }

    let mut vm = vm(false);
    let mut seed = 0x2545_F491_4F6C_DD1D_u64;
    let mut below = |bound: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed >> 33) as usize % bound
    };
    let mut known = Vec::new();
    for len in [1, 7, 20, 63, 64, 65, 200, 1000, 5000, 70_000] {
        flat(&mut vm, &"-".repeat(len));
        known.push(Known::Settled(Model { len, ..Model::default() }));
    }
    let literals = known.len();
    let mut buffers = Buffers::default();
    let mut pending = 0;
    for _ in 0..20_000 {
        let operands = [below(known.len()), below(known.len())];
        let strings = operands.map(|index| vm.test_roots[index].as_object::<Str>().unwrap());
        let [left_len, right_len] = strings.map(|string| string.len());
        if left_len + right_len > 400_000 {
            continue;
        }
        // Operands of a sum of fewer bytes are not pending.
        let mut price = 0;
        let models = operands.map(|index| match known[index] {
            Known::Settled(model) => model,
            Known::Pending(left, right) => {
                let (settling, model) = buffers.sum(left, right);
                price += settling;
                known[index] = Known::Settled(model);
                model
            }
        });
        let sum = if buffers.pends(models[0], models[1]) {
            pending += 1;
            Known::Pending(models[0], models[1])
        } else {
            let (eager, model) = buffers.sum(models[0], models[1]);
            price += eager;
            Known::Settled(model)
        };
        let spent = vm.context.fuel.spent();
        let string = vm.concat(strings[0], strings[1]).unwrap();
        assert_eq!(vm.context.fuel.spent() - spent, price as u64, "{left_len} + {right_len}");
        assert_eq!(string.pending().is_some(), matches!(sum, Known::Pending(..)));
        // As a loop does it, half of the time: the sum takes the place of one of its sides.
        let target = if below(2) == 0 { operands[below(2)] } else { below(100).max(literals) };
        if (literals..known.len()).contains(&target) {
            vm.test_roots[target] = string.value();
            known[target] = sum;
        } else {
            vm.test_roots.push(string.value()).unwrap();
            known.push(sum);
        }
    }
    assert!(buffers.0.len() > 300 && pending > 1000, "{} {pending}", buffers.0.len());
}

#[test]
fn a_string_that_was_doubled_holds_little_more_than_its_bytes() {
    let mut vm = vm(false);
    let piece = flat(&mut vm, &"m".repeat(64));
    let (mut bytes, before) = (0, vm.mem().usage().used);
    for _ in 0..20 {
        let slot = vm.test_roots.len();
        vm.test_roots.push(piece.value()).unwrap();
        let mut string = piece;
        while string.len() < 1 << 20 {
            string = vm.concat(string, string).unwrap();
            vm.test_roots[slot] = string.value();
        }
        bytes += string.len();
    }
    vm.collect_for_space(Want::Table).unwrap();
    let held = vm.mem().usage().used - before;
    assert!(held < bytes / 4 * 5, "{held} for {bytes}");
}

/// A string whose buffer has hardly any spare bytes, although the string has an allowance.
fn full(vm: &mut Vm) -> Gc<Str> {
    let literal = flat(vm, &"l".repeat(PIECE));
    let computed = sum(vm, literal, literal);
    let full = sum(vm, computed, computed);
    assert!(full.allowance().after >= PIECE && full.slice_to_append(PIECE / 2).is_none());
    full
}

#[test]
fn an_interrupt_does_not_wait_for_a_copy_that_costs_nothing() {
    let mut vm = vm(false);
    let more = flat(&mut vm, &"m".repeat(PIECE / 2));
    let full = full(&mut vm);

    let wish = AtomicBool::new(true);
    vm.context.interrupt = NonNull::from(&wish);
    let spent = vm.context.fuel.spent();
    let mut stops = 0;
    let string = loop {
        match vm.concat(full, more) {
            Ok(string) => break string,
            Err(fault) => assert!(matches!(fault, Fault::Stopped)),
        }
        stops += 1;
        assert!(!wish.load(Relaxed), "the wish was taken");
        wish.store(stops < 3, Relaxed);
    };
    // Between two of 4 pieces, or before the bytes that are paid for.
    assert_eq!(stops, 3);
    assert_eq!(vm.context.fuel.spent() - spent, (more.len() / BULK) as u64);
    assert_eq!(string.text(), String::from(full.text()) + more.text());
    assert!(buffer(string) != buffer(full));
}

/// Sums of a string, with a short one and a longer one among their operands.
type Step = fn(&mut Vm, Gc<Str>, [Gc<Str>; 2]) -> Gc<Str>;

/// What sums copy without fuel is in proportion to what other sums paid for.
#[test]
fn copies_that_cost_nothing_are_few() {
    let mut vm = vm(false);
    let (x, y) = (flat(&mut vm, "x"), flat(&mut vm, &"y".repeat(PIECE / 2)));
    let slot = vm.test_roots.len();
    vm.test_roots.push(x.value()).unwrap();
    let steps: [Step; 6] = [
        // Doubled, then appended to.
        |vm, string, [_, y]| {
            let double = sum(vm, string, string);
            sum(vm, double, y)
        },
        // Grown by two thirds, which fills a buffer to its end, then appended to.
        |vm, string, [_, y]| {
            let more = flat(vm, &"m".repeat(string.len() * 2 / 3 + 1));
            let grown = sum(vm, string, more);
            sum(vm, grown, y)
        },
        // Prepended to, then both that and the old one appended to.
        |vm, string, [x, y]| {
            let longer = sum(vm, x, string);
            sum(vm, string, x);
            sum(vm, longer, y)
        },
        // Grown at both ends in turn.
        |vm, string, [x, y]| {
            let longer = sum(vm, x, string);
            let longer = sum(vm, longer, y);
            sum(vm, y, longer)
        },
        // Appended to until that end is full, then prepended to.
        |vm, string, [_, y]| {
            let more = flat(vm, &"m".repeat(string.len() - 1));
            let longer = sum(vm, string, more);
            sum(vm, y, longer)
        },
        // Two that grow from one.
        |vm, string, [x, y]| {
            sum(vm, string, x);
            sum(vm, string, y)
        },
    ];
    for (index, step) in steps.iter().enumerate() {
        let (mut string, start) = (full(&mut vm), vm.test_roots.len());
        let (bytes, spent) = (meter::BYTES.get(), vm.context.fuel.spent());
        for _ in 0..50 {
            string = step(&mut vm, string, [x, y]);
            vm.test_roots[slot] = string.value();
            vm.test_roots.truncate(start);
            if string.len() > 1 << 24 {
                break;
            }
        }
        let paid = (vm.context.fuel.spent() - spent) * BULK as u64;
        let copied = meter::BYTES.get() - bytes;
        assert!(copied < paid * 5, "{index}: {copied} for {paid}");
    }
}
