//! Packing: the sections of a builder become an image.

use core::ops::Range;

use super::build::{Record, with_starts};
use super::header::{ALIGN, ENTRY, FLAG_BUILTIN_METHODS, FLAG_LIBRARY, HEADER, MAGIC, Section, header_words};
use super::{FnEnds, FnRecord, GlobalUse, ImageBuf, ImageBuilder, NAMED, Packed, part};
use crate::bytecode::{Flaw, Strings};
use crate::mem::{OutOfMemory, Vec, bytes_of};

/// What an image is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ImageKind {
    Lox,
    /// Values that are no instances have methods.
    Siskin,
    /// The library, in Siskin.
    Library,
}

impl ImageBuilder {
    /// The image: equal programs have equal images.
    ///
    /// # Errors
    /// When memory is out, or lengths do not fit 32 bits.
    pub(crate) fn pack(self, kind: ImageKind) -> Result<ImageBuf, Flaw> {
        let lengths = self.lengths().ok_or(Flaw::TooLarge)?;
        let sections = || Section::ALL.iter().copied().zip(lengths).filter(|&(_, length)| length > 0);
        let head = HEADER + sections().count() * ENTRY;
        let mut total = head;
        for (_, length) in sections() {
            total = total
                .checked_add(length)
                .and_then(|end| end.checked_next_multiple_of(ALIGN))
                .ok_or(Flaw::TooLarge)?;
        }
        let length = u32::try_from(total).map_err(|_| Flaw::TooLarge)?;
        let mut buf = ImageBuf::zeros(head, self.records.mem()).map_err(|OutOfMemory| Flaw::OutOfMemory)?;

        let mut out = Writer(buf.bytes_mut());
        out.bytes(&MAGIC);
        let flags = match kind {
            ImageKind::Lox => 0,
            ImageKind::Siskin => FLAG_BUILTIN_METHODS,
            ImageKind::Library => FLAG_BUILTIN_METHODS | FLAG_LIBRARY,
        };
        out.words(header_words(flags, length, sections().count()));
        sections().for_each(|(section, length)| out.words([section.number(), length as u32]));
        self.write_sections(&mut SectionWriter { buf: &mut buf, written: 0, lengths })
            .map_err(|OutOfMemory| Flaw::OutOfMemory)?;
        debug_assert!(buf.as_ref().len() == total);
        Ok(buf)
    }

    /// Appends the sections, and frees each when it is written.
    fn write_sections(self, to: &mut SectionWriter<'_>) -> Result<(), OutOfMemory> {
        let ImageBuilder {
            records,
            words,
            consts,
            sites,
            captures,
            handlers,
            lines,
            spans,
            globals,
            imports,
            imported,
            exports,
            strings,
            ..
        } = self;
        let mut out = to.of(Section::Functions)?;
        let mut ends = FnEnds::default();
        for (record, start) in with_starts(&records) {
            ends = ends.plus(start, record.ends);
            let Record { name, arity, required, rest, registers, .. } = *record;
            out.words(FnRecord { name: name.0, arity, required, rest, registers, ends }.pack());
        }
        write(&records, |ends| ends.words, words, bytes_of, to.of(Section::Words)?);
        write(&records, |ends| ends.consts, consts, bytes_of, to.of(Section::Constants)?);
        write(&records, |ends| ends.sites, sites, bytes_of, to.of(Section::Sites)?);
        write(&records, |ends| ends.captures, captures, bytes_of, to.of(Section::Captures)?);
        write(
            &records,
            |ends| ends.handlers,
            handlers,
            |handlers| bytes_of(handlers.as_flattened()),
            to.of(Section::Handlers)?,
        );
        let Strings { text, ends } = strings;
        to.of(Section::Names)?.bytes(bytes_of(&ends));
        drop(ends);
        to.of(Section::Text)?.bytes(&text);
        drop(text);
        let mut out = to.of(Section::Globals)?;
        named(&globals).for_each(|global| out.words(global.pack()));
        to.of(Section::Imports)?.bytes(bytes_of(imports.as_flattened()));
        to.of(Section::Imported)?.bytes(bytes_of(imported.as_flattened()));
        to.of(Section::Exports)?.bytes(bytes_of(&exports));
        write(&records, |ends| ends.lines, lines, bytes_of, to.of(Section::Lines)?);
        write(
            &records,
            |ends| ends.spans,
            spans,
            |spans| bytes_of(spans.as_flattened()),
            to.of(Section::Spans)?,
        );
        Ok(())
    }

    /// Lengths of the sections in bytes, in their order.
    fn lengths(&self) -> Option<[usize; Section::ALL.len()]> {
        let mut lengths = [0; Section::ALL.len()];
        for (&section, length) in Section::ALL.iter().zip(&mut lengths) {
            let bytes = match section {
                Section::Functions => {
                    self.records.len().checked_mul(size_of::<<FnRecord as Packed>::Bits>())?
                }
                Section::Words => size_of_val(&*self.words),
                Section::Constants => size_of_val(&*self.consts),
                Section::Sites => size_of_val(&*self.sites),
                Section::Captures => size_of_val(&*self.captures),
                Section::Handlers => size_of_val(&*self.handlers),
                Section::Names => size_of_val(&*self.strings.ends),
                Section::Text => self.strings.text.len(),
                Section::Globals => named(&self.globals).count() * size_of::<[u32; 2]>(),
                Section::Imports => size_of_val(&*self.imports),
                Section::Imported => size_of_val(&*self.imported),
                Section::Exports => size_of_val(&*self.exports),
                Section::Lines => self.lines.len(),
                Section::Spans => size_of_val(&*self.spans),
                Section::Modules | Section::Links | Section::ModuleIds | Section::ModuleImages => 0,
            };
            *length = u32::try_from(bytes).ok()? as usize;
        }
        Some(lengths)
    }
}

/// The end of an image, to which sections are appended.
struct SectionWriter<'a> {
    buf: &'a mut ImageBuf,
    /// The sections written so far, which are the first ones.
    written: usize,
    lengths: [usize; Section::ALL.len()],
}

impl SectionWriter<'_> {
    /// Writes the next section. They lie in the order of their numbers, which the directory does not say.
    fn of(&mut self, section: Section) -> Result<Writer<'_>, OutOfMemory> {
        debug_assert_eq!(section as usize, self.written, "sections follow one another");
        self.written += 1;
        let length = self.lengths.get(section as usize).copied().unwrap_or(0);
        Ok(Writer(self.buf.grow(length)?))
    }
}

/// The globals that were noted.
fn named(globals: &[u8]) -> impl Iterator<Item = GlobalUse> {
    let named = globals.iter().enumerate().filter(|&(_, noted)| noted & NAMED != 0);
    named.map(|(name, &noted)| GlobalUse::unpack([name as u32, noted.into()]))
}

/// Writes the parts of all functions in one section, by index, and frees it.
fn write<T>(
    records: &[Record],
    end: fn(FnEnds) -> u32,
    section: Vec<T>,
    bytes: fn(&[T]) -> &[u8],
    mut out: Writer<'_>,
) {
    // Neighbours that were put one after the other are copied in one go.
    let mut run = 0..0;
    let mut copy = |run: Range<u32>| out.bytes(bytes(part(&section, run.start, run.end)));
    for (record, start) in with_starts(records) {
        let start = end(start);
        if start != run.end {
            copy(core::mem::replace(&mut run, start..start));
        }
        run.end = end(record.ends);
    }
    copy(run);
}

impl FnEnds {
    /// Where parts end that begin here and are as long as those from `start` to `end`.
    fn plus(self, start: FnEnds, end: FnEnds) -> FnEnds {
        let plus = |here: u32, start: u32, end: u32| here.wrapping_add(end.wrapping_sub(start));
        FnEnds {
            words: plus(self.words, start.words, end.words),
            consts: plus(self.consts, start.consts, end.consts),
            sites: plus(self.sites, start.sites, end.sites),
            captures: plus(self.captures, start.captures, end.captures),
            handlers: plus(self.handlers, start.handlers, end.handlers),
            lines: plus(self.lines, start.lines, end.lines),
            spans: plus(self.spans, start.spans, end.spans),
        }
    }
}

/// Writes from the front.
pub(super) struct Writer<'a>(pub(super) &'a mut [u8]);

impl Writer<'_> {
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        let place = self.0.split_off_mut(..bytes.len());
        debug_assert!(place.is_some(), "lengths were counted");
        if let Some(place) = place {
            place.copy_from_slice(bytes);
        }
    }

    pub(super) fn words<const N: usize>(&mut self, words: [u32; N]) {
        self.bytes(bytes_of(&words));
    }

    /// Leaves zeros.
    pub(super) fn skip(&mut self, count: usize) {
        let place = self.0.split_off_mut(..count);
        debug_assert!(place.is_some(), "lengths were counted");
    }
}
