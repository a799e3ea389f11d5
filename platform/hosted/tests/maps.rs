//! The pages of code memory as the system shows them. It is one test, so that no other test maps memory meanwhile.
#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

mod common;

use common::{Mapping, access_at, add, call, maps};
use siskin_core::platform::{CodeError, CodeMemory};
use siskin_hosted::HostedCode;

#[track_caller]
fn check(address: usize, access: &str) {
    for Mapping { range, access } in maps() {
        assert!(!(access.contains('w') && access.contains('x')), "{access} at {range:x?}");
    }
    assert_eq!(access_at(address).as_deref(), Some(access));
}

#[test]
fn pages_are_writable_or_executable_until_the_memory_goes() {
    const RESERVE: usize = 1 << 20;
    let before: Vec<_> = maps().into_iter().filter(|mapping| mapping.access.contains('x')).collect();

    let mut code = HostedCode::new(RESERVE).unwrap();
    let span = add(&mut code, 42);
    let at = span.start.addr().get();
    check(at, "rw-p");
    code.seal().unwrap();
    check(at, "r-xp");
    assert_eq!(call(span), 42);

    let neighbour = add(&mut code, 43);
    check(at, "rw-p");
    code.seal().unwrap();
    check(at, "r-xp");
    code.free(neighbour);
    check(at, "r-xp");
    code.seal().unwrap();
    check(at, "r-xp");

    let large = code.allocate(RESERVE / 2).unwrap();
    let middle = large.start.addr().get() + RESERVE / 4;
    check(middle, "rw-p");
    check(middle + RESERVE / 2, "---p");
    code.seal().unwrap();
    check(middle, "r-xp");
    code.free(large);
    let other = code.allocate(RESERVE / 4).unwrap();
    check(middle, "rw-p");
    code.seal().unwrap();
    check(middle, "r-xp");
    code.free(other);

    while code.allocate(4096).is_ok() {}
    while code.allocate(16).is_ok() {}
    assert_eq!(code.allocate(1), Err(CodeError::Full));
    assert_eq!(code.used(), RESERVE);
    check(at, "rw-p");
    code.seal().unwrap();
    assert_eq!(call(span), 42);

    let ours = maps().into_iter().find(|mapping| mapping.range.contains(&at)).unwrap().range;
    assert!(ours.len() >= RESERVE && ours.len() <= RESERVE + (1 << 16), "all of it is executable");
    check(ours.start - 1, "---p");
    check(ours.end, "---p");

    drop(code);
    check(at, "---p");
    check(middle, "---p");
    let left = maps().iter().filter(|mapping| mapping.access.contains('x')).count();
    assert_eq!(left, before.len(), "nothing executable is left");
}
