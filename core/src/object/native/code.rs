//! The machine code of a function.

use crate::mem::Vec;
use crate::platform::CodeSpan;
use crate::value::Value;

/// A place where the VM may enter a function's machine code: before the instruction at word `word`, all live values
/// are in registers of the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryPoint {
    /// The word of bytecode.
    pub word: u32,
    /// The offset in the code.
    pub offset: u32,
}

/// An object that machine code contains, or whose constants and inline caches it uses, beside its own function.
#[derive(Clone, Copy, Debug)]
pub struct Root(pub(crate) Value);

/// One piece of machine code of one function, as a tier makes it.
#[derive(Debug)]
pub struct NativeCode {
    /// The code in code memory.
    pub span: CodeSpan,
    /// Entry points by ascending word; the first is word 0.
    pub entries: Vec<EntryPoint>,
    /// Objects that it contains, in any order: they live as long as it does. Values of globals are found by `globals`. The
    /// collector visits them in one step.
    pub roots: Vec<Root>,
    /// Indices of the globals whose values it contains, in any order: it is given up when one of them changes.
    pub globals: Vec<u32>,
}

/// One piece of machine code that a function has.
#[derive(Debug)]
pub(crate) struct Code {
    pub(crate) span: CodeSpan,
    entries: Vec<EntryPoint>,
    pub(super) roots: Vec<Root>,
    /// Its nodes in the lists of [`Dependents`](super::dependents::Dependents).
    pub(super) nodes: Vec<u32>,
    /// Its index in the heap's list of code.
    pub(super) index: u32,
}

impl Code {
    /// Code whose `nodes` still are indices of globals; `CodeList::add` replaces each by its node.
    pub(super) fn new(code: NativeCode, index: u32) -> Code {
        Code { span: code.span, entries: code.entries, roots: code.roots, nodes: code.globals, index }
    }

    /// The address of the entry point at `word`, if there is one.
    pub(super) fn address(&self, word: u32) -> Option<*const u8> {
        if word == 0 {
            // By far the most frequent word.
            return Some(self.span.start.as_ptr().wrapping_add(self.entries.first()?.offset as usize));
        }
        let index = self.entries.binary_search_by_key(&word, |entry| entry.word).ok()?;
        let offset = self.entries.get(index)?.offset as usize;
        Some(self.span.start.as_ptr().wrapping_add(offset))
    }
}

/// How far a function is on its way to machine code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// It is interpreted, and was sampled this many times.
    Interpreted {
        /// Samples that count towards compiling.
        samples: u8,
    },
    /// Its compilation was requested.
    Requested,
    /// It has machine code.
    Compiled,
    /// It stays interpreted: the tier refused it.
    Bailed,
}
