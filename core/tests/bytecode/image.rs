//! Images as bytes: what may be wrong with one before a function is looked at.

use proptest::prelude::*;
use siskin_core::bytecode::operand::*;
use siskin_core::bytecode::{
    Capture, Const, Flaw, GlobalUse, Handler, Image, ImageBuf, Insn, Program, Section, Site, Text,
};
use siskin_core::mem::Mem;
use siskin_core::testing::bytecode::{code, fill, program, text, verified};
use siskin_core::testing::{SYSTEM, mem};
use siskin_core::{Dialect, LoadOptions, ModuleText, Refusal, Resolver};

use crate::good::good_program;

/// Bytes of the header, and of an entry of the directory.
const HEADER: usize = 32;
const ENTRY: usize = 8;

/// A program with something in every section but the spans.
fn sample() -> ImageBuf {
    let mut program = program();
    let name = text(&mut program, "name");
    let get = Insn::GetField { dst: Dst(1), object: Src(0), site: Site32(0) };
    let insns = [
        Insn::Closure { dst: Dst(0), function: Fn32(0) },
        Insn::DefGlobal { src: Src(0), global: Global32(1) },
        get,
        Insn::Poll {},
        Insn::ReturnNil {},
    ];
    let mut script = code(&program, Text::default(), 0, 2, &insns);
    let consts = [Const::Fn(siskin_core::bytecode::FnIndex(1)), Const::Global(name)];
    fill(&mut script, &consts, &[Site { name }], &[]);
    script.handlers.push(Handler { from: 0, to: 6, target: 6, register: 1 }).unwrap();
    script.lines.mark(0, 3).unwrap();
    let mut inner = code(&program, name, 0, 1, &[Insn::ReturnNil {}]);
    fill(&mut inner, &[], &[], &[Capture::Register(1)]);
    program.functions.push(script).unwrap();
    program.functions.push(inner).unwrap();
    program.pack(program.strings.text.mem()).unwrap()
}

/// What is found after a change.
fn changed(change: impl FnOnce(&mut [u8])) -> Result<(), Flaw> {
    let mut image = sample();
    change(image.bytes_mut());
    Program::from_owner(image, &mem()).map(drop).map_err(|error| error.what)
}

fn put(bytes: &mut [u8], at: usize, word: u32) {
    bytes[at..at + 4].copy_from_slice(&word.to_le_bytes());
}

/// Where a section begins.
fn start(section: Section) -> usize {
    start_in(sample().as_ref(), section)
}

fn start_in(bytes: &[u8], section: Section) -> usize {
    let word = |at: usize| u32::from_le_bytes(*bytes[at..].first_chunk().unwrap()) as usize;
    let mut start = HEADER + word(28) * ENTRY;
    for entry in 0..word(28) {
        let at = HEADER + entry * ENTRY;
        if word(at) == section as usize + 1 {
            return start;
        }
        start = (start + word(at + 4)).next_multiple_of(8);
    }
    panic!("no section of {}", section.name());
}

#[test]
fn the_sample_is_good() {
    assert_eq!(changed(|_| {}), Ok(()));
    let image = sample();
    let image = Image::new(image.as_ref()).unwrap();
    let named = GlobalUse { name: Text(1), declared: true, assigned: false };
    assert_eq!(image.globals().iter().collect::<Vec<_>>(), [named]);
}

#[test]
fn headers_are_read_in_order() {
    assert_eq!(changed(|bytes| bytes[0] = 0), Err(Flaw::NoImage));
    assert_eq!(changed(|bytes| put(bytes, 8, 5)), Err(Flaw::OtherVersion(5)));
    assert_eq!(changed(|bytes| bytes[20] ^= 1), Err(Flaw::OtherOpcodes));
    assert_eq!(changed(|bytes| put(bytes, 12, 2)), Err(Flaw::LibraryOnly));
    for (at, word) in [(12, 4), (24, 0), (24, u32::MAX), (28, 5), (28, 99), (28, u32::MAX)] {
        assert_eq!(changed(|bytes| put(bytes, at, word)), Err(Flaw::BadDirectory), "{at}: {word}");
    }
}

#[test]
fn directories_are_in_order() {
    // Kind and length of the second section, which are words.
    for (at, word) in [(0, 1), (0, 3), (0, 0), (0, 99), (4, 0), (4, 4), (4, u32::MAX), (4, u32::MAX - 3)] {
        let changed = changed(|bytes| put(bytes, HEADER + ENTRY + at, word));
        assert_eq!(changed, Err(Flaw::BadDirectory), "{at}: {word}");
    }
    // A string of 4 bytes is filled up with zeros.
    let text = start(Section::Text);
    assert_eq!(changed(|bytes| bytes[text + 4] = 1), Err(Flaw::BadDirectory));
}

#[test]
fn every_length_is_refused_but_the_right_one() {
    let image = sample();
    let whole = image.as_ref();
    let mem = mem();
    for len in 0..whole.len() {
        assert!(Image::new(&whole[..len]).is_err(), "{len}");
        assert!(Program::copy_of(&whole[..len], &mem).is_err(), "{len}");
    }
    let longer = [whole, &[0; 8]].concat();
    assert_eq!(Program::copy_of(&longer, &mem).err().map(|error| error.what), Some(Flaw::BadDirectory));
}

#[test]
fn images_are_aligned() {
    let image = sample();
    let mut shifted = ImageBuf::copy_of(&[&[0; 4], image.as_ref()].concat(), &mem()).unwrap();
    assert_eq!(Image::new(&shifted.bytes_mut()[4..4 + image.as_ref().len()]).err(), Some(Flaw::Misaligned));
}

/// Parts of functions follow one another to the end of their section.
#[test]
fn records_tell_where_parts_end() {
    let record = start(Section::Functions);
    // Words, constants, sites, captures, handlers, lines, spans of the first function.
    let sections = [
        Section::Words,
        Section::Constants,
        Section::Sites,
        Section::Captures,
        Section::Handlers,
        Section::Lines,
        Section::Spans,
    ];
    for (index, section) in sections.into_iter().enumerate() {
        for of in [0, 36] {
            let at = record + of + 8 + 4 * index;
            assert_eq!(changed(|bytes| put(bytes, at, 99)), Err(Flaw::BadSection(section)), "{index} {of}");
            let lower = changed(|bytes| {
                let word = u32::from_le_bytes(*bytes[at..].first_chunk().unwrap());
                put(bytes, at, word.wrapping_sub(1));
            });
            // Any bytes are lines, wherever those of one function end.
            let is_good = section == Section::Lines && of == 0;
            assert_eq!(lower.is_ok(), is_good, "{index} {of}");
        }
    }
    // More arguments required than there are: a rest.
    assert_eq!(changed(|bytes| bytes[record + 5] = 1), Err(Flaw::ScriptTakesArguments));
}

#[test]
fn captures_have_no_other_bits() {
    let captures = start(Section::Captures);
    assert_eq!(changed(|bytes| bytes[captures + 3] = 1), Err(Flaw::BadRecord));
}

#[test]
fn handlers_have_no_other_bits() {
    let handlers = start(Section::Handlers);
    assert_eq!(changed(|bytes| bytes[handlers + 14] = 1), Err(Flaw::BadRecord));
}

/// A module `a`, and `b`, which imports that.
struct Modules;

impl Resolver for Modules {
    fn resolve(&mut self, _: &str, path: &str) -> Result<&str, Refusal> {
        Ok(if path == "a" { "a" } else { "b" })
    }

    fn load(&mut self, id: &str) -> Result<ModuleText<'_>, Refusal> {
        let text = if id == "a" { "export let x = 1;" } else { "import { x } from \"a\"; export let y = x;" };
        Ok(ModuleText { text, dialect: Dialect::Siskin })
    }
}

/// A program with its modules, after a change of the word at a place of a section; and what is found.
fn bound(section: Section, at: usize, word: u32) -> Result<(), Flaw> {
    let text = "import { y } from \"b\"; import { x } from \"a\"; export { x, y };";
    let main = ModuleText { text, dialect: Dialect::Siskin };
    let program = Program::compile_importing(&mem(), "main", main, LoadOptions::default(), &mut Modules);
    let mut bytes = program.unwrap().as_bytes().to_vec();
    let start = start_in(&bytes, section);
    put(&mut bytes, start + at, word);
    Program::copy_of(&bytes, &mem()).map(drop).map_err(|error| error.what)
}

#[test]
fn imports_and_exports_name_what_is_there() {
    let none = Err(Flaw::BadText(Text(99)));
    assert_eq!(bound(Section::Imports, 0, 99), none);
    // Any place is one, as far as the image knows.
    assert_eq!(bound(Section::Imports, 4, 99), Ok(()));
    assert_eq!(bound(Section::Imported, 0, 2), Err(Flaw::BadSection(Section::Imported)));
    assert_eq!(bound(Section::Imported, 4, 99), none);
    assert_eq!(bound(Section::Imported, 8, 99), none);
    assert_eq!(bound(Section::Exports, 0, 99), none);
    // In the order of their names, each once, and none empty.
    assert_eq!(bound(Section::Exports, 0, 0), Err(Flaw::BadSection(Section::Exports)));
    assert_eq!(bound(Section::Exports, 4, 0), Err(Flaw::BadSection(Section::Exports)));
}

#[test]
fn modules_follow_one_another_and_form_no_circle() {
    let modules = Err(Flaw::BadSection(Section::Modules));
    // Where ids and images end: `a` is the first module.
    for (at, word) in [(0, 3), (8, 0), (8, 1), (8, 3), (12, 0), (12, u32::MAX)] {
        let found = bound(Section::Modules, at, word);
        assert!(found.is_err(), "{at}: {word}");
        if at == 8 {
            assert_eq!(found, modules, "{at}: {word}");
        }
    }
    // The links of the program, then that of `b`.
    let links = Err(Flaw::BadSection(Section::Links));
    assert_eq!(bound(Section::Links, 0, 0), Ok(()), "a module that the host is asked for");
    assert_eq!(bound(Section::Links, 0, 3), links);
    assert_eq!(bound(Section::Links, 8, 1), Ok(()));
    assert_eq!(bound(Section::Links, 8, 2), links, "itself");
    assert_eq!(bound(Section::ModuleImages, 0, 0), Err(Flaw::NoImage));
    assert_eq!(bound(Section::ModuleIds, 0, u32::from_le_bytes([0xFF, 0, 0, 0])), Err(Flaw::NotUtf8));
}

/// Loading trusts the section of globals.
#[test]
fn globals_are_as_functions_use_them() {
    let globals = start(Section::Globals);
    for (at, word) in [(0, 0), (0, 2), (4, 0), (4, 2), (4, 3), (4, 5)] {
        assert_eq!(changed(|bytes| put(bytes, globals + at, word)), Err(Flaw::BadGlobals), "{at}: {word}");
    }
}

/// Seeds, and where memory lies, leave no trace.
#[test]
fn equal_texts_have_equal_images() {
    let source = include_str!("../golden/overview.sk");
    let image = |seed: u64| {
        let mem = Mem::with_seed(SYSTEM, 1 << 24, Some([seed, !seed])).unwrap();
        let options = LoadOptions { spans: true, ..LoadOptions::default() };
        Program::compile(&mem, source, Dialect::Siskin, options).unwrap().as_bytes().to_vec()
    };
    let first = image(1);
    assert!((2..20).all(|seed| image(seed) == first));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// What is packed is read back.
    #[test]
    fn programs_come_back(assembly in good_program()) {
        let program = verified(&assembly).unwrap();
        prop_assert_eq!(program.functions().count(), assembly.functions.len());
        for (code, made) in program.functions().zip(&assembly.functions) {
            prop_assert_eq!(code.name, made.name);
            prop_assert_eq!((code.arity, code.registers), (made.arity, made.registers));
            prop_assert_eq!(code.words, &made.words[..]);
            prop_assert!(code.consts.iter().eq(made.consts.iter().copied()));
            prop_assert!(code.sites.iter().eq(made.sites.iter().copied()));
            prop_assert!(code.captures.iter().eq(made.captures.iter().copied()));
            prop_assert!(code.handlers.iter().eq(made.handlers.iter().copied()));
            prop_assert_eq!(program.text(code.name).as_bytes(), assembly.strings.bytes(made.name));
        }
        let copy = Program::copy_of(program.as_bytes(), &mem()).unwrap();
        prop_assert_eq!(copy.to_string(), program.to_string());
    }

    /// Any bytes may be looked at.
    #[test]
    fn damaged_images_are_refused_or_listed(
        assembly in good_program(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut image = assembly.pack(&mem()).unwrap();
        for (at, byte) in damage {
            let bytes = image.bytes_mut();
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(image) = Image::new(image.as_ref()) {
            let _ = image.to_string();
        }
        if let Ok(program) = Program::from_owner(image, &mem()) {
            let _ = program.to_string();
        }
    }
}
