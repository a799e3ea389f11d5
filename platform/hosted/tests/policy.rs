//! Systems that refuse code memory. It is one test, because it changes limits and the policy of the whole process.
#![cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

mod common;

use common::{access_at, add, bytes, call, returns};
use siskin_core::platform::{CodeError, CodeMemory};
use siskin_hosted::HostedCode;

#[test]
fn refusals_are_errors_and_nothing_runs_until_a_seal_succeeds() {
    without_data_pages();
    without_new_executable_pages();
}

/// Sets the limit on writable private memory. Returns the old one.
fn limit_data(soft: Option<libc::rlim_t>) -> libc::rlim_t {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: both calls only use the struct.
    unsafe {
        assert_eq!(libc::getrlimit(libc::RLIMIT_DATA, &mut limit), 0);
        let before = limit.rlim_cur;
        if let Some(soft) = soft {
            limit.rlim_cur = soft;
            assert_eq!(libc::setrlimit(libc::RLIMIT_DATA, &limit), 0);
        }
        before
    }
}

fn without_data_pages() {
    let mut code = HostedCode::new(1 << 20).unwrap();
    let span = add(&mut code, 42);
    let at = span.start.addr().get();
    code.seal().unwrap();

    let before = limit_data(Some(4096));
    if limit_data(None) != 4096 {
        eprintln!("skipped: limits of memory have no effect here");
        return;
    }
    let refused = [code.allocate(100), code.allocate(1 << 16)];
    let sealed = code.seal();
    limit_data(Some(before));

    assert_eq!(refused, [Err(CodeError::Refused); 2]);
    assert_eq!(sealed, Err(CodeError::Refused), "it cannot erase or check what it cannot open");
    assert_eq!(access_at(at).as_deref(), Some("---p"));
    assert_eq!(code.used(), 16);

    code.seal().unwrap();
    assert_eq!(access_at(at).as_deref(), Some("r-xp"));
    assert_eq!(call(span), 42);
    let other = add(&mut code, 43);
    code.seal().unwrap();
    assert_eq!((call(span), call(other)), (42, 43));
}

fn without_new_executable_pages() {
    let mut code = HostedCode::new(1 << 20).unwrap();
    let span = add(&mut code, 42);
    let at = span.start.addr().get();
    code.seal().unwrap();
    assert_eq!(call(span), 42);

    let zero: libc::c_ulong = 0;
    let policy = libc::c_ulong::from(libc::PR_MDWE_REFUSE_EXEC_GAIN);
    // SAFETY: the call only sets a flag of this process.
    if unsafe { libc::prctl(libc::PR_SET_MDWE, policy, zero, zero, zero) } != 0 {
        eprintln!("skipped: there is no such policy here (before Linux 6.3, or emulated)");
        return;
    }
    let mut late = HostedCode::new(1 << 20).unwrap();
    let never = add(&mut late, 42);
    assert_eq!(late.seal(), Err(CodeError::Refused));
    assert_eq!(access_at(never.start.addr().get()).as_deref(), Some("---p"));

    code.seal().unwrap();
    assert_eq!(call(span), 42, "what is executable stays so");
    let other = add(&mut code, 43);
    for _ in 0..3 {
        assert_eq!(code.seal(), Err(CodeError::Refused));
        assert_eq!(access_at(at).as_deref(), Some("---p"));
    }
    code.write(other, 0, &returns(44));
    code.free(other);
    let again = code.allocate(8).unwrap();
    assert_eq!(again.start, other.start);
    assert_eq!(bytes(span), returns(42), "nothing is lost");
}
