//! Machine code is written, run, freed and replaced.
#![cfg(all(
    any(target_os = "linux", target_os = "macos"),
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

mod common;

use std::thread;

use common::{add, bytes, call, returns, traps};
use siskin_core::platform::{CodeError, CodeMemory, CodeSpan};
use siskin_hosted::{DEFAULT_RESERVE, HostedCode, NullCode, code_memory};

fn memory() -> HostedCode {
    HostedCode::new(1 << 20).unwrap()
}

#[test]
fn a_function_runs() {
    let mut code = code_memory(DEFAULT_RESERVE).unwrap();
    let span = code.allocate(8).unwrap();
    code.write(span, 0, &returns(42));
    code.seal().unwrap();
    assert_eq!(call(span), 42);
    code.seal().unwrap();
    assert_eq!(call(span), 42, "to seal again changes nothing");
}

#[test]
fn a_function_may_be_written_in_parts() {
    let mut code = memory();
    let function = returns(42);
    let span = code.allocate(function.len()).unwrap();
    for (offset, byte) in function.iter().enumerate().rev() {
        code.write(span, offset, &[*byte]);
    }
    code.seal().unwrap();
    assert_eq!(call(span), 42);
}

#[test]
fn functions_of_one_page_take_turns() {
    let mut code = memory();
    let first = add(&mut code, 1);
    code.seal().unwrap();
    for number in 2..200 {
        let other = add(&mut code, number);
        code.seal().unwrap();
        assert_eq!((call(first), call(other)), (1, u32::from(number)));
        code.free(other);
        assert_eq!(call(first), 1, "to free leaves neighbours executable");
    }
}

#[test]
fn freed_spans_are_reused() {
    let mut code = memory();
    let spans: Vec<_> = (0..100).map(|number| add(&mut code, number)).collect();
    code.seal().unwrap();
    assert_eq!(code.used(), 1600);
    for number in 0..1000 {
        let at = usize::from(number) * 7 % 100;
        code.free(spans[at]);
        assert_eq!(code.used(), 1584);
        assert_eq!(add(&mut code, number), spans[at], "the same address");
        code.seal().unwrap();
        assert_eq!(call(spans[at]), u32::from(number));
    }
}

#[test]
fn freed_neighbours_join() {
    let mut code = HostedCode::new(4096).unwrap();
    // All added before a seal, so that the spans are adjacent.
    let whole = code.allocate(4096).unwrap();
    code.free(whole);
    let mut all = Vec::new();
    while let Ok(span) = code.allocate(16) {
        all.push(span);
    }
    let whole = 16 * all.len();
    assert_eq!(code.used(), whole);
    assert_eq!(code.allocate(16), Err(CodeError::Full));
    for span in all.iter().step_by(2).chain(all.iter().skip(1).step_by(2)) {
        code.free(*span);
    }
    assert_eq!(code.used(), 0);
    let span = code.allocate(whole).unwrap();
    assert_eq!(span.start, all[0].start);
}

#[test]
fn what_is_not_written_traps() {
    let mut code = memory();
    let span = code.allocate(10_000).unwrap();
    assert_eq!(bytes(span), traps(10_000));
    code.write(span, 5000, &[1; 100]);
    code.seal().unwrap();
    assert_eq!(bytes(span)[5000..5100], [1; 100]);
    code.free(span);
    code.seal().unwrap();
    assert_eq!(bytes(span), traps(10_000), "erased when sealed");

    let span = code.allocate(10_000).unwrap();
    code.write(span, 0, &[1; 10_000]);
    code.free(span);
    let span = code.allocate(10_000).unwrap();
    assert_eq!(bytes(span), traps(10_000), "erased when reused");
}

#[test]
fn a_full_memory_says_so_and_keeps_running() {
    let mut code = HostedCode::new(1 << 16).unwrap();
    let first = add(&mut code, 42);
    code.seal().unwrap();
    for len in [1 << 16, usize::MAX, usize::MAX - 15, isize::MAX as usize] {
        assert_eq!(code.allocate(len), Err(CodeError::Full), "{len}");
        assert_eq!(call(first), 42, "nothing has changed");
    }
    let rest = code.allocate((1 << 16) - 16).unwrap();
    assert_eq!(code.allocate(0), Err(CodeError::Full));
    code.free(rest);
    let last = code.allocate(0).unwrap();
    assert_ne!(last.start, first.start, "an empty span has a place too");
}

#[test]
fn nothing_is_written_outside_a_span() {
    let mut code = memory();
    let (before, span, after) = (add(&mut code, 1), code.allocate(20).unwrap(), add(&mut code, 2));
    code.write(span, 16, &[7; 100]);
    code.write(span, 20, &[7; 100]);
    code.write(span, usize::MAX, &[7; 100]);
    assert_eq!(bytes(span)[16..], [7; 4]);
    code.seal().unwrap();
    assert_eq!((call(before), call(after)), (1, 2));
}

#[test]
fn spans_of_others_are_left_alone() {
    let mut code = memory();
    let first = add(&mut code, 1);
    let second = add(&mut code, 2);
    let mut local = [9_u8; 64];
    let forged = [
        CodeSpan { start: std::ptr::NonNull::from(&mut local).cast(), len: 64 },
        CodeSpan { len: 40, ..first },
        CodeSpan { len: usize::MAX, ..first },
        // SAFETY: the second span lies 16 bytes after, in the same mapping.
        CodeSpan { start: unsafe { first.start.add(8) }, len: 8 },
    ];
    for span in forged {
        code.write(span, 0, &[0; 64]);
        code.free(span);
    }
    assert_eq!((local, code.used()), ([9; 64], 32));
    code.free(second);
    code.free(second);
    assert_eq!(code.used(), 16, "freed once");
    code.write(second, 0, &[0; 8]);
    code.seal().unwrap();
    assert_eq!(call(first), 1);
    assert_eq!(bytes(second), traps(second.len), "not written any more");
}

#[test]
fn code_moves_to_another_thread() {
    let mut code = memory();
    let keep = add(&mut code, 1);
    for number in 2..50 {
        let span = add(&mut code, number);
        code.seal().unwrap();
        // A span holds a pointer, so the address of the code does not change.
        let (keep, at) = (keep.start.as_ptr().expose_provenance(), span.start.as_ptr().expose_provenance());
        let there = move |start| {
            let start = std::ptr::NonNull::new(std::ptr::with_exposed_provenance_mut(start)).unwrap();
            CodeSpan { start, len: 8 }
        };
        code = thread::spawn(move || {
            assert_eq!((call(there(keep)), call(there(at))), (1, u32::from(number)));
            let other = add(&mut code, 1000);
            code.seal().unwrap();
            assert_eq!((call(there(keep)), call(other)), (1, 1000));
            code.free(other);
            code
        })
        .join()
        .unwrap();
        code.free(span);
    }
    assert_eq!(call(keep), 1);
}

#[test]
fn code_that_another_thread_waits_for_is_new_there() {
    use std::sync::mpsc::channel;

    let mut code = memory();
    let (send, receive) = channel::<usize>();
    let (answer, answers) = channel();
    let runner = thread::spawn(move || {
        for start in receive {
            let start = std::ptr::NonNull::new(std::ptr::with_exposed_provenance_mut(start)).unwrap();
            answer.send(call(CodeSpan { start, len: 8 })).unwrap();
        }
    });
    for number in 0..2000 {
        let span = add(&mut code, number);
        code.seal().unwrap();
        send.send(span.start.as_ptr().expose_provenance()).unwrap();
        assert_eq!(answers.recv().unwrap(), u32::from(number), "the same address each time");
        code.free(span);
    }
    drop(send);
    runner.join().unwrap();
}

#[test]
fn spans_begin_at_multiples_of_16_and_somewhere_else_each_time() {
    let mut offsets = Vec::new();
    for _ in 0..32 {
        let mut code = memory();
        for len in [1, 15, 16, 17, 100] {
            assert_eq!(code.allocate(len).unwrap().start.addr().get() % 16, 0);
        }
        let mut fresh = memory();
        offsets.push(fresh.allocate(1).unwrap().start.addr().get() % 4096);
    }
    offsets.sort_unstable();
    offsets.dedup();
    assert!(offsets.len() > 8, "{offsets:?}");
}

#[test]
fn a_limit_beyond_all_addresses_is_none() {
    for limit in [usize::MAX, usize::MAX - (1 << 30), 1 << 60] {
        let mut code = HostedCode::new(limit).unwrap();
        let first = add(&mut code, 42);
        code.seal().unwrap();
        for len in [1 << 34, 1 << 50, usize::MAX] {
            assert_eq!(code.allocate(len), Err(CodeError::Full), "{len}");
        }
        assert_eq!(call(first), 42);
    }
}

#[test]
fn a_limit_of_nothing_is_full() {
    let mut code = HostedCode::new(0).unwrap();
    assert_eq!(code.allocate(1), Err(CodeError::Full));
    code.seal().unwrap();
}

#[test]
fn null_refuses() {
    let mut code: Box<dyn CodeMemory> = Box::new(NullCode);
    assert_eq!(code.allocate(16), Err(CodeError::Refused));
    assert_eq!(code.seal(), Err(CodeError::Refused));
    assert_eq!(code.used(), 0);
}
