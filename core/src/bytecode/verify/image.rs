//! What is of the whole image: its sections, its strings, its globals.

use super::{Flaw, MOST};
use crate::bytecode::image::{FnEnds, FnRecord, ModuleEnds, NAMED, global_use};
use crate::bytecode::{Export, GlobalUse, Image, Op, Packed, Section, Text};
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
    check_text(image)?;
    check_names(image)?;
    check_modules(image)
}

/// Checks that the modules follow one another, and that each links to those before it only, so that they form no circle.
fn check_modules(image: Image<'_>) -> Result<(), Flaw> {
    let (bad_modules, bad_links) =
        (Err(Flaw::BadSection(Section::Modules)), Err(Flaw::BadSection(Section::Links)));
    let ids = core::str::from_utf8(image.module_ids).map_err(|_| Flaw::NotUtf8)?;
    let mut before = ModuleEnds::default();
    for ends in image.modules.iter() {
        if ends.id < before.id || ends.image < before.image || !ids.is_char_boundary(ends.id as usize) {
            return bad_modules;
        }
        before = ends;
    }
    if before.id as usize != ids.len() || before.image as usize != image.len(Section::ModuleImages) {
        return bad_modules;
    }
    let links = |rest: &mut &[u32], count: usize, most: usize| {
        let own = rest.split_off(..count);
        own.is_some_and(|own| own.iter().all(|&link| link as usize <= most))
    };
    let mut rest = image.links();
    let count = if image.module_count() == 0 { 0 } else { image.imports().len() };
    if !links(&mut rest, count, image.module_count()) {
        return bad_links;
    }
    for index in 0..image.module_count() {
        let (_, bytes) = image.module(index).unwrap_or_default();
        let module = Image::new(bytes)?;
        if module.module_count() > 0 || module.is_library() {
            return bad_modules;
        }
        if !links(&mut rest, module.imports().len(), index) {
            return bad_links;
        }
    }
    if rest.is_empty() { Ok(()) } else { bad_links }
}

/// Checks what is imported and exported: paths and names that are there, exports in the order of their names.
fn check_names(image: Image<'_>) -> Result<(), Flaw> {
    let text = |Text(index): Text| {
        if (index as usize) < image.text_count() { Ok(()) } else { Err(Flaw::BadText(Text(index))) }
    };
    image.imports().iter().try_for_each(|import| text(import.path))?;
    for name in image.imported().iter() {
        if name.import as usize >= image.imports().len() {
            return Err(Flaw::BadSection(Section::Imported));
        }
        text(name.export)?;
        text(name.local)?;
    }
    let mut before = "";
    for Export(name) in image.exports().iter() {
        text(name)?;
        let name = image.text(name);
        if name <= before {
            return Err(Flaw::BadSection(Section::Exports));
        }
        before = name;
    }
    Ok(())
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
