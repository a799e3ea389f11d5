//! The target that takes images: what the compiler makes of a source text, as bytes, and those damaged.

use std::fmt::Write;

use siskin::diagnostics::Sources;
use siskin::{Dialect, LoadOptions, ModuleText, Options, Refusal, Resolver, Vm};
use siskin_core::bytecode::{Image, ImageBuf, Program};

use crate::tier::{self, Mode, Tier};
use crate::{Bytes, Nowhere, Ran, finish};

/// Damages the image of a program and runs it, if it is accepted, in two modes.
///
/// ```text
///   mode, count of changes, per change 6 bytes, source text
///   change: what, place (2), three bytes that say how
/// ```
///
/// | bit of the mode | |
/// |---|---|
/// | 0-2 | the pair of modes: see `tier::pair` |
/// | 3-6 | when code that gets warm is compiled |
/// | 7 | the text is Lox |
pub fn image(data: &[u8]) {
    let &[mode, ..] = data else { return };
    let options = Options::new().memory(4 << 20).max_frames(64);
    let pair = tier::pair(mode, options, 7, Tier::warm(mode >> 3));
    tier::compare(pair, |mode| run(data, mode));
}

/// How the program runs; nothing if it is not accepted or does not fit.
fn run(data: &[u8], mode: &Mode) -> Option<Ran> {
    let mut vm = mode.vm()?;
    let bytes = damaged(data, &vm)?;
    let image = ImageBuf::copy_of(&bytes, vm.mem()).ok()?;
    // An image of any kind can be listed, whether it is accepted or not.
    if let Ok(image) = Image::new(image.as_ref()) {
        let _ = write!(Nowhere, "{image}");
    }
    let program = Program::from_owner(image, vm.mem()).ok()?;
    let script = vm.load_program(&program).ok()?;
    vm.start(script).ok()?;
    // Each allocation is a collection then.
    let fuel = if mode.options.gc_stress { 200 } else { 2_000 };
    Some(finish(&mut vm, fuel, mode.slices, &Sources::new()))
}

/// What a text can import: a module `a`, and `b`, which imports that.
struct Modules;

impl Resolver for Modules {
    fn resolve(&mut self, _: &str, path: &str) -> Result<&str, Refusal> {
        Ok(if path == "a" { "a" } else { "b" })
    }

    fn load(&mut self, id: &str) -> Result<ModuleText<'_>, Refusal> {
        let text = match id {
            "a" => "export fn f(x) { x } export let list = [1]; export class C { m() { this } }",
            _ => "import { f, list } from \"a\"; import \"a\" as a; export { f, a }; print a.list;",
        };
        Ok(ModuleText { text, dialect: Dialect::Siskin })
    }
}

/// The bytes that `data` describes; nothing if the text has errors.
pub fn damaged(data: &[u8], vm: &Vm) -> Option<Vec<u8>> {
    let (&[mode, count], rest) = data.split_first_chunk()?;
    let (changes, source) = rest.split_at_checked(usize::from(count % 16) * 6)?;
    let dialect = if mode & 0x80 == 0 { Dialect::Siskin } else { Dialect::Lox };
    let main = ModuleText { text: std::str::from_utf8(source).ok()?, dialect };
    let options = LoadOptions::default();
    let program = Program::compile_importing(vm.mem(), "main", main, options, &mut Modules).ok()?;
    let mut bytes = program.as_bytes().to_vec();
    for change in changes.chunks_exact(6) {
        damage(&mut Bytes(change), &mut bytes);
    }
    Some(bytes)
}

fn damage(change: &mut Bytes<'_>, bytes: &mut Vec<u8>) {
    let what = change.next() % 8;
    let place = usize::from(change.next()) | usize::from(change.next()) << 8;
    let how = [change.next(), change.next(), change.next()];
    let len = bytes.len().max(1);
    let at = place % len;
    // The word there.
    let word = at / 4 * 4;
    match what {
        0 | 1 | 6 => flip(bytes, at, how[0]),
        2 => {
            // Another number, close to what was there: a count or an offset that lies.
            if let Some(chunk) = bytes.get_mut(word..).and_then(|rest| rest.first_chunk_mut()) {
                *chunk =
                    u32::from_le_bytes(*chunk).wrapping_add_signed(i32::from(how[0] as i8)).to_le_bytes();
            }
        }
        3 => {
            // A piece comes from elsewhere: words of another function, a record, constants.
            let (from, size) =
                (usize::from(how[0]) | usize::from(how[1]) << 8, 4 * (1 + usize::from(how[2]) % 16));
            let from = from % len / 4 * 4;
            let piece: Vec<u8> = bytes.iter().skip(from).take(size).copied().collect();
            for (to, byte) in bytes.iter_mut().skip(word).zip(piece) {
                *to = byte;
            }
        }
        4 => {
            // Two words change places.
            let other = (usize::from(how[0]) | usize::from(how[1]) << 8) % len / 4 * 4;
            if word.max(other) + 4 <= bytes.len() {
                (0..4).for_each(|byte| bytes.swap(word + byte, other + byte));
            }
        }
        // Another length is always refused.
        5 if how[0] & 1 == 0 => bytes.truncate(at),
        5 => bytes.extend_from_slice(&how),
        _ => {
            // A word that means something: an extreme, or a small count.
            let value =
                [0, 1, u32::MAX, i32::MAX as u32, 1 << 16, u32::from(how[1])][usize::from(how[0]) % 6];
            if let Some(chunk) = bytes.get_mut(word..).and_then(|rest| rest.first_chunk_mut()) {
                *chunk = value.to_le_bytes();
            }
        }
    }
}

fn flip(bytes: &mut [u8], at: usize, bits: u8) {
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1 << (bits % 8);
    }
}
