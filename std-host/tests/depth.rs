//! The limit on the depth of calls is exact in each tier, for any limit, and however often scripts reach it.
#![cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]

use siskin::{Dialect, ErrorKind, HostIo, Options, Outcome, SYSTEM, Vm, native};
use siskin_core::testing::{Kept, Nothing};

/// Chains of calls: a definition, and a call that is `n + 1` deep and returns `n`.
const CHAINS: [(&str, &str); 4] = [
    ("fun r(n) { if (n == 0) return 0; return 1 + r(n - 1); }", "r(N)"),
    (
        "fun a(n) { if (n == 0) return 0; return 1 + b(n - 1); }
         fun b(n) { if (n == 0) return 0; return 1 + a(n - 1); }",
        "a(N)",
    ),
    ("class A { r(n) { if (n == 0) return 0; return 1 + this.r(n - 1); } } var o = A();", "o.r(N)"),
    ("class C { init(n) { this.d = 0; if (n > 0) this.d = 1 + C(n - 1).d; } }", "C(N).d"),
];

/// The output of a script; `None` if it overflows the stack.
fn run(vm: &mut Vm, source: &str) -> Option<String> {
    let script = vm.load(source, Dialect::Lox).expect("no errors");
    vm.start(script).expect("memory");
    let mut output = Kept::default();
    match vm.run(None, &mut HostIo::new(&mut output).clock(&Nothing)) {
        Outcome::Done => Some(output.into_text()),
        Outcome::Error(error) if error.kind() == ErrorKind::StackOverflow => None,
        other => panic!("{other:?}"),
    }
}

/// Exceeds the limit twice in one VM, then goes exactly to the limit, and one call further.
fn bounded(max_frames: u32, compile: bool, (definition, call): (&str, &str)) {
    let options = Options::new().max_frames(max_frames).hot(0);
    let mut vm = Vm::new(SYSTEM, options).expect("memory");
    if compile {
        native::install(&mut vm).expect("machine code");
    }
    assert_eq!(run(&mut vm, definition).as_deref(), Some(""));
    // The script itself counts as a call.
    let most = max_frames - 2;
    for n in [1_000_000_000, 1_000_000_000, most, most + 1, 3, most] {
        let printed = run(&mut vm, &format!("print {};", call.replace('N', &n.to_string())));
        let expected = (n <= most).then(|| format!("{n}\n"));
        assert_eq!(printed, expected, "{call} with {n}, {max_frames} frames at most, compiled: {compile}");
    }
    assert_eq!(vm.native_stats().compiled > 0, compile);
}

fn bounded_all(depths: impl Iterator<Item = u32>) {
    for max_frames in depths {
        for chain in CHAINS {
            bounded(max_frames, false, chain);
            bounded(max_frames, true, chain);
        }
    }
}

#[test]
fn bounds_around_one_entry_into_machine_code() {
    bounded_all((4_000..4_700).step_by(37).chain(4_090..4_104));
}

#[test]
fn bounds_around_two_and_four_entries() {
    bounded_all((8_186..8_198).chain(16_378..16_390));
}

#[test]
fn small_bounds() {
    bounded_all(2..70);
}
