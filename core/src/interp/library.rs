//! Host functions that scripts find without a declaration, as constant tables.

use super::Vm;
use crate::entry::Entry;
use crate::mem::OutOfMemory;
use crate::object::{BUILTIN_CLASSES, BuiltinClass, Gc, HostFunction, Str};

/// Tables of entries. A VM refers to them; it makes a function object when a program names the function.
pub(crate) struct Library {
    /// Functions by global name.
    globals: &'static [Entry],
    /// The image of what is written in Siskin.
    image: &'static [u8],
    /// Methods of built-in classes, by the class's number.
    methods: [&'static [Entry]; BUILTIN_CLASSES],
}

impl Library {
    /// A library of these tables, each in the order of its names, and of an image.
    ///
    /// # Panics
    /// If a table is not in order, which is a compile-time error for a constant library.
    pub(crate) const fn new(
        globals: &'static [Entry],
        methods: &[(BuiltinClass, &'static [Entry])],
        image: &'static [u8],
    ) -> Library {
        let mut library = Library { globals, image, methods: [&[]; BUILTIN_CLASSES] };
        assert!(is_ordered(globals), "functions are in the order of their names");
        let mut index = 0;
        while index < methods.len() {
            let (class, entries) = methods[index];
            assert!(is_ordered(entries), "methods are in the order of their names");
            library.methods[class as usize] = entries;
            index += 1;
        }
        library
    }

    /// Functions by global name, in the order of their names.
    pub(crate) fn globals(&self) -> &'static [Entry] {
        self.globals
    }

    /// The image of what is written in Siskin.
    pub(crate) fn image(&self) -> &'static [u8] {
        self.image
    }

    /// The function with this global name.
    pub(crate) fn global(&self, name: &str) -> Option<&'static Entry> {
        find(self.globals, name)
    }

    /// The methods of a class, in the order of their names.
    pub(crate) fn methods(&self, class: BuiltinClass) -> &'static [Entry] {
        self.methods.get(class as usize).copied().unwrap_or_default()
    }

    /// Whether objects of a class have methods.
    pub(crate) fn has_methods(&self, class: BuiltinClass) -> bool {
        !self.methods(class).is_empty()
    }

    /// The method with this name.
    pub(crate) fn method(&self, class: BuiltinClass, name: &str) -> Option<&'static Entry> {
        find(self.methods(class), name)
    }
}

fn find(entries: &'static [Entry], name: &str) -> Option<&'static Entry> {
    entries.get(entries.binary_search_by(|entry| entry.name().cmp(name)).ok()?)
}

const fn is_ordered(entries: &[Entry]) -> bool {
    let mut index = 1;
    while index < entries.len() {
        if !is_before(entries[index - 1].name().as_bytes(), entries[index].name().as_bytes()) {
            return false;
        }
        index += 1;
    }
    true
}

const fn is_before(one: &[u8], other: &[u8]) -> bool {
    let mut index = 0;
    while index < one.len() && index < other.len() {
        if one[index] != other[index] {
            return one[index] < other[index];
        }
        index += 1;
    }
    one.len() < other.len()
}

impl Vm {
    /// The index of the global with this name. An undefined one gets the library's function with the name. A safepoint.
    pub(crate) fn global_index(&mut self, name: Gc<Str>) -> Result<u32, OutOfMemory> {
        let index = self.globals.declare(name)?;
        if !self.globals.is_defined(index)
            && let Some(entry) = self.library.global(name.text())
        {
            let function = self.make(HostFunction::new(entry))?;
            self.globals.set(index, function.value(), &mut self.context.heap);
        }
        Ok(index)
    }
}
