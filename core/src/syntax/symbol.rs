//! Names, each kept once.

use core::fmt;

use hashbrown::HashTable;

use super::ast::Symbol;
use crate::mem::{Mem, OutOfMemory, Seed, Vec, hash};

impl Symbol {
    /// The empty name: that of the script.
    pub const EMPTY: Symbol = Symbol::new(0);
    /// `this`
    pub const THIS: Symbol = Symbol::new(1);
    /// `super`
    pub const SUPER: Symbol = Symbol::new(2);
    /// `init`, the name that makes a method an initializer.
    pub const INIT: Symbol = Symbol::new(3);
    /// [`NAMELESS`]
    pub const NAMELESS: Symbol = Symbol::new(4);
    /// `_`, which parameters may have several times.
    pub const IGNORED: Symbol = Symbol::new(5);
}

/// The name of closures that have none. It is no name of a text.
pub const NAMELESS: &str = "<fn>";

const PREDEFINED: [&str; 6] = ["", "this", "super", "init", NAMELESS, "_"];

/// The names of a source text: equal names have equal [`Symbol`]s.
pub struct Symbols<'s> {
    texts: Vec<&'s str>,
    /// Indexes of `texts`, by the hash of the text.
    table: HashTable<u32, Mem>,
    seed: Seed,
}

impl<'s> Symbols<'s> {
    /// A table that holds the predefined names.
    ///
    /// # Errors
    /// When memory is out.
    pub fn new(mem: &Mem) -> Result<Symbols<'s>, OutOfMemory> {
        let mut symbols = Symbols::none(mem);
        for text in PREDEFINED {
            symbols.intern(text)?;
        }
        Ok(symbols)
    }

    /// No names at all, not even those.
    pub(crate) fn none(mem: &Mem) -> Symbols<'s> {
        Symbols { texts: Vec::new(mem), table: HashTable::new_in(mem.clone()), seed: mem.seed() }
    }

    /// The symbol of a name.
    ///
    /// # Errors
    /// When memory is out.
    #[inline]
    pub fn intern(&mut self, text: &'s str) -> Result<Symbol, OutOfMemory> {
        let hash = hash(self.seed, text.as_bytes());
        let texts = &self.texts;
        match self.table.find(hash, |&index| texts[index as usize] == text) {
            Some(&index) => Ok(Symbol::new(index)),
            None => self.insert(text, hash),
        }
    }

    #[cold]
    #[inline(never)]
    fn insert(&mut self, text: &'s str, hash: u64) -> Result<Symbol, OutOfMemory> {
        let (texts, seed) = (&self.texts, self.seed);
        let hasher = |&index: &u32| self::hash(seed, texts[index as usize].as_bytes());
        self.table.try_reserve(1, hasher).map_err(|_| OutOfMemory)?;
        let index = self.texts.len() as u32;
        self.texts.push(text)?;
        // The table has capacity, so no entry is hashed again.
        self.table.insert_unique(hash, index, |_| hash);
        Ok(Symbol::new(index))
    }

    /// The name of a symbol of this table.
    #[must_use]
    pub fn text(&self, symbol: Symbol) -> &'s str {
        self.texts[symbol.index()]
    }

    /// The number of names. Every symbol's index is below it.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "never empty: some names are predefined")]
    pub fn len(&self) -> usize {
        self.texts.len()
    }
}

impl fmt::Debug for Symbols<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.texts.fmt(f)
    }
}
