//! Listings of machine code, for both instruction sets on any host.
#![cfg(feature = "jit")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use siskin::{Dialect, HostIo, Options, Outcome, SYSTEM, Vm};
use siskin_core::bytecode::Insn;
use siskin_core::inspect::ValueKind;
use siskin_core::testing::Nothing;
use siskin_core::tier::Unit;
use siskin_jit::baseline::{self, Part};
use siskin_jit::isa::{a64::A64, x64::X64};
use siskin_jit::masm::Masm;
use siskin_jit::{Assembly, Isa, assemble};

/// Calls `check` with each function of the examples that are a single file.
fn each_function(check: impl Fn(&Unit<'_>)) {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../examples");
    let mut count = 0;
    for entry in std::fs::read_dir(directory).expect("the examples") {
        let path = entry.expect("an example").path();
        let lox = path.extension().is_some_and(|extension| extension == "lox");
        if !lox && path.extension().is_none_or(|extension| extension != "sk") {
            continue;
        }
        let source = std::fs::read_to_string(&path).expect("readable text");
        let mut vm = Vm::new(SYSTEM, Options::default()).expect("memory");
        let script = vm.load(&source, if lox { Dialect::Lox } else { Dialect::Siskin }).expect("no errors");
        for (_, unit) in vm.units(&script).expect("memory") {
            check(&unit);
            count += 1;
        }
    }
    assert!(count > 20, "only {count} functions");
}

fn assembled(unit: &Unit<'_>, isa: Isa) -> Assembly {
    assemble(unit, isa).unwrap_or_else(|why| panic!("{:?} for {}: {why}", unit.name(), isa.name()))
}

#[test]
fn every_instruction_has_its_piece() {
    each_function(|unit| {
        let mut words = Vec::new();
        let mut at = 0;
        while let Some(insn) = unit.words().get(at..).and_then(Insn::decode) {
            words.push(at as u32);
            at += insn.op().words();
        }
        for isa in [Isa::X64, Isa::A64] {
            let Assembly { bytes, marks, entries } = assembled(unit, isa);
            assert_eq!(marks.first().map(|mark| (mark.offset, mark.part)), Some((0, Part::Prologue)));
            assert!(marks.windows(2).all(|pair| pair[0].offset <= pair[1].offset));
            assert!(marks.iter().all(|mark| (mark.offset as usize) < bytes.len()));

            let of = |wanted: fn(Part) -> Option<u32>| {
                marks.iter().filter_map(move |mark| Some((wanted(mark.part)?, mark.offset)))
            };
            let pieces = of(|part| if let Part::Word(word) = part { Some(word) } else { None });
            assert_eq!(pieces.map(|(word, _)| word).collect::<Vec<_>>(), words);
            let ways_in = of(|part| if let Part::Entry(word) = part { Some(word) } else { None });
            assert!(ways_in.eq(entries.iter().map(|entry| (entry.word, entry.offset))));
            let mut cold = of(|part| if let Part::Cold(word) = part { Some(word) } else { None });
            assert!(cold.all(|(word, _)| words.contains(&word)));
        }
    });
}

#[test]
fn looking_changes_nothing() {
    fn unlisted(mut masm: impl Masm, unit: &Unit<'_>) -> Vec<u8> {
        baseline::compile(&mut masm, unit).expect("it compiles");
        masm.finish().expect("it is whole").to_vec()
    }
    each_function(|unit| {
        assert_eq!(*assembled(unit, Isa::X64).bytes, unlisted(X64::new(unit.mem()), unit));
        assert_eq!(*assembled(unit, Isa::A64).bytes, unlisted(A64::new(unit.mem()), unit));
    });
}

/// The unit of a global function.
fn unit_of<'v>(vm: &'v Vm, name: &str) -> Unit<'v> {
    match vm.global_value(name).map(|value| value.kind()) {
        Some(ValueKind::Function(function)) => function.unit(),
        other => panic!("{name} is {:?}", other.is_some()),
    }
}

/// Words of callees that are inlined in a function, by the names of the callees.
fn inlined(unit: &Unit<'_>, isa: Isa) -> BTreeSet<(String, u32)> {
    let assembly = assembled(unit, isa);
    let words = assembly.marks.iter().filter_map(|mark| match mark.part {
        Part::Inlined { call, word } => {
            let callee = unit.callee(call).expect("a callee").unit;
            Some((callee.name().unwrap_or_default().to_owned(), word))
        }
        _ => None,
    });
    words.collect()
}

#[test]
fn small_callees_are_inlined_once_they_were_seen() {
    let source = "
        fun sum(a, b) { return a + b; }
        fun branches(a) { if (a) return 1; return 2; }
        fun calls(a) { return sum(a, 1); }
        fun many(a) { a = a+a-a+a-a+a-a+a-a+a-a+a-a+a-a+a-a+a-a+a-a+a-a+a-a; return a; }
        fun made(by) { fun captures(a) { return a + by; } return captures; }
        fun one() { return 1; }
        fun two() { return 2; }
        var add = made(1);
        var either = one;
        fun main(turns) {
            var n = 0;
            for (var i = 0; i < turns; i = i + 1) {
                n = sum(n, i); branches(n); calls(n); many(n); add(n); either();
                if (either == one) either = two; else either = one;
            }
        }
        main(0);";
    let mut vm = Vm::new(SYSTEM, Options::default()).expect("memory");
    let run = |vm: &mut Vm, text: &str| {
        let script = vm.load(text, Dialect::Lox).expect("no errors");
        vm.start(script).expect("memory");
        let outcome = vm.run(None, &mut HostIo::new(&mut Nothing).clock(&Nothing));
        assert!(matches!(outcome, Outcome::Done));
    };
    run(&mut vm, source);
    for isa in [Isa::X64, Isa::A64] {
        assert!(inlined(&unit_of(&vm, "main"), isa).is_empty());
    }
    run(&mut vm, "main(20000);");
    for isa in [Isa::X64, Isa::A64] {
        let words =
            |name: &str, count| (0..count).map(|word| (name.to_owned(), word)).collect::<BTreeSet<_>>();
        let (sum, captures) = (words("sum", 2), words("captures", 3));
        assert_eq!(inlined(&unit_of(&vm, "main"), isa), sum.union(&captures).cloned().collect());
        assert_eq!(inlined(&unit_of(&vm, "calls"), isa), sum);
    }
}
