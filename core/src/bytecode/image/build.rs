//! Building: functions become parts of sections, in the order in which they end, and the sections an image.
//!
//! ```text
//!   put(3) put(4) put(2) put(1) put(0)        a function ends after those in it
//!        |
//!   words     3333 444 22222 1 00             each section in the order of `put`
//!   records   0 1 2 3 4                       by index: where the parts end, which function was put before
//!        |
//!   image     00 1 22222 3333 444             `pack` copies section by section, and frees what it has copied
//! ```
//!
//! So at no time is there more than one copy of the sections but for the one being copied.

use super::{FnEnds, Packed, note_globals};
use crate::bytecode::lines::LineMarks;
use crate::bytecode::{Capture, Const, Flaw, FnIndex, Handler, InsnSpan, Site, Strings, Text};
use crate::mem::{Mem, OutOfMemory, Vec};

/// A function, to be put into an image; see [`Code`](crate::bytecode::Code).
#[derive(Clone, Copy)]
pub(crate) struct FnParts<'a> {
    pub(crate) name: Text,
    pub(crate) arity: u8,
    pub(crate) required: u8,
    /// Whether the last parameter is a list of all further arguments; it is not required.
    pub(crate) rest: bool,
    pub(crate) registers: u16,
    pub(crate) words: &'a [u32],
    /// Packed.
    pub(crate) consts: &'a [u64],
    pub(crate) sites: &'a [Site],
    pub(crate) captures: &'a [Capture],
    pub(crate) handlers: &'a [Handler],
    pub(crate) lines: &'a LineMarks,
    pub(crate) spans: &'a [InsnSpan],
}

/// An image in the making.
pub(crate) struct ImageBuilder {
    /// Functions, by index.
    pub(super) records: Vec<Record>,
    /// The function that was put last, plus one; 0 for none.
    last: u32,
    pub(super) words: Vec<u32>,
    pub(super) consts: Vec<u64>,
    pub(super) sites: Vec<u32>,
    pub(super) captures: Vec<u32>,
    pub(super) handlers: Vec<[u32; 4]>,
    pub(super) lines: Vec<u8>,
    pub(super) spans: Vec<[u32; 3]>,
    /// What functions do with globals, by the index of their names.
    pub(super) globals: Vec<u8>,
    /// Modules that are imported, packed.
    pub(crate) imports: Vec<[u32; 3]>,
    /// Globals that get their values from them, packed.
    pub(crate) imported: Vec<[u32; 5]>,
    /// Globals that are exported, in the order of their names.
    pub(crate) exports: Vec<u32>,
    /// All strings that functions name.
    pub(crate) strings: Strings,
}

/// A function that was put.
#[derive(Clone, Copy, Default)]
pub(super) struct Record {
    pub(super) name: Text,
    pub(super) arity: u8,
    pub(super) required: u8,
    pub(super) rest: bool,
    pub(super) registers: u16,
    /// Where its parts end.
    pub(super) ends: FnEnds,
    /// The function that was put before, plus one; 0 for none. This one's parts begin where that one's end.
    before: u32,
}

impl ImageBuilder {
    /// Nothing yet.
    pub(crate) fn new(mem: &Mem) -> Result<ImageBuilder, OutOfMemory> {
        Ok(ImageBuilder {
            records: Vec::new(mem),
            last: 0,
            words: Vec::new(mem),
            consts: Vec::new(mem),
            sites: Vec::new(mem),
            captures: Vec::new(mem),
            handlers: Vec::new(mem),
            lines: Vec::new(mem),
            spans: Vec::new(mem),
            globals: Vec::new(mem),
            imports: Vec::new(mem),
            imported: Vec::new(mem),
            exports: Vec::new(mem),
            strings: Strings::new(mem)?,
        })
    }

    /// How many functions have an index.
    pub(crate) fn function_count(&self) -> u32 {
        self.records.len() as u32
    }

    /// Gives the next function its index.
    pub(crate) fn next_index(&mut self) -> Result<FnIndex, OutOfMemory> {
        let index = FnIndex(self.function_count());
        self.records.push(Record::default())?;
        Ok(index)
    }

    /// Puts a function at its index, once. Its strings are there by then.
    pub(crate) fn put(&mut self, FnIndex(index): FnIndex, parts: &FnParts<'_>) -> Result<(), Flaw> {
        let before = self.last;
        let ends = ends_of(&self.records, before).with(parts).ok_or(Flaw::TooLarge)?;
        self.append(parts).map_err(|OutOfMemory| Flaw::OutOfMemory)?;
        let FnParts { name, arity, required, rest, registers, .. } = *parts;
        if let Some(record) = self.records.get_mut(index as usize) {
            *record = Record { name, arity, required, rest, registers, ends, before };
            self.last = index + 1;
        }
        Ok(())
    }

    fn append(&mut self, parts: &FnParts<'_>) -> Result<(), OutOfMemory> {
        self.words.extend_from_slice(parts.words)?;
        self.consts.extend_from_slice(parts.consts)?;
        extend(&mut self.sites, parts.sites)?;
        extend(&mut self.captures, parts.captures)?;
        extend(&mut self.handlers, parts.handlers)?;
        let (last, runs) = parts.lines.bytes();
        self.lines.extend_from_slice(&last)?;
        self.lines.extend_from_slice(runs)?;
        extend(&mut self.spans, parts.spans)?;
        self.globals.resize(self.strings.ends.len(), 0)?;
        let global = |index: u32| match Const::unpack(*parts.consts.get(index as usize)?) {
            Const::Global(name) => Some(name),
            _ => None,
        };
        note_globals(parts.words, global, &mut self.globals);
        Ok(())
    }
}

/// Where the parts of a function end, whose index plus one this is; 0 for none.
fn ends_of(records: &[Record], function: u32) -> FnEnds {
    let record = (function as usize).checked_sub(1).and_then(|index| records.get(index));
    record.map_or(FnEnds::default(), |record| record.ends)
}

/// All functions by index, each with where its parts begin.
pub(super) fn with_starts(records: &[Record]) -> impl Iterator<Item = (&Record, FnEnds)> {
    records.iter().map(|record| (record, ends_of(records, record.before)))
}

impl FnEnds {
    /// Where the parts of a function end that begin here.
    fn with(self, parts: &FnParts<'_>) -> Option<FnEnds> {
        let end = |start: u32, len: usize| start.checked_add(u32::try_from(len).ok()?);
        let (last, runs) = parts.lines.bytes();
        Some(FnEnds {
            words: end(self.words, parts.words.len())?,
            consts: end(self.consts, parts.consts.len())?,
            sites: end(self.sites, parts.sites.len())?,
            captures: end(self.captures, parts.captures.len())?,
            handlers: end(self.handlers, parts.handlers.len())?,
            lines: end(self.lines, last.len() + runs.len())?,
            spans: end(self.spans, parts.spans.len())?,
        })
    }
}

/// Appends items, packed.
fn extend<T: Packed>(bits: &mut Vec<T::Bits>, items: &[T]) -> Result<(), OutOfMemory> {
    bits.reserve(items.len())?;
    for item in items {
        bits.push(item.pack())?;
    }
    Ok(())
}
