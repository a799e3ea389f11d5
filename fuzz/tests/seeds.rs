//! Runs every seed, and every input that once failed, through its target.

use std::path::Path;

use siskin_core::bytecode::{Assembly, Program, VerifyError};

/// The seeds of a target, each in every pair of modes, which are the low bits of its byte number `at`.
fn each_in_pairs(target: &str, at: usize, body: fn(&[u8])) {
    each(target, |seed| {
        let mut seed = seed.to_vec();
        for pair in 0..siskin_fuzz::PAIRS {
            seed[at] = seed[at] / siskin_fuzz::PAIRS * siskin_fuzz::PAIRS + pair;
            body(&seed);
        }
    });
}

fn each(target: &str, body: impl Fn(&[u8])) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let mut count = 0;
    for entry in std::fs::read_dir(directory).expect("a corpus") {
        let path = entry.expect("a seed").path();
        println!("{}", path.display());
        body(&std::fs::read(&path).expect("a readable seed"));
        count += 1;
    }
    assert!(count > 0, "{target} has no seeds");
}

#[test]
fn parse() {
    each("parse", siskin_fuzz::parse);
}

#[test]
fn validator() {
    each("validator", siskin_fuzz::validator);
    each("parse", siskin_fuzz::validator);
}

/// Texts of tokens in any order. Nearly all have an error, and short ones often end too early.
#[test]
fn validator_on_any_tokens() {
    const WORDS: [&str; 40] = [
        "(", ")", "{", "}", "(", ")", "{", "}", ";", ";", ",", ".", "-", "=", "==", "!", "<", "x", "f", "A",
        "1", "2.5", "\"s\"", "\"", "// c\n", "\n", "and", "class", "else", "for", "fun", "fn", "if", "let",
        "print", "return", "this", "var", "while", "é",
    ];
    let mut random = random();
    for _ in 0..3_000 {
        let count = 1 + random() % 12;
        let text: Vec<_> = (0..count).map(|_| WORDS[usize::from(random()) % WORDS.len()]).collect();
        siskin_fuzz::validator(text.join(" ").as_bytes());
    }
}

#[test]
fn run() {
    each_in_pairs("run", 2, siskin_fuzz::run);
}

/// This target needs no seeds: any bytes make a program, and nearly all of these programs run for a while.
#[test]
fn generated() {
    let mut random = random();
    let mut done = 0;
    for _ in 0..200 {
        let mut data = [0; 500];
        data.fill_with(&mut random);
        siskin_fuzz::generated(&data);
        let source = siskin_fuzz::generate::source(&data, siskin::Dialect::Lox);
        let options = siskin::Options::new().max_frames(64);
        let mut vm = siskin::Vm::new(siskin::SYSTEM, options).expect("memory");
        for dialect in [siskin::Dialect::Siskin, siskin::Dialect::Lox] {
            vm.load(&source, dialect).unwrap_or_else(|error| panic!("{error:?}:\n{source}"));
        }
        let source = siskin_fuzz::generate::source(&data, siskin::Dialect::Siskin);
        let script =
            vm.load(&source, siskin::Dialect::Siskin).unwrap_or_else(|error| panic!("{error:?}:\n{source}"));
        vm.start(script).expect("memory");
        let mut sink = std::io::sink();
        let mut output = siskin::io::StreamOutput::new(&mut sink);
        let clock = siskin::io::SystemClock::start();
        let mut host = siskin::HostIo::new(&mut output).clock(&clock);
        match vm.run(Some(100_000), &mut host) {
            siskin::Outcome::Error(error) => println!("{}", error.message()),
            _ => done += 1,
        }
    }
    assert!(done > 150, "{done} of 200");
}

#[test]
fn api() {
    each("api", siskin_fuzz::api);
}

#[test]
fn session() {
    each("session", siskin_fuzz::session);
}

#[test]
fn bytecode() {
    each_in_pairs("bytecode", 1, siskin_fuzz::bytecode);
}

/// Inputs of the target `bytecode` are worth little if the verifier refuses them all.
#[test]
fn most_bytecode_is_accepted() {
    let mem = siskin::mem::Mem::new(siskin::SYSTEM, 1 << 26).expect("memory");
    let accepted = |data: &[u8]| {
        let program = siskin_fuzz::program::decode(data, &mem).expect("memory");
        verify(&program).map_err(|error| error.to_string())
    };
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/bytecode");
    for seed in ["loop", "call", "object", "cells"] {
        let data = std::fs::read(directory.join(seed)).expect("a readable seed");
        assert_eq!(accepted(&data), Ok(()), "{seed}");
    }

    let mut random = random();
    let mut data = vec![0; 400];
    let mut count = 0;
    for _ in 0..1000 {
        data.fill_with(&mut random);
        data[0] &= !12;
        count += u32::from(accepted(&data).is_ok());
    }
    assert!(count > 950, "{count} of 1000");
}

/// Changed programs are worth little if the verifier refuses them all.
#[test]
fn many_changed_programs_are_accepted() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/bytecode");
    let (mut accepted, mut all) = (0, 0);
    for seed in ["compiled_classes", "compiled_closures", "compiled_shapes", "compiled_siskin_values"] {
        let mut data = std::fs::read(directory.join(seed)).expect("a readable seed");
        let vm = siskin::Vm::new(siskin::SYSTEM, siskin::Options::default()).expect("memory");
        assert_eq!(data[2], 2, "changes");
        let mut random = random();
        for _ in 0..500 {
            data[3..19].fill_with(&mut random);
            let program = siskin_fuzz::program::of(&data, &vm).expect("a text without errors");
            accepted += usize::from(verify(&program).is_ok());
            all += 1;
        }
    }
    assert!(accepted * 10 > all * 6, "{accepted} of {all}");
}

#[test]
fn image() {
    each_in_pairs("image", 0, siskin_fuzz::image);
}

/// Nor if all damaged images are refused; and some must be.
#[test]
fn some_damaged_images_are_accepted() {
    let vm = siskin::Vm::new(siskin::SYSTEM, siskin::Options::default()).expect("memory");
    let source = include_bytes!("../corpus/bytecode/compiled_classes").get(19..).expect("a source text");
    let (mut random, mut accepted) = (random(), 0);
    for _ in 0..1000 {
        let mut data = vec![0, 1];
        data.extend((0..6).map(|_| random()));
        data.extend_from_slice(source);
        let bytes = siskin_fuzz::image::damaged(&data, &vm).expect("a text without errors");
        accepted += u32::from(Program::copy_of(&bytes, vm.mem()).is_ok());
    }
    assert!((100..900).contains(&accepted), "{accepted} of 1000");
}

/// Whether the image of a program is accepted.
fn verify(program: &Assembly) -> Result<(), VerifyError> {
    let mem = program.strings.text.mem();
    Program::from_owner(program.pack(mem)?, mem).map(drop)
}

/// Bytes, the same every time (xorshift).
fn random() -> impl FnMut() -> u8 {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    }
}
