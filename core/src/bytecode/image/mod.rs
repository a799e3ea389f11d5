//! Images: compiled programs as bytes.
//!
//! ```text
//!   header      magic, version, flags, hash of the opcode table, length, number of sections
//!   directory   for each section that is not empty, in ascending order: kind, length in bytes
//!   sections    one after the other, each from a multiple of 8 bytes on
//! ```
//!
//! All numbers are little-endian words of 32 bits, but for constants of 64. Nothing in an image depends on where it lies,
//! so one in flash, in a file that is mapped or in memory is used in place by any number of VMs. It begins at a multiple
//! of 8 bytes.
//!
//! A function's record says where its part of each other section ends; it begins where that of the function before ends.
//! So parts neither overlap nor leave anything out, and what is checked is linear in the image. A string ends where the
//! list of ends says, and begins where the one before ends.
//!
//! [`Image`] finds the sections. Whether what is in them can be trusted is for the [verifier](mod@super::verify).

mod bind;
mod buf;
mod build;
mod header;
mod pack;

pub(crate) use bind::{BoundModule, bind};
pub use buf::ImageBuf;
pub(crate) use build::{FnParts, ImageBuilder};
pub use header::{Section, VERSION};
pub(crate) use pack::ImageKind;

use header::{Directory, FLAG_BUILTIN_METHODS, FLAG_LIBRARY, MAGIC};

use super::lines::Lines;
use super::list::{List, Packed};
use super::operand::OperandKind;
use super::{AnyOperand, Code, Export, Flaw, FnIndex, Import, ImportedName, Insn, OP_COUNT, Op, ROWS, Text};
use crate::mem::cast;

/// What a program does with a global.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GlobalUse {
    /// Its name.
    pub name: Text,
    /// Whether a function of the program declares it.
    pub declared: bool,
    /// Whether a function of the program assigns it.
    pub assigned: bool,
}

impl Packed for GlobalUse {
    type Bits = [u32; 2];

    fn pack(self) -> [u32; 2] {
        [self.name.0, u32::from(self.declared) | u32::from(self.assigned) << 1]
    }

    fn unpack([name, bits]: [u32; 2]) -> GlobalUse {
        GlobalUse { name: Text(name), declared: bits & 1 != 0, assigned: bits & 2 != 0 }
    }
}

/// Where the id and the image of a module end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::bytecode) struct ModuleEnds {
    pub(in crate::bytecode) id: u32,
    pub(in crate::bytecode) image: u32,
}

impl Packed for ModuleEnds {
    type Bits = [u32; 2];

    fn pack(self) -> [u32; 2] {
        [self.id, self.image]
    }

    fn unpack([id, image]: [u32; 2]) -> ModuleEnds {
        ModuleEnds { id, image }
    }
}

/// The record of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FnRecord {
    pub(super) name: u32,
    pub(super) arity: u8,
    pub(super) required: u8,
    /// In the image, the two numbers before are exchanged for that: fewer arguments are required then than there are.
    pub(super) rest: bool,
    pub(super) registers: u16,
    /// Where its parts end: counts of items from the start of their sections.
    pub(super) ends: FnEnds,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct FnEnds {
    pub(super) words: u32,
    pub(super) consts: u32,
    pub(super) sites: u32,
    pub(super) captures: u32,
    pub(super) handlers: u32,
    pub(super) lines: u32,
    pub(super) spans: u32,
}

impl FnEnds {
    /// The ends, with the sections that they are of.
    pub(super) fn by_section(self) -> [(Section, u32); 7] {
        [
            (Section::Words, self.words),
            (Section::Constants, self.consts),
            (Section::Sites, self.sites),
            (Section::Captures, self.captures),
            (Section::Handlers, self.handlers),
            (Section::Lines, self.lines),
            (Section::Spans, self.spans),
        ]
    }
}

impl Packed for FnRecord {
    type Bits = [u32; 9];

    fn pack(self) -> [u32; 9] {
        let FnEnds { words, consts, sites, captures, handlers, lines, spans } = self.ends;
        let (first, second) =
            if self.rest { (self.required, self.arity) } else { (self.arity, self.required) };
        let sizes = u32::from(first) | u32::from(second) << 8 | u32::from(self.registers) << 16;
        [self.name, sizes, words, consts, sites, captures, handlers, lines, spans]
    }

    fn unpack([name, sizes, words, consts, sites, captures, handlers, lines, spans]: [u32; 9]) -> FnRecord {
        let ends = FnEnds { words, consts, sites, captures, handlers, lines, spans };
        let [first, second, ..] = sizes.to_le_bytes();
        let rest = first < second;
        let (arity, required) = if rest { (second, first) } else { (first, second) };
        FnRecord { name, arity, required, rest, registers: (sizes >> 16) as u16, ends }
    }
}

/// The parts of an image. Reading any of them is safe, whatever they contain.
#[derive(Clone, Copy, Debug)]
pub struct Image<'a> {
    bytes: &'a [u8],
    flags: u32,
    pub(super) functions: List<'a, FnRecord>,
    words: &'a [u32],
    consts: &'a [u64],
    sites: &'a [u32],
    captures: &'a [u32],
    handlers: &'a [[u32; 4]],
    pub(super) ends: &'a [u32],
    pub(super) text: &'a [u8],
    globals: List<'a, GlobalUse>,
    imports: List<'a, Import>,
    imported: List<'a, ImportedName>,
    exports: List<'a, Export>,
    lines: &'a [u8],
    spans: &'a [[u32; 3]],
    pub(in crate::bytecode) modules: List<'a, ModuleEnds>,
    links: &'a [u32],
    pub(in crate::bytecode) module_ids: &'a [u8],
    module_images: &'a [u8],
}

impl<'a> Image<'a> {
    /// An image of nothing.
    pub(super) const EMPTY: Image<'static> = Image {
        bytes: &[],
        flags: 0,
        functions: List::new(&[]),
        words: &[],
        consts: &[],
        sites: &[],
        captures: &[],
        handlers: &[],
        ends: &[],
        text: &[],
        globals: List::new(&[]),
        imports: List::new(&[]),
        imported: List::new(&[]),
        exports: List::new(&[]),
        lines: &[],
        spans: &[],
        modules: List::new(&[]),
        links: &[],
        module_ids: &[],
        module_images: &[],
    };

    /// Finds the sections of an image.
    ///
    /// # Errors
    /// When it is none, is not aligned, is of another version or another table of opcodes, or its directory is not in order.
    pub fn new(bytes: &'a [u8]) -> Result<Image<'a>, Flaw> {
        let directory = Directory::new(bytes)?;
        let words = |section| cast::<u32>(directory.section(section)).ok_or(Flaw::BadSection(section));
        let consts = directory.section(Section::Constants);
        Ok(Image {
            bytes,
            flags: directory.flags,
            functions: List::new(groups(words(Section::Functions)?, Section::Functions)?),
            words: words(Section::Words)?,
            consts: cast(consts).ok_or(Flaw::BadSection(Section::Constants))?,
            sites: words(Section::Sites)?,
            captures: words(Section::Captures)?,
            handlers: groups(words(Section::Handlers)?, Section::Handlers)?,
            ends: words(Section::Names)?,
            text: directory.section(Section::Text),
            globals: List::new(groups(words(Section::Globals)?, Section::Globals)?),
            imports: List::new(groups(words(Section::Imports)?, Section::Imports)?),
            imported: List::new(groups(words(Section::Imported)?, Section::Imported)?),
            exports: List::new(words(Section::Exports)?),
            lines: directory.section(Section::Lines),
            spans: groups(words(Section::Spans)?, Section::Spans)?,
            modules: List::new(groups(words(Section::Modules)?, Section::Modules)?),
            links: words(Section::Links)?,
            module_ids: directory.section(Section::ModuleIds),
            module_images: directory.section(Section::ModuleImages),
        })
    }

    /// Whether bytes begin as an image does: its first 8 are no text.
    #[must_use]
    pub fn begins(bytes: &[u8]) -> bool {
        bytes.starts_with(&MAGIC)
    }

    /// The bytes of the image.
    #[must_use]
    pub fn bytes(self) -> &'a [u8] {
        self.bytes
    }

    /// How many functions there are.
    #[must_use]
    pub fn function_count(self) -> usize {
        self.functions.len()
    }

    /// A function.
    #[must_use]
    pub fn function(self, FnIndex(index): FnIndex) -> Option<Code<'a>> {
        let record = self.functions.get(index as usize)?;
        let before = (index as usize).checked_sub(1).and_then(|before| self.functions.get(before));
        let start = before.map_or(FnEnds::default(), |record| record.ends);
        let end = record.ends;
        Some(Code {
            name: Text(record.name),
            arity: record.arity,
            required: record.required,
            rest: record.rest,
            registers: record.registers,
            words: part(self.words, start.words, end.words),
            consts: List::new(part(self.consts, start.consts, end.consts)),
            sites: List::new(part(self.sites, start.sites, end.sites)),
            captures: List::new(part(self.captures, start.captures, end.captures)),
            handlers: List::new(part(self.handlers, start.handlers, end.handlers)),
            lines: Lines::from_bytes(part(self.lines, start.lines, end.lines)),
            spans: List::new(part(self.spans, start.spans, end.spans)),
        })
    }

    /// All functions, in order; the first is the script.
    pub fn functions(self) -> impl Iterator<Item = Code<'a>> {
        (0..self.functions.len()).filter_map(move |index| self.function(FnIndex(index as u32)))
    }

    /// How many strings there are.
    #[must_use]
    pub fn text_count(self) -> usize {
        self.ends.len()
    }

    /// A string; empty if there is none of that index.
    #[must_use]
    pub fn text(self, Text(index): Text) -> &'a str {
        let end = self.ends.get(index as usize).copied().unwrap_or(0);
        let before = (index as usize).checked_sub(1).and_then(|before| self.ends.get(before));
        let bytes = part(self.text, before.copied().unwrap_or(0), end);
        core::str::from_utf8(bytes).unwrap_or("")
    }

    /// The globals that the functions name, by the index of their names.
    #[must_use]
    pub fn globals(self) -> List<'a, GlobalUse> {
        self.globals
    }

    /// The modules that are imported.
    #[must_use]
    pub fn imports(self) -> List<'a, Import> {
        self.imports
    }

    /// The globals that get their values from these modules.
    #[must_use]
    pub fn imported(self) -> List<'a, ImportedName> {
        self.imported
    }

    /// The globals that other modules can import, in the order of their names.
    #[must_use]
    pub fn exports(self) -> List<'a, Export> {
        self.exports
    }

    /// Whether it exports that name.
    #[must_use]
    pub fn has_export(self, name: &str) -> bool {
        let at = self.exports.partition_point(|Export(text)| self.text(text) < name);
        self.exports.get(at).is_some_and(|Export(text)| self.text(text) == name)
    }

    /// How many modules are part of the program. Each comes after those that it imports.
    #[must_use]
    pub fn module_count(self) -> usize {
        self.modules.len()
    }

    /// The id and the image of a module that is part of the program.
    #[must_use]
    pub fn module(self, index: usize) -> Option<(&'a str, &'a [u8])> {
        let ends = self.modules.get(index)?;
        let start = index.checked_sub(1).and_then(|before| self.modules.get(before)).unwrap_or_default();
        let id = part(self.module_ids, start.id, ends.id);
        Some((core::str::from_utf8(id).unwrap_or(""), part(self.module_images, start.image, ends.image)))
    }

    /// For each import of the program, then of its modules in turn: the module that it means, counted from 1, or 0 for
    /// one that is not part of the program.
    #[must_use]
    pub fn links(self) -> &'a [u32] {
        self.links
    }

    /// Whether values that are no instances have methods, as in Siskin and unlike Lox.
    #[must_use]
    pub fn has_builtin_methods(self) -> bool {
        self.flags & FLAG_BUILTIN_METHODS != 0
    }

    /// Whether it is the image of the library.
    pub(crate) fn is_library(self) -> bool {
        self.flags & FLAG_LIBRARY != 0
    }

    /// How many items a section has.
    pub(super) fn len(self, section: Section) -> usize {
        match section {
            Section::Functions => self.functions.len(),
            Section::Words => self.words.len(),
            Section::Constants => self.consts.len(),
            Section::Sites => self.sites.len(),
            Section::Captures => self.captures.len(),
            Section::Handlers => self.handlers.len(),
            Section::Names => self.ends.len(),
            Section::Text => self.text.len(),
            Section::Globals => self.globals.len(),
            Section::Imports => self.imports.len(),
            Section::Imported => self.imported.len(),
            Section::Exports => self.exports.len(),
            Section::Lines => self.lines.len(),
            Section::Spans => self.spans.len(),
            Section::Modules => self.modules.len(),
            Section::Links => self.links.len(),
            Section::ModuleIds => self.module_ids.len(),
            Section::ModuleImages => self.module_images.len(),
        }
    }
}

/// A part of a section; empty if it is not in the section.
fn part<T>(section: &[T], start: u32, end: u32) -> &[T] {
    section.get(start as usize..end as usize).unwrap_or(&[])
}

/// Words as groups of `N`.
fn groups<const N: usize>(words: &[u32], section: Section) -> Result<&[[u32; N]], Flaw> {
    match words.as_chunks() {
        (groups, []) => Ok(groups),
        _ => Err(Flaw::BadSection(section)),
    }
}

/// What a function does with globals; a bit of [`GlobalUse`] each, and one that it names them at all.
pub(super) const NAMED: u8 = 4;

/// What an instruction does with the global that it names.
pub(super) fn global_use(op: Op) -> u8 {
    NAMED | u8::from(op == Op::DefGlobal) | u8::from(op == Op::SetGlobal) << 1
}

/// Notes what the words of a function do with globals, by the index of their names. `global` is the name that a constant
/// has, if it names a global.
pub(super) fn note_globals(words: &[u32], global: impl Fn(u32) -> Option<Text>, uses: &mut [u8]) {
    let mut rest = words;
    while let Some(op) = rest.first().and_then(|&word| Op::from_word(word)) {
        if NAMES_GLOBAL[op as usize]
            && let Some(insn) = Insn::decode(rest)
        {
            insn.operands(|_, operand| {
                if let AnyOperand::Global32(constant) = operand
                    && let Some(Text(name)) = global(constant.0)
                    && let Some(noted) = uses.get_mut(name as usize)
                {
                    *noted |= global_use(op);
                }
            });
        }
        rest = rest.get(op.words()..).unwrap_or_default();
    }
}

/// Whether an instruction has an operand that names a global, by opcode.
const NAMES_GLOBAL: [bool; OP_COUNT] = {
    let (mut names, mut row) = ([false; OP_COUNT], 0);
    while row < OP_COUNT {
        let (operands, mut index) = (ROWS[row].operands, 0);
        while index < operands.len() {
            names[row] |= matches!(operands[index].kind, OperandKind::Global32);
            index += 1;
        }
        row += 1;
    }
    names
};
