//! Many VMs with machine code in one process: side by side, and on several threads. It is one test, so that no other
//! test changes the mappings of the process.
#![cfg(all(feature = "jit", target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]

use std::thread;

use siskin::{Dialect, HostIo, Options, Outcome, SYSTEM, Vm, native};
use siskin_core::testing::{Kept, Nothing};

fn run(vm: &mut Vm, source: &str) -> String {
    let script = vm.load(source, Dialect::Lox).expect("no errors");
    vm.start(script).expect("memory");
    let mut output = Kept::default();
    let outcome = vm.run(None, &mut HostIo::new(&mut output).clock(&Nothing));
    assert!(matches!(outcome, Outcome::Done), "{outcome:?}");
    output.into_text()
}

/// A VM that has compiled a function that no other VM has, and the output of a call.
fn with_code(number: usize) -> (Vm, String) {
    let mut vm = Vm::new(SYSTEM, Options::new().hot(0)).expect("memory");
    native::install(&mut vm).expect("machine code");
    let source = format!("fun f(n) {{ return n * 2 + {number}; }} print f(1);");
    let printed = run(&mut vm, &source);
    assert_eq!(printed, format!("{}\n", number + 2));
    let stats = vm.native_stats();
    assert!(stats.compiled >= 2 && stats.last_bail.is_none(), "{stats:?}");
    (vm, printed)
}

fn mappings() -> usize {
    std::fs::read_to_string("/proc/self/maps").expect("maps").lines().count()
}

/// If each VM had mappings, there would be twice as many of them. An emulator takes long for each VM.
const MANY: usize = if cfg!(emulated) { 200 } else { 2000 };

#[test]
fn vms_with_machine_code_live_side_by_side() {
    let before = mappings();
    let mut vms: Vec<(Vm, String)> = (0..MANY).map(with_code).collect();
    // The host's allocator makes mappings for the VMs' memory.
    assert!(mappings() < before + MANY / 2, "{before} mappings became {}", mappings());
    all_run(&mut vms);

    // Every third VM is dropped and replaced.
    let mut number = 0;
    vms.retain(|_| {
        number += 1;
        number % 3 != 0
    });
    vms.extend((5000..5000 + MANY / 4).map(with_code));
    all_run(&mut vms);
    assert!(mappings() < before + MANY / 2, "{before} mappings became {}", mappings());
    drop(vms);

    let threads: Vec<_> = (0..4)
        .map(|thread| {
            thread::spawn(move || {
                let mut vms = Vec::new();
                for number in 0..MANY / 10 {
                    vms.push(with_code(1000 * thread + number));
                    if number % 3 == 0 {
                        vms.swap_remove(number / 2 % vms.len());
                    }
                }
                all_run(&mut vms);
                vms
            })
        })
        .collect();
    // A thread runs code that another thread compiled.
    for thread in threads {
        all_run(&mut thread.join().expect("no panic"));
    }
}

fn all_run(vms: &mut [(Vm, String)]) {
    for (vm, printed) in vms {
        assert_eq!(run(vm, "print f(1);"), *printed);
    }
}
