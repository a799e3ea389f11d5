//! Two sums that begin with one slice: forked strings, and sums that are pending.

use super::*;
use crate::heap::Extent;

/// A forked string: `base` was appended to before.
fn forked(vm: &mut Vm, base: Gc<Str>) -> Gc<Str> {
    let (x, y) = (flat(vm, "x"), flat(vm, "y"));
    sum(vm, base, x);
    let forked = sum(vm, base, y);
    assert!(forked.is_forked());
    forked
}

fn settle(vm: &mut Vm, string: Gc<Str>) {
    vm.settle(string, string.pending().unwrap()).unwrap();
}

#[test]
fn a_loop_that_forks_at_every_step_copies_in_proportion() {
    let mut vm = vm(false);
    let (piece, mark) = (flat(&mut vm, "0123456789"), flat(&mut vm, "!"));
    let slot = vm.test_roots.len();
    let mut string = piece;
    vm.test_roots.push(string.value()).unwrap();
    let (bytes, spent) = (meter::BYTES.get(), vm.context.fuel.spent());
    for _ in 1..20_000 {
        let other = vm.concat(string, mark).unwrap();
        assert_eq!(other.len(), string.len() + 1);
        string = vm.concat(string, piece).unwrap();
        vm.test_roots[slot] = string.value();
    }
    assert_eq!(text(string), "0123456789".repeat(20_000));
    // Eager sums would be 4 GB.
    let copied = meter::BYTES.get() - bytes;
    assert!(copied < 20 << 20, "{copied}");
    let spent = vm.context.fuel.spent() - spent;
    assert!(spent < 20 << 20 >> 6, "{spent}");
}

#[test]
fn a_string_that_does_not_fork_again_is_a_common_one_in_the_end() {
    let mut vm = vm(false);
    let base = appended(&mut vm, "b", 100);
    let mut string = forked(&mut vm, base);
    let (piece, mut sums) = (flat(&mut vm, "z"), 0);
    while string.pending().is_some() || string.is_forked() {
        string = sum(&mut vm, string, piece);
        sums += 1;
        assert!(sums < 1000);
    }
    assert!(sums > 1);
    assert_eq!(text(string), text(base) + "y" + &"z".repeat(sums));
}

#[test]
fn a_pending_string_is_read_in_two_parts() {
    let mut vm = vm(false);
    let base = appended(&mut vm, "é", 100);
    let forked = forked(&mut vm, base);
    let (more, less) = (flat(&mut vm, "ü".repeat(40).as_str()), flat(&mut vm, "ü".repeat(39).as_str()));
    let pending = sum(&mut vm, forked, more);
    assert_eq!(pending.pending().map(|pending| (pending.left, pending.right)), Some((forked, more)));
    let whole = text(pending);
    assert_eq!(whole, text(base) + "y" + &"ü".repeat(40));

    let copy = flat(&mut vm, &whole);
    let again = sum(&mut vm, forked, more);
    let shorter = sum(&mut vm, forked, less);
    let other = flat(&mut vm, &whole.replace('y', "z"));
    for (string, equal) in [(copy, true), (again, true), (other, false), (shorter, false)] {
        assert_eq!(vm.objects_equal(pending.value(), string.value(), 1), Ok(equal));
        assert_eq!(vm.objects_equal(string.value(), pending.value(), 1), Ok(equal));
    }
    assert!(pending.pending().is_some() && again.pending().is_some(), "reading settles nothing");
}

#[test]
fn an_operand_is_settled_where_it_is() {
    let mut vm = vm(false);
    let base = appended(&mut vm, "b", 100);
    let forked = forked(&mut vm, base);
    let (one, two) = (flat(&mut vm, "1"), flat(&mut vm, "2"));
    let (first, second) = (sum(&mut vm, forked, one), sum(&mut vm, forked, two));
    let sums = [sum(&mut vm, first, second), sum(&mut vm, second, first), sum(&mut vm, first, first)];
    assert!(first.pending().is_none() && second.pending().is_none());
    assert!(buffer(first) == buffer(forked) && buffer(second) != buffer(forked));
    let [first, second] = [first, second].map(text);
    assert_eq!(first, text(base) + "y1");
    assert_eq!(second, text(base) + "y2");
    let expected = [first.clone() + &second, second + &first, first.clone() + &first];
    assert_eq!(sums.map(text), expected);
}

/// A string that was marked before it is settled has to tell the collector of its buffer.
#[test]
fn the_buffer_of_a_settled_string_is_marked() {
    let mut vm = vm(false);
    let base = appended(&mut vm, "b", 100);
    let forked = forked(&mut vm, base);
    let (one, two) = (flat(&mut vm, "1"), flat(&mut vm, "2"));
    // The first of them takes the bytes after the slice, so the other one gets a buffer.
    let (first, second) = (sum(&mut vm, forked, one), sum(&mut vm, forked, two));
    let expected = text(second);
    vm.collect_for_space(Want::Table).unwrap();
    settle(&mut vm, first);
    settle(&mut vm, second);
    assert!(buffer(second) != buffer(forked));
    for _ in 0..3 {
        vm.with_roots(|heap, roots| heap.collect(roots, Extent::Young));
        let roots = vm.test_roots.len();
        for len in 64..400 {
            flat(&mut vm, &"-".repeat(len));
        }
        vm.test_roots.truncate(roots);
        assert_eq!(text(second), expected);
    }
}

#[test]
fn a_string_that_is_being_settled_can_be_stopped() {
    let mut vm = vm(false);
    let half = flat(&mut vm, &"h".repeat(PIECE * 2));
    let base = sum(&mut vm, half, half);
    let base = sum(&mut vm, base, half);
    let forked = forked(&mut vm, base);
    let more = flat(&mut vm, "m");
    let (first, second) = (sum(&mut vm, forked, more), sum(&mut vm, forked, more));
    settle(&mut vm, first);
    let expected = text(second) + "m";

    // The whole string is to be copied, and paid for.
    vm.context.fuel.set(Some(0));
    let mut stops = 0;
    let string = loop {
        match vm.concat(second, more) {
            Ok(string) => break string,
            Err(fault) => assert!(matches!(fault, Fault::Stopped)),
        }
        assert!(second.pending().is_some());
        stops += 1;
        vm.context.fuel.set(Some(1000));
    };
    assert!(stops > 5, "{stops}");
    assert_eq!(text(string), expected);
}
