//! Host functions that scripts find without a declaration, as constant tables.

use super::{Fault, Vm};
use crate::entry::Entry;
use crate::globals::ModuleId;
use crate::mem::OutOfMemory;
use crate::object::{BUILTIN_CLASSES, BuiltinClass, Gc, HostFunction, Str};

/// A number that a type or module has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Constant {
    /// The type, or the class of the module.
    pub(crate) of: BuiltinClass,
    pub(crate) name: &'static str,
    pub(crate) value: f64,
    /// What it is.
    pub(crate) doc: &'static str,
}

/// What a library is made of: tables of entries, each in the order of its names, and an image.
pub(crate) struct Parts {
    /// Functions by global name.
    pub(crate) globals: &'static [Entry],
    /// Functions by global name that only programs of the Siskin dialect find.
    pub(crate) siskin_globals: &'static [Entry],
    /// Functions that only the image finds. Their names begin with `$`.
    pub(crate) private: &'static [Entry],
    /// Methods of built-in classes.
    pub(crate) methods: &'static [(BuiltinClass, &'static [Entry])],
    /// Functions by name that types have, without a receiver.
    pub(crate) statics: &'static [(BuiltinClass, &'static [Entry])],
    /// What a call of a type does, by the type.
    pub(crate) constructors: &'static [(BuiltinClass, Entry)],
    /// Numbers by name that types and modules have, in several tables.
    pub(crate) constants: &'static [&'static [Constant]],
    /// Names of what the image has that programs of the Siskin dialect find.
    pub(crate) scripted: &'static [&'static str],
    /// What is written in Siskin; none without bytes.
    pub(crate) image: &'static [u8],
}

/// Tables of entries. A VM refers to them; it makes a function object when a program names the function.
#[derive(Clone, Copy)]
pub(crate) struct Library {
    /// Functions by global name.
    globals: &'static [Entry],
    /// Functions by global name that only programs of the Siskin dialect find.
    siskin_globals: &'static [Entry],
    /// Functions that only the image finds.
    private: &'static [Entry],
    /// What the image has that programs of the Siskin dialect find.
    scripted: &'static [&'static str],
    /// The image of what is written in Siskin.
    image: &'static [u8],
    /// Methods of built-in classes, by the class's number.
    methods: [&'static [Entry]; BUILTIN_CLASSES],
    /// Functions of types.
    statics: &'static [(BuiltinClass, &'static [Entry])],
    /// What calls of types do.
    constructors: &'static [(BuiltinClass, Entry)],
    /// Numbers of types and modules.
    constants: &'static [&'static [Constant]],
}

impl Library {
    /// A library of these parts.
    ///
    /// # Panics
    /// If a table is not in order, which is a compile-time error for a constant library.
    pub(crate) const fn new(parts: &Parts) -> Library {
        let Parts {
            globals,
            siskin_globals,
            private,
            methods,
            statics,
            constructors,
            constants,
            scripted,
            image,
        } = *parts;
        let mut library = Library {
            globals,
            siskin_globals,
            private,
            scripted,
            image,
            methods: [&[]; BUILTIN_CLASSES],
            statics,
            constructors,
            constants,
        };
        assert!(
            is_ordered(globals) && is_ordered(siskin_globals) && is_ordered(private),
            "functions are in the order of their names"
        );
        let mut index = 0;
        while index < methods.len() {
            let (class, entries) = methods[index];
            assert!(is_ordered(entries), "methods are in the order of their names");
            library.methods[class as usize] = entries;
            index += 1;
        }
        let mut index = 0;
        while index < statics.len() {
            assert!(is_ordered(statics[index].1), "functions are in the order of their names");
            index += 1;
        }
        library
    }

    /// A library that has these functions by global name and these methods of a class in place of its own.
    ///
    /// # Panics
    /// If a table is not in order, which is a compile-time error for a constant library.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) const fn with(
        mut self,
        globals: &'static [Entry],
        (class, methods): (BuiltinClass, &'static [Entry]),
    ) -> Library {
        assert!(is_ordered(globals) && is_ordered(methods), "functions are in the order of their names");
        self.globals = globals;
        self.methods[class as usize] = methods;
        self
    }

    /// Functions by global name: those of both dialects, then those of Siskin, each in the order of their names.
    pub(crate) fn globals(&self) -> impl Iterator<Item = &'static Entry> {
        self.globals.iter().chain(self.siskin_globals)
    }

    /// Names of what the image has that programs of the Siskin dialect find.
    pub(crate) fn scripted(&self) -> impl Iterator<Item = &'static str> {
        self.scripted.iter().copied()
    }

    /// Whether programs of the Siskin dialect find something of the image by this name.
    pub(crate) fn is_scripted(&self, name: &str) -> bool {
        self.scripted.contains(&name)
    }

    /// The image of what is written in Siskin.
    pub(crate) fn image(&self) -> &'static [u8] {
        self.image
    }

    /// The function with this global name; `siskin` says whether the program is of that dialect. The image has `$` before
    /// all names.
    pub(crate) fn global(&self, name: &str, siskin: bool) -> Option<&'static Entry> {
        if let Some(public) = name.strip_prefix('$') {
            return find(self.private, name).or_else(|| self.global(public, true));
        }
        find(self.globals, name).or_else(|| find(self.siskin_globals, name).filter(|_| siskin))
    }

    /// The methods of a class, in the order of their names.
    pub(crate) fn methods(&self, class: BuiltinClass) -> &'static [Entry] {
        self.methods.get(class as usize).copied().unwrap_or_default()
    }

    /// Whether objects of a class have methods; those of a module may all be in the image.
    pub(crate) fn has_methods(&self, class: BuiltinClass) -> bool {
        !self.methods(class).is_empty() || class.is_namespace()
    }

    /// The functions of a type, in the order of their names.
    pub(crate) fn statics(&self, class: BuiltinClass) -> &'static [Entry] {
        self.statics.iter().find(|(of, _)| *of == class).map_or(&[], |(_, entries)| entries)
    }

    /// What calls of types do, by the types.
    pub(crate) fn constructors(&self) -> impl Iterator<Item = &'static Entry> {
        self.constructors.iter().map(|(_, entry)| entry)
    }

    /// What a call of a type does, if it can be called.
    pub(crate) fn constructor(&self, of: BuiltinClass) -> Option<&'static Entry> {
        self.constructors.iter().find(|(class, _)| *class == of).map(|(_, entry)| entry)
    }

    /// The function of a type with this name.
    pub(crate) fn static_method(&self, class: BuiltinClass, name: &str) -> Option<&'static Entry> {
        find(self.statics(class), name)
    }

    /// Numbers of types and modules.
    pub(crate) fn constants(&self) -> impl Iterator<Item = &'static Constant> {
        self.constants.iter().copied().flatten()
    }

    /// The number of a type or module with this name.
    pub(crate) fn constant(&self, of: BuiltinClass, name: &str) -> Option<f64> {
        self.constants()
            .find(|constant| constant.of == of && constant.name == name)
            .map(|constant| constant.value)
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
    /// Whether the host wants scripts not to find a name of the library. What every script may count on stays.
    pub(crate) fn leaves_out(&self, name: &str) -> bool {
        self.options.without.contains(&name)
            && !matches!(name, "Error" | "str")
            && Vm::type_named(name).is_none_or(|class| class.is_namespace() || class == BuiltinClass::Random)
    }

    /// The index of a module's global with this name. An undefined one gets the library's function with the name. `siskin` says whether it is a program of that dialect that names it. A safepoint.
    pub(crate) fn global_index(
        &mut self,
        module: ModuleId,
        name: Gc<Str>,
        siskin: bool,
    ) -> Result<u32, OutOfMemory> {
        let index = self.globals.declare(module, name)?;
        if self.globals.is_defined(index) || self.leaves_out(name.text()) {
            return Ok(index);
        }
        if let Some(entry) = self.library.global(name.text(), siskin) {
            let function = self.make(HostFunction::new(entry))?;
            self.globals.set(index, function.value(), &mut self.context.heap);
        } else if siskin && self.library.is_scripted(name.text()) {
            // An image of another build lacks it: the global stays undefined.
            match self.scripted_global(name.text()) {
                Ok(value) => self.globals.set(index, value, &mut self.context.heap),
                Err(Fault::OutOfMemory) => return Err(OutOfMemory),
                Err(_) => {}
            }
        } else if siskin
            && let Some(class) = Vm::type_named(name.text().strip_prefix('$').unwrap_or(name.text()))
        {
            let made = self.type_object(class)?;
            self.globals.set(index, made, &mut self.context.heap);
        }
        Ok(index)
    }
}
