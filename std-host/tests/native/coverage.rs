//! Coverage: which blocks of a function ran, as its feedback tells.

use std::collections::BTreeSet;

use siskin::{Options, SYSTEM, Vm, native};
use siskin_core::bytecode::{Insn, Op};
use siskin_core::inspect::{FunctionView, NativeState, ValueKind};
use siskin_core::tier::Unit;
use siskin_hosted::HostedCode;
use siskin_jit::{Isa, assemble};

use super::{AT_ONCE, WARM, eviction, run};

fn vm(options: Options) -> Vm {
    let mut vm = Vm::new(SYSTEM, options).expect("memory");
    native::install(&mut vm).expect("machine code");
    vm
}

fn function<'v>(vm: &'v Vm, name: &str) -> FunctionView<'v> {
    match vm.global_value(name).map(|value| value.kind()) {
        Some(ValueKind::Function(function)) => function,
        _ => panic!("no function {name}"),
    }
}

/// The instructions of a function, each with the word at which its block begins.
fn instructions(unit: &Unit<'_>) -> Vec<(u32, u32, Insn)> {
    let mut decoded = Vec::new();
    let (mut heads, mut at) = (BTreeSet::from([0]), 0);
    while let Some(insn) = unit.words().get(at as usize..).and_then(Insn::decode) {
        let next = at + insn.op().words() as u32;
        insn.operands(|_, operand| {
            if let Some(distance) = operand.jump() {
                heads.extend([next, next.wrapping_add_signed(distance)]);
            }
        });
        decoded.push((at, insn));
        at = next;
    }
    let block = |word| heads.range(..=word).next_back().copied().unwrap_or(0);
    decoded.into_iter().map(|(word, insn)| (block(word), word, insn)).collect()
}

/// Whether each block of a function ran.
fn blocks(unit: &Unit<'_>) -> Vec<bool> {
    let heads: BTreeSet<u32> = instructions(unit).iter().map(|&(block, ..)| block).collect();
    heads.into_iter().map(|head| unit.ran(head)).collect()
}

/// The number of its blocks that did not run.
fn unseen(unit: &Unit<'_>) -> usize {
    blocks(unit).iter().filter(|&&ran| !ran).count()
}

/// The lines of the `print` statements of a function that are in blocks that ran, and of all others.
fn lines(unit: &Unit<'_>) -> [BTreeSet<u32>; 2] {
    let mut lines = [BTreeSet::new(), BTreeSet::new()];
    for (block, word, insn) in instructions(unit) {
        if insn.op() == Op::Print {
            lines[usize::from(!unit.ran(block))].insert(unit.line(word));
        }
    }
    lines
}

/// Functions that print the line that runs.
fn printing() -> String {
    let source = "fun tiny(n) { return n + 1; }
        class Pair { init(a, b) { this.a = a; this.b = b; } sum() { return this.a + this.b; } }
        fun f(n, limit) {
            print @;
            if (n > 2) {
                print @;
                if (n == 5) {
                    print @;
                    n = n + 0.5;
                    print @;
                } else {
                    print @;
                }
            }
            for (var i = 0; i < limit; i = tiny(i)) {
                print @;
                if (i == 3) {
                    print @;
                    if (n == 6) return n;
                }
                n = n + tiny(0) * 0;
                print @;
                if (Pair(n, i).sum() == 7) {
                    print @;
                }
            }
            while (limit > 40) {
                if (limit == 45) {
                    print @;
                    return limit + nil;
                }
                limit = limit - 1;
                if (limit == 42) print @;
            }
            var x = n > 3 and tiny(n) > 6 or limit == 2 and n == 1;
            if (x) {
                print @;
            } else {
                print @;
            }
            print @;
        }";
    let numbered =
        source.lines().zip(1..).map(|(line, number)| line.replace('@', &number.to_string()) + "\n");
    numbered.collect()
}

/// Blocks that run are told, wherever the code is entered and left for them, and no others.
#[test]
fn exactly_the_lines_that_printed_have_run() {
    let calls = ["f(1, 2);", "f(3, 4);", "f(5, 2);", "f(7, 42);", "f(6, 5);", "f(0.5, 12);", "f(7, 45);"];
    for options in [AT_ONCE, AT_ONCE.hot(4), WARM, WARM.gc_stress(true), AT_ONCE.gc_stress(true)] {
        let mut vm = vm(options);
        run(&mut vm, &printing());
        let mut printed = BTreeSet::new();
        for (index, call) in calls.iter().enumerate() {
            // The first calls are interpreted.
            let repeated = call.repeat(if index == 0 { 40 } else { 1 });
            let ran = run(&mut vm, &repeated);
            printed.extend(ran.output.lines().map(|line| line.parse::<u32>().expect("a line's number")));
            let f = function(&vm, "f");
            assert!(matches!(f.native(), NativeState::Compiled { .. }), "{options:?}");
            let [seen, unseen] = lines(&f.unit());
            assert_eq!(seen, printed, "after {call}, not {unseen:?}, {options:?}");
        }
        assert!(printed.len() > 12, "{printed:?}");
    }
}

/// A block is told that runs between two entry points, one that begins in the interpreter and goes on in machine code, and
/// one in a loop that is compiled while it runs.
#[test]
fn blocks_run_in_part_by_the_interpreter_are_told() {
    let source = "fun left(n) { if (n < 5) { print 1; } return n; }
        fun warm() { for (var i = 10; i < 300; i = i + 1) left(i); }
        fun entered(first) { if (first) { print 2; many(); print 3; } return 0; }
        fun many() { for (var i = 0; i < 300; i = i + 1) entered(false); }
        fun looped(n) { for (var i = 0; i < n; i = i + 1) { if (i == 200) print 4; } print 5; }";
    // The sample at the beginning of a run does not reach the call.
    let enter = "for (var i = 0; i < 300; i = i + 1) left(i + 9); entered(true);";
    let printed = |vm: &Vm, name: &str| {
        let [seen, unseen] = lines(&function(vm, name).unit());
        (seen.len(), unseen.len())
    };
    for options in [WARM, WARM.gc_stress(true)] {
        let mut vm = vm(options);
        run(&mut vm, source);
        run(&mut vm, "warm();");
        assert_eq!(printed(&vm, "left"), (0, 1));
        assert_eq!(run(&mut vm, "left(0.5);").output, "1\n");
        assert_eq!(printed(&vm, "left"), (1, 0));
        assert_eq!(run(&mut vm, enter).output, "2\n3\n");
        assert!(matches!(function(&vm, "entered").native(), NativeState::Compiled { .. }));
        assert_eq!(printed(&vm, "entered"), (1, 0));
        assert_eq!(run(&mut vm, "looped(200);").output, "5\n");
        assert_eq!(run(&mut vm, "looped(300);").output, "4\n5\n");
        assert_eq!(printed(&vm, "looped"), (1, 0));
    }
}

/// Code for either processor marks a block that did not run, and is shorter when it did.
#[test]
fn a_branch_is_told_when_it_first_runs_after_the_function_was_compiled() {
    let source = "fun f(n) { if (n == 7) { n = n - 1; } else { n = n + 1; } return n; }
        fun main(from, to) { for (var i = from; i < to; i = i + 1) f(i); }";
    for options in [AT_ONCE, WARM] {
        let mut vm = vm(options);
        run(&mut vm, source);
        run(&mut vm, "main(10, 300);");
        let unit = function(&vm, "f").unit();
        assert_eq!(unseen(&unit), 1);
        let length = |vm: &Vm, isa| assemble(&function(vm, "f").unit(), isa).expect("code").bytes.len();
        let before = [Isa::X64, Isa::A64].map(|isa| length(&vm, isa));
        run(&mut vm, "main(8, 300);");
        assert_eq!(unseen(&function(&vm, "f").unit()), 1);
        run(&mut vm, "main(7, 8);");
        assert_eq!(unseen(&function(&vm, "f").unit()), 0);
        let after = [Isa::X64, Isa::A64].map(|isa| length(&vm, isa));
        assert!(after[0] + 14 <= before[0] && after[1] + 16 <= before[1], "{before:?} {after:?}");
    }
}

/// What is known stays when code is given up, and new code goes on with it.
#[test]
fn code_that_is_compiled_again_goes_on_telling() {
    let source = "var step = 1;
        fun g(n) { return n + step; }
        fun f(n) {
            var r = 0;
            if (n == 3) { r = 1; }
            if (n == 4) { r = 2; }
            if (n == 5) { r = 3; }
            return g(n) + r + step;
        }
        fun main(n) { for (var i = 0; i < 90; i = i + 1) f(n); }";
    for options in [AT_ONCE, WARM, WARM.gc_stress(true)] {
        let mut vm = vm(options);
        run(&mut vm, source);
        run(&mut vm, "main(0);");
        let mut expected = [true, false, true, false, true, false, true];
        assert_eq!(blocks(&function(&vm, "f").unit()), expected);
        run(&mut vm, "main(3);");
        expected[1] = true;
        assert_eq!(blocks(&function(&vm, "f").unit()), expected);
        // The code contains the value of `step`.
        let compiled = vm.native_stats().compiled;
        run(&mut vm, "step = 2; main(0);");
        assert!(vm.native_stats().compiled > compiled, "{:?}", vm.native_stats());
        assert_eq!(blocks(&function(&vm, "f").unit()), expected);
        run(&mut vm, "main(4);");
        expected[3] = true;
        assert_eq!(blocks(&function(&vm, "f").unit()), expected);
    }
}

/// Code that is evicted and made again marks where the feedback still is, and never where it is not.
#[test]
fn code_that_was_evicted_tells_as_before() {
    let (mut vm, count) = (eviction::vm_with(AT_ONCE.gc_stress(true), || HostedCode::new(16 << 10)), 40);
    let source = eviction::functions(count) + &eviction::calls(count, 2);
    run(&mut vm, &source);
    run(&mut vm, &eviction::calls(count, 1));
    assert!(vm.native_stats().evicted > 30, "{:?}", vm.native_stats());
    for n in 0..count {
        let unit = function(&vm, &format!("f{n}")).unit();
        assert!(blocks(&unit).iter().all(|&ran| ran), "f{n}: {:?}", blocks(&unit));
    }
}

/// Functions die with their feedback while others run.
#[test]
fn dead_functions_are_not_written_to() {
    let mut vm = vm(AT_ONCE.gc_stress(true));
    for n in 0..30 {
        let source = format!(
            "{{
                fun tiny(n) {{ return n + {n}; }}
                fun f(n) {{ if (n > 3) {{ return tiny(n); }} return n; }}
                var sum = 0;
                for (var i = 0; i < 9; i = i + 1) sum = sum + f(i);
                print sum;
            }}"
        );
        assert_eq!(run(&mut vm, &source).output, format!("{}\n", 36 + 5 * n));
    }
}

/// Nothing is known of a function before it was looked at, and code that was made then does not mark what runs.
#[test]
fn of_a_function_that_was_never_looked_at_nothing_is_known() {
    let source = "fun f(n) { if (n) return 1; return 2; }";
    let mut vm = vm(WARM);
    run(&mut vm, source);
    let id = function(&vm, "f").id();
    vm.compile_now(id).expect("code");
    run(&mut vm, "for (var i = 0; i < 20000; i = i + 1) f(i);");
    let unit = function(&vm, "f").unit();
    assert_eq!(unseen(&unit), 0);
    assert!((0..unit.words().len() as u32).all(|word| unit.coverage_address(word).is_none()));
}
