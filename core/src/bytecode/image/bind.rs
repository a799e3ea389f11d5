//! Binding: the image of a program and those of its modules become one.
//!
//! ```text
//!   program   header  directory  sections
//!   bound     header  directory' sections  modules links ids  images of modules
//! ```

use super::header::{ALIGN, Directory, ENTRY, HEADER, MAGIC, Section, header_words};
use super::pack::Writer;
use super::{ImageBuf, ModuleEnds, Packed};
use crate::bytecode::Flaw;
use crate::mem::{Mem, OutOfMemory, Vec, bytes_of};

/// A module to be bound.
#[derive(Clone, Copy)]
pub(crate) struct BoundModule<'a> {
    pub(crate) id: &'a str,
    pub(crate) image: &'a [u8],
}

/// The image of a program with its modules. `links` is what [`Image::links`](super::Image::links) says.
///
/// # Errors
/// When memory is out, or lengths do not fit 32 bits.
pub(crate) fn bind(
    main: &[u8],
    modules: &[BoundModule<'_>],
    links: &[u32],
    mem: &Mem,
) -> Result<ImageBuf, Flaw> {
    let out_of_memory = |OutOfMemory| Flaw::OutOfMemory;
    let directory = Directory::new(main)?;
    let (mut ends, mut ids, mut images) = (Vec::new(mem), Vec::new(mem), Vec::new(mem));
    for module in modules {
        ids.extend_from_slice(module.id.as_bytes()).map_err(out_of_memory)?;
        images.extend_from_slice(module.image).map_err(out_of_memory)?;
        let end = |len: usize| u32::try_from(len).map_err(|_| Flaw::TooLarge);
        let record = ModuleEnds { id: end(ids.len())?, image: end(images.len())? };
        ends.push(record.pack()).map_err(out_of_memory)?;
    }
    let content = |section: Section| match section {
        Section::Modules => bytes_of(ends.as_flattened()),
        Section::Links => bytes_of(links),
        Section::ModuleIds => &ids,
        Section::ModuleImages => &images,
        other => directory.section(other),
    };
    let sections = || Section::ALL.iter().copied().filter(|&section| !content(section).is_empty());
    let head = HEADER + sections().count() * ENTRY;
    let total = sections().try_fold(head, |total, section| {
        total.checked_add(content(section).len())?.checked_next_multiple_of(ALIGN)
    });
    let length = total.and_then(|total| u32::try_from(total).ok()).ok_or(Flaw::TooLarge)?;
    let mut buf = ImageBuf::zeros(length as usize, mem).map_err(out_of_memory)?;
    let mut out = Writer(buf.bytes_mut());
    out.bytes(&MAGIC);
    out.words(header_words(directory.flags, length, sections().count()));
    sections().for_each(|section| out.words([section.number(), content(section).len() as u32]));
    for section in sections() {
        let bytes = content(section);
        out.bytes(bytes);
        out.skip(bytes.len().next_multiple_of(ALIGN) - bytes.len());
    }
    Ok(buf)
}
