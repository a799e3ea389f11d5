//! Packing: an assembly becomes an image.

use super::header::{ALIGN, ENTRY, FLAG_BUILTIN_METHODS, HEADER, MAGIC, Section, TABLE_HASH, VERSION};
use super::{FnEnds, FnRecord, GlobalUse, NAMED, Packed, note_globals};
use crate::bytecode::{Assembly, Const, Flaw, FnCode};
use crate::mem::{Mem, OutOfMemory, Vec, Word, bytes_of, bytes_of_mut};

/// An image in memory, as it was packed: not verified.
#[derive(Debug)]
pub struct ImageBuf {
    words: Vec<Word>,
    /// Length in bytes.
    len: usize,
}

impl AsRef<[u8]> for ImageBuf {
    fn as_ref(&self) -> &[u8] {
        bytes_of(&self.words).get(..self.len).unwrap_or(&[])
    }
}

impl ImageBuf {
    /// A copy of bytes that may be an image.
    ///
    /// # Errors
    /// When memory is out.
    pub fn copy_of(bytes: &[u8], mem: &Mem) -> Result<ImageBuf, OutOfMemory> {
        let mut buf = ImageBuf::zeros(bytes.len(), mem)?;
        buf.bytes_mut().copy_from_slice(bytes);
        Ok(buf)
    }

    /// So many zeros, to be changed.
    ///
    /// # Errors
    /// When memory is out.
    pub fn zeros(len: usize, mem: &Mem) -> Result<ImageBuf, OutOfMemory> {
        let mut words = Vec::new(mem);
        words.reserve_exact(len.div_ceil(ALIGN))?;
        words.resize(len.div_ceil(ALIGN), Word::default())?;
        Ok(ImageBuf { words, len })
    }

    /// The bytes, to be changed.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        bytes_of_mut(&mut self.words).get_mut(..self.len).unwrap_or(&mut [])
    }
}

impl Assembly {
    /// The image of the program, as it is: equal programs have equal images.
    ///
    /// # Errors
    /// When memory is out, or lengths do not fit 32 bits.
    pub fn pack(&self, mem: &Mem) -> Result<ImageBuf, Flaw> {
        let globals = self.globals(mem).map_err(|OutOfMemory| Flaw::OutOfMemory)?;
        let lengths = self.lengths(globals.len()).ok_or(Flaw::TooLarge)?;
        let sections = || Section::ALL.iter().copied().zip(lengths).filter(|&(_, length)| length > 0);
        let mut total = HEADER + sections().count() * ENTRY;
        for (_, length) in sections() {
            total = total
                .checked_add(length)
                .and_then(|end| end.checked_next_multiple_of(ALIGN))
                .ok_or(Flaw::TooLarge)?;
        }
        let length = u32::try_from(total).map_err(|_| Flaw::TooLarge)?;
        let mut buf = ImageBuf::zeros(total, mem).map_err(|OutOfMemory| Flaw::OutOfMemory)?;

        let mut out = Writer { bytes: buf.bytes_mut(), at: 0 };
        out.bytes(&MAGIC);
        let flags = if self.builtin_methods { FLAG_BUILTIN_METHODS } else { 0 };
        let (low, high) = (TABLE_HASH as u32, (TABLE_HASH >> 32) as u32);
        out.words([VERSION, flags, low, high, length, sections().count() as u32]);
        sections().for_each(|(section, length)| out.words([section.number(), length as u32]));
        for (section, _) in sections() {
            self.write(section, &globals, &mut out);
            out.at = out.at.next_multiple_of(ALIGN);
        }
        debug_assert!(out.at == total);
        Ok(buf)
    }

    fn write(&self, section: Section, globals: &[GlobalUse], out: &mut Writer<'_>) {
        let functions = || self.functions.iter();
        match section {
            Section::Functions => {
                let mut ends = FnEnds::default();
                for code in functions() {
                    ends = code.ends(ends);
                    let FnCode { name, arity, registers, .. } = *code;
                    out.words(FnRecord { name: name.0, arity, registers, ends }.pack());
                }
            }
            Section::Words => functions().for_each(|code| out.bytes(bytes_of(&code.words))),
            Section::Constants => {
                let consts = functions().flat_map(|code| &code.consts);
                consts.for_each(|constant| out.bytes(&constant.pack().to_le_bytes()));
            }
            Section::Sites => {
                functions().flat_map(|code| &code.sites).for_each(|site| out.words([site.pack()]))
            }
            Section::Captures => {
                functions().flat_map(|code| &code.captures).for_each(|capture| out.words([capture.pack()]))
            }
            Section::Names => out.bytes(bytes_of(&self.ends)),
            Section::Text => out.bytes(&self.text),
            Section::Globals => globals.iter().for_each(|global| out.words(global.pack())),
            Section::Lines => {
                for code in functions() {
                    let (last, runs) = code.lines.bytes();
                    out.bytes(&last);
                    out.bytes(runs);
                }
            }
            Section::Spans => {
                functions().flat_map(|code| &code.spans).for_each(|span| out.words(span.pack()))
            }
        }
    }

    /// Lengths of the sections in bytes, in their order.
    fn lengths(&self, globals: usize) -> Option<[usize; Section::ALL.len()]> {
        let mut ends = FnEnds::default();
        for code in &self.functions {
            ends = code.checked_ends(ends)?;
        }
        let mut lengths = [0; Section::ALL.len()];
        for (&section, length) in Section::ALL.iter().zip(&mut lengths) {
            let parts = |end: u32| end as usize;
            let (items, size) = match section {
                Section::Functions => (self.functions.len(), size_of::<[u32; 8]>()),
                Section::Words => (parts(ends.words), 4),
                Section::Constants => (parts(ends.consts), 8),
                Section::Sites => (parts(ends.sites), 4),
                Section::Captures => (parts(ends.captures), 4),
                Section::Names => (self.ends.len(), 4),
                Section::Text => (self.text.len(), 1),
                Section::Globals => (globals, size_of::<[u32; 2]>()),
                Section::Lines => (parts(ends.lines), 1),
                Section::Spans => (parts(ends.spans), size_of::<[u32; 3]>()),
            };
            *length = items.checked_mul(size).filter(|&bytes| u32::try_from(bytes).is_ok())?;
        }
        Some(lengths)
    }

    /// What the functions do with globals, by the index of their names.
    fn globals(&self, mem: &Mem) -> Result<Vec<GlobalUse>, OutOfMemory> {
        let mut uses = Vec::new(mem);
        uses.resize(self.ends.len(), 0)?;
        for code in &self.functions {
            let global = |index: u32| match code.consts.get(index as usize) {
                Some(&Const::Global(name)) => Some(name),
                _ => None,
            };
            note_globals(&code.words, global, &mut uses);
        }
        let mut globals = Vec::new(mem);
        for (name, &noted) in uses.iter().enumerate().filter(|&(_, noted)| noted & NAMED != 0) {
            globals.push(GlobalUse::unpack([name as u32, noted.into()]))?;
        }
        Ok(globals)
    }
}

impl FnCode {
    /// Where its parts end if those of the function before end at `start`.
    fn checked_ends(&self, start: FnEnds) -> Option<FnEnds> {
        let end = |start: u32, len: usize| start.checked_add(u32::try_from(len).ok()?);
        let (last, runs) = self.lines.bytes();
        Some(FnEnds {
            words: end(start.words, self.words.len())?,
            consts: end(start.consts, self.consts.len())?,
            sites: end(start.sites, self.sites.len())?,
            captures: end(start.captures, self.captures.len())?,
            lines: end(start.lines, last.len() + runs.len())?,
            spans: end(start.spans, self.spans.len())?,
        })
    }

    /// The same, once it is known that they can be told.
    fn ends(&self, start: FnEnds) -> FnEnds {
        self.checked_ends(start).unwrap_or(start)
    }
}

/// Writes from the front.
struct Writer<'a> {
    bytes: &'a mut [u8],
    at: usize,
}

impl Writer<'_> {
    fn bytes(&mut self, bytes: &[u8]) {
        let end = self.at + bytes.len();
        let place = self.bytes.get_mut(self.at..end);
        debug_assert!(place.is_some(), "lengths were counted");
        if let Some(place) = place {
            place.copy_from_slice(bytes);
        }
        self.at = end;
    }

    fn words<const N: usize>(&mut self, words: [u32; N]) {
        self.bytes(bytes_of(&words));
    }
}
