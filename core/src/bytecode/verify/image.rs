//! What is of the whole image: its sections, its strings, its globals.

use super::{Flaw, MOST};
use crate::bytecode::image::{FnEnds, FnRecord, NAMED, global_use};
use crate::bytecode::{GlobalUse, Image, Op, Packed, Section, Text};
use crate::mem::{Mem, OutOfMemory, Vec};

/// Checks that parts of functions and strings follow one another, from the first item of a section to its last.
pub(super) fn check(image: Image<'_>) -> Result<(), Flaw> {
    if image.function_count() >= MOST || image.text_count() >= MOST {
        return Err(Flaw::TooLarge);
    }
    let mut before = FnEnds::default();
    for bits in image.functions.bits() {
        let record = FnRecord::unpack(*bits);
        if record.pack() != *bits {
            return Err(Flaw::BadRecord);
        }
        ascend(before, record.ends)?;
        before = record.ends;
    }
    for (section, end) in before.by_section() {
        if image.len(section) != end as usize {
            return Err(Flaw::BadSection(section));
        }
    }
    check_text(image)
}

/// Checks that no part ends before it begins.
fn ascend(before: FnEnds, after: FnEnds) -> Result<(), Flaw> {
    for ((section, start), (_, end)) in before.by_section().into_iter().zip(after.by_section()) {
        if start > end {
            return Err(Flaw::BadSection(section));
        }
    }
    Ok(())
}

/// Checks that the text is whole strings of UTF-8, of which the first is empty.
fn check_text(image: Image<'_>) -> Result<(), Flaw> {
    let text = core::str::from_utf8(image.text).map_err(|_| Flaw::NotUtf8)?;
    let mut start = 0;
    for (index, &end) in image.ends.iter().enumerate() {
        if end < start || index == 0 && end != 0 || !text.is_char_boundary(end as usize) {
            return Err(Flaw::BadSection(Section::Names));
        }
        start = end;
    }
    let all = !image.ends.is_empty() && start as usize == text.len();
    if all { Ok(()) } else { Err(Flaw::BadSection(Section::Names)) }
}

/// What functions do with globals, by the index of their names.
pub(super) struct Globals(Vec<u8>);

impl Globals {
    pub(super) fn new(image: Image<'_>, mem: &Mem) -> Result<Globals, Flaw> {
        let mut uses = Vec::new(mem);
        uses.resize(image.text_count(), 0).map_err(|OutOfMemory| Flaw::OutOfMemory)?;
        Ok(Globals(uses))
    }

    /// Notes what an instruction does with the global that it names.
    pub(super) fn note(&mut self, Text(name): Text, op: Op) {
        if let Some(noted) = self.0.get_mut(name as usize) {
            *noted |= global_use(op);
        }
    }

    /// Checks that the image says the same.
    pub(super) fn check(&self, image: Image<'_>) -> Result<(), Flaw> {
        let named = self.0.iter().enumerate().filter(|&(_, noted)| noted & NAMED != 0);
        let found = named.map(|(name, &noted)| GlobalUse::unpack([name as u32, noted.into()]).pack());
        if found.eq(image.globals().bits().iter().copied()) { Ok(()) } else { Err(Flaw::BadGlobals) }
    }
}
