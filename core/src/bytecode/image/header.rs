//! The header and the directory.

use crate::bytecode::{Flaw, OP_COUNT, ROWS};

/// What an image begins with. The first byte is no text, and the others tell what happens to files that are taken for one.
pub(super) const MAGIC: [u8; 8] = *b"\x89SKB\r\n\x1A\n";

/// The version of the format. An engine reads images of its own version only; it changes with the meaning of sections and of
/// instructions.
pub const VERSION: u32 = 4;

/// Values other than instances have methods.
pub(super) const FLAG_BUILTIN_METHODS: u32 = 1;
/// It is the library.
pub(super) const FLAG_LIBRARY: u32 = 2;

/// Bytes of the header, of an entry of the directory, and to a multiple of which sections are filled up.
pub(super) const HEADER: usize = 32;
pub(super) const ENTRY: usize = 8;
pub(super) const ALIGN: usize = 8;

// Words of an image are used where they lie.
const _: () = assert!(cfg!(target_endian = "little"));

macro_rules! sections {
    ($($(#[doc = $doc:literal])* $name:ident $text:literal)*) => {
        /// The sections of an image, in their order. A section that is empty is left out.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Section { $($(#[doc = $doc])* $name,)* }

        impl Section {
            /// All there are.
            pub const ALL: &[Section] = &[$(Section::$name),*];

            /// What it is called in errors.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Section::$name => $text,)* }
            }
        }
    };
}

sections! {
    /// Records of functions: name, arguments and those required, registers, ends of parts.
    Functions "functions"
    /// Instructions.
    Words "words"
    /// Constants.
    Constants "constants"
    /// Names of the properties of inline caches.
    Sites "sites"
    /// Where upvalues come from.
    Captures "captures"
    /// Which errors functions catch, and where.
    Handlers "handlers"
    /// Ends of strings in the text.
    Names "names"
    /// The bytes of strings.
    Text "text"
    /// Globals that are named, and what is done with them.
    Globals "globals"
    /// Modules that are imported.
    Imports "imports"
    /// Globals that get their values from them.
    Imported "imported names"
    /// Globals that other modules can import, in the order of their names.
    Exports "exports"
    /// Source lines. An image without them runs; its errors say line 1.
    Lines "lines"
    /// Places in the source text.
    Spans "spans"
    /// Modules that are part of the program: where each one's id ends, and its image.
    Modules "modules"
    /// For each import of the program, then of its modules in turn: the module that it means, counted from 1, or 0.
    Links "links"
    /// The ids of modules, one after the other.
    ModuleIds "ids of modules"
    /// The images of modules, one after the other.
    ModuleImages "images of modules"
}

const SECTIONS: usize = Section::ALL.len();

impl Section {
    /// Its number in the directory.
    pub(super) fn number(self) -> u32 {
        self as u32 + 1
    }

    fn of_number(number: u32) -> Option<Section> {
        Section::ALL.get((number as usize).checked_sub(1)?).copied()
    }
}

/// The words of the header after the magic bytes, of an image of so many bytes and sections.
pub(super) fn header_words(flags: u32, length: u32, sections: usize) -> [u32; 6] {
    [VERSION, flags, TABLE_HASH as u32, (TABLE_HASH >> 32) as u32, length, sections as u32]
}

/// Where the sections of an image lie.
pub(super) struct Directory<'a> {
    pub(super) flags: u32,
    sections: [&'a [u8]; SECTIONS],
}

impl<'a> Directory<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Result<Directory<'a>, Flaw> {
        if bytes.len() < HEADER || !bytes.starts_with(&MAGIC) {
            return Err(Flaw::NoImage);
        }
        if !bytes.as_ptr().addr().is_multiple_of(ALIGN) {
            return Err(Flaw::Misaligned);
        }
        let word =
            |at: usize| bytes.get(at..).and_then(<[u8]>::first_chunk).map(|word| u32::from_le_bytes(*word));
        let field = |index: usize| word(MAGIC.len() + 4 * index).unwrap_or(0);
        let [version, flags, low, high, length, count] = [0, 1, 2, 3, 4, 5].map(field);
        if version != VERSION {
            return Err(Flaw::OtherVersion(version));
        }
        if u64::from(low) | u64::from(high) << 32 != TABLE_HASH {
            return Err(Flaw::OtherOpcodes);
        }
        if flags & !(FLAG_BUILTIN_METHODS | FLAG_LIBRARY) != 0
            || length as usize != bytes.len()
            || count as usize > SECTIONS
        {
            return Err(Flaw::BadDirectory);
        }

        let mut sections = [[].as_slice(); SECTIONS];
        let mut start = HEADER + count as usize * ENTRY;
        let mut last = 0;
        for index in 0..count as usize {
            let at = HEADER + index * ENTRY;
            let (Some(number), Some(length)) = (word(at), word(at + 4)) else {
                return Err(Flaw::BadDirectory);
            };
            let section = Section::of_number(number).ok_or(Flaw::BadDirectory)?;
            let end = start.checked_add(length as usize).ok_or(Flaw::BadDirectory)?;
            let found = bytes.get(start..end).ok_or(Flaw::BadDirectory)?;
            if number <= last || found.is_empty() {
                return Err(Flaw::BadDirectory);
            }
            last = number;
            if let Some(place) = sections.get_mut(section as usize) {
                *place = found;
            }
            let next = end.checked_next_multiple_of(ALIGN).ok_or(Flaw::BadDirectory)?;
            if bytes.get(end..next).is_none_or(|filling| filling.iter().any(|&byte| byte != 0)) {
                return Err(Flaw::BadDirectory);
            }
            start = next;
        }
        if start == bytes.len() { Ok(Directory { flags, sections }) } else { Err(Flaw::BadDirectory) }
    }

    pub(super) fn section(&self, section: Section) -> &'a [u8] {
        self.sections.get(section as usize).copied().unwrap_or(&[])
    }
}

/// A hash of the facts of the opcode table. Images of another table are refused: their words mean something else.
pub(super) const TABLE_HASH: u64 = {
    let (mut hash, mut row) = (Fnv::START, 0);
    while row < OP_COUNT {
        let (operands, mut index) = (ROWS[row].operands, 0);
        hash = hash.with(row as u16).with(ROWS[row].effects.bits()).with(operands.len() as u16);
        while index < operands.len() {
            hash = hash.with(operands[index].name as u16);
            hash = hash.with(operands[index].kind as u16).with(operands[index].field as u16);
            index += 1;
        }
        row += 1;
    }
    hash.0
};

/// FNV-1a of 64 bits, which can be computed at compile time.
/// <https://datatracker.ietf.org/doc/html/draft-eastlake-fnv>
struct Fnv(u64);

impl Fnv {
    const START: Fnv = Fnv(0xCBF2_9CE4_8422_2325);

    const fn with(self, item: u16) -> Fnv {
        let [low, high] = item.to_le_bytes();
        self.byte(low).byte(high)
    }

    const fn byte(self, byte: u8) -> Fnv {
        Fnv((self.0 ^ byte as u64).wrapping_mul(0x0100_0000_01B3))
    }
}
