//! Labels, references to them, and errors.

use siskin_core::testing::mem;
use siskin_jit::buffer::{Buffer, BufferError, Form, Label};

/// A distance in one byte, from that byte, of at most three bytes in either direction.
#[derive(Clone, Copy)]
struct Near;

impl Form for Near {
    fn patch(self, code: &mut [u8], at: usize, target: usize) -> bool {
        let distance = target as i64 - at as i64;
        let place = code.get_mut(at).filter(|_| distance.abs() <= 3);
        place.map(|byte| *byte = distance as u8).is_some()
    }
}

/// Appends a reference to the label.
fn refer(buffer: &mut Buffer<Near>, label: Label) {
    buffer.refer(buffer.offset(), label, Near);
    buffer.emit(&[0xEE]);
}

#[test]
fn labels_are_reached_from_both_sides() {
    let mut buffer = Buffer::new(&mem());
    let label = buffer.label();
    assert_eq!(buffer.offset_of(label), None);
    buffer.emit(&[1]);
    refer(&mut buffer, label);
    buffer.emit(&[2]);
    buffer.bind(label);
    assert_eq!(buffer.offset_of(label), Some(3));
    buffer.emit(&[3, 4]);
    refer(&mut buffer, label);
    refer(&mut buffer, label);
    assert_eq!(buffer.offset(), 7);
    assert_eq!(buffer.finish(), Ok(&[1, 2, 2, 3, 4, -2_i8 as u8, -3_i8 as u8][..]));
}

#[test]
fn a_label_may_be_where_the_code_ends() {
    let mut buffer = Buffer::new(&mem());
    let label = buffer.label();
    refer(&mut buffer, label);
    buffer.bind(label);
    assert_eq!(buffer.finish(), Ok(&[1][..]));
}

#[test]
fn labels_that_are_never_bound_are_an_error_if_something_refers_to_them() {
    let mut buffer = Buffer::new(&mem());
    let (one, _other) = (buffer.label(), buffer.label());
    assert_eq!(buffer.finish(), Ok(&[][..]));
    refer(&mut buffer, one);
    assert_eq!(buffer.finish(), Err(BufferError::Unbound));
}

#[test]
fn distances_that_do_not_reach_are_an_error() {
    for (bytes, reaches) in [(2, true), (3, false)] {
        let mut buffer = Buffer::new(&mem());
        let label = buffer.label();
        refer(&mut buffer, label);
        for _ in 0..bytes {
            buffer.emit(&[0]);
        }
        buffer.bind(label);
        assert_eq!(buffer.finish().is_ok(), reaches);
        assert!(reaches || buffer.finish() == Err(BufferError::OutOfReach));
    }
}

#[test]
fn running_out_of_memory_is_remembered() {
    let grow: [fn(&mut Buffer<Near>, Label); 3] = [
        |buffer, _| buffer.emit(&[0; 16]),
        |buffer, _| _ = buffer.label(),
        |buffer, label| buffer.refer(0, label, Near),
    ];
    for grow in grow {
        let mem = mem();
        let mut buffer = Buffer::new(&mem);
        let label = buffer.label();
        buffer.bind(label);
        refer(&mut buffer, label);
        assert!(buffer.finish().is_ok());
        mem.set_limit(mem.usage().used);
        for _ in 0..1000 {
            grow(&mut buffer, label);
        }
        assert_eq!(buffer.finish(), Err(BufferError::OutOfMemory));
        mem.set_limit(usize::MAX);
        grow(&mut buffer, label);
        assert_eq!(buffer.finish(), Err(BufferError::OutOfMemory), "there may be a gap in the code");
    }
}
