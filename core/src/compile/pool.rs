//! What instructions name by an index: constants, names, inline caches. Each is kept once.

use super::{CompileAbort, Compiler, Res, What};
use crate::Span;
use crate::bytecode::{Const, Packed, Site, Strings, Text};
use crate::mem::{Mem, OutOfMemory, Seed, Vec, hash, hash_words};
use crate::syntax::ast::Symbol;

/// The most bytes of a name that only the library can write, with its `$`.
const PRIVATE_NAME: usize = 64;

/// A hash table of indexes into something else, each higher than those stored before. Clearing it costs nothing, however
/// large it has grown.
pub(super) struct IndexTable {
    slots: Vec<Slot>,
    used: usize,
    /// The number of index 0. It rises when the table is cleared: slots with a lower number are empty.
    base: u32,
    /// One more than the highest number that was ever stored.
    end: u32,
}

#[derive(Clone, Copy, Default)]
struct Slot {
    hash: u32,
    number: u32,
}

impl IndexTable {
    pub(super) fn new(mem: &Mem) -> IndexTable {
        IndexTable { slots: Vec::new(mem), used: 0, base: 1, end: 1 }
    }

    pub(super) fn clear(&mut self) {
        self.used = 0;
        self.base = self.end;
    }

    /// The index stored under `hash` for which `same` holds.
    #[inline]
    pub(super) fn find(&self, hash: u32, mut same: impl FnMut(u32) -> bool) -> Option<u32> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots.get(at)?;
            let index = slot.number.checked_sub(self.base)?;
            if slot.hash == hash && same(index) {
                return Some(index);
            }
            at = (at + 1) & mask;
        }
    }

    /// Stores an index that is higher than all before. Numbers never come back. After 2^32 this fails; an image of so many
    /// constants would be too large, too.
    pub(super) fn insert(&mut self, hash: u32, index: u32) -> Result<(), OutOfMemory> {
        let number = self.base.checked_add(index).ok_or(OutOfMemory)?;
        let end = number.checked_add(1).ok_or(OutOfMemory)?;
        if self.used * 4 >= self.slots.len() * 3 {
            self.grow()?;
        }
        self.used += 1;
        self.end = end;
        self.place(Slot { hash, number });
        Ok(())
    }

    fn place(&mut self, slot: Slot) {
        let mask = self.slots.len() - 1;
        let mut at = slot.hash as usize & mask;
        while self.slots[at].number >= self.base {
            at = (at + 1) & mask;
        }
        self.slots[at] = slot;
    }

    fn grow(&mut self) -> Result<(), OutOfMemory> {
        let mut slots = Vec::new(self.slots.mem());
        slots.resize((self.slots.len() * 2).max(16), Slot::default())?;
        let old = core::mem::replace(&mut self.slots, slots);
        for &slot in &old {
            if slot.number >= self.base {
                self.place(slot);
            }
        }
        Ok(())
    }
}

/// A hash of a few bits.
#[inline]
pub(super) fn hash_bits(seed: Seed, kind: u64, bits: u64) -> u32 {
    hash_words(seed, kind, bits) as u32
}

/// Which strings a program has: each is kept once.
pub(super) struct StringPool {
    table: IndexTable,
    seed: Seed,
}

impl StringPool {
    pub(super) fn new(mem: &Mem) -> StringPool {
        StringPool { table: IndexTable::new(mem), seed: mem.seed() }
    }

    /// The index of `string` among those of the program, to which it is added if it is new.
    pub(super) fn text(&mut self, strings: &mut Strings, string: &str) -> Res<Text> {
        if string.is_empty() {
            return Ok(Text::default());
        }
        let hash = hash(self.seed, string.as_bytes()) as u32;
        if let Some(index) = self.table.find(hash, |index| strings.bytes(Text(index)) == string.as_bytes()) {
            return Ok(Text(index));
        }
        let text = strings.add(string)?;
        self.table.insert(hash, text.0)?;
        Ok(text)
    }
}

impl Compiler<'_> {
    /// The text of a name.
    pub(super) fn name(&mut self, symbol: Symbol) -> Res<Text> {
        match self.names.get(symbol.index()) {
            Some(&Text(0)) => {}
            Some(&text) => return Ok(text),
            None => self.names.resize(symbol.index() + 1, Text(0))?,
        }
        let text = match self.symbols.text(symbol) {
            // The library's own properties.
            text if self.in_library && text.starts_with('_') => self.private_name(symbol)?,
            text => self.strings.text(&mut self.out.strings, text)?,
        };
        self.names[symbol.index()] = text;
        Ok(text)
    }

    /// The text of a string literal.
    pub(super) fn string(&mut self, span: Span) -> Res<Text> {
        let string = self.source.get(span.start as usize..span.end as usize).unwrap_or("");
        self.strings.text(&mut self.out.strings, string)
    }

    /// The index of a constant of the function.
    pub(super) fn constant(&mut self, constant: Const) -> Res<u32> {
        let constant = match constant {
            Const::Number(value) if value.is_nan() => Const::Number(f64::NAN),
            other => other,
        };
        let bits = constant.pack();
        let hash = hash_bits(self.strings.seed, 0, bits);
        let f = &mut self.f;
        let found = f.const_table.find(hash, |index| f.consts[index as usize] == bits);
        if let Some(index) = found {
            return Ok(index);
        }
        let index = f.consts.len() as u32;
        f.consts.push(bits)?;
        f.const_table.insert(hash, index)?;
        Ok(index)
    }

    /// The constant that refers to a global.
    pub(super) fn global(&mut self, symbol: Symbol) -> Res<u32> {
        let serial = self.f.serial;
        if let Some(&(by, index)) = self.globals.get(symbol.index()) {
            if by == serial {
                return Ok(index);
            }
        } else {
            self.globals.resize(symbol.index() + 1, (0, 0))?;
        }
        let text = if self.in_library { self.private_name(symbol)? } else { self.name(symbol)? };
        let index = self.constant(Const::Global(text))?;
        self.globals[symbol.index()] = (serial, index);
        Ok(index)
    }

    /// The name of a global or a property that only the library can write: it begins with `$`.
    #[cold]
    fn private_name(&mut self, symbol: Symbol) -> Res<Text> {
        let mut name = [b'$'; PRIVATE_NAME];
        let text = self.symbols.text(symbol).as_bytes();
        let end = 1 + text.len();
        name.get_mut(1..end).ok_or(CompileAbort::TooLarge(What::Words))?.copy_from_slice(text);
        let name = core::str::from_utf8(&name[..end]).unwrap_or("$");
        self.strings.text(&mut self.out.strings, name)
    }

    /// A new inline cache for a property.
    pub(super) fn site(&mut self, symbol: Symbol) -> Res<u32> {
        let name = self.name(symbol)?;
        self.site_of(name)
    }

    /// A new inline cache for the property of that name.
    pub(super) fn site_of(&mut self, name: Text) -> Res<u32> {
        let index = self.f.sites.len() as u32;
        self.f.sites.push(Site { name })?;
        Ok(index)
    }
}
