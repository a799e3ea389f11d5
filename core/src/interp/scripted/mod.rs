//! The part of the library that is written in Siskin.
//!
//! ```text
//!   scripts/*.sk ──compile──> library.skb ──first use──> a closure for each function that is used, and what it names
//!                                                          ├─ of a class: a method of that built-in class
//!                                                          ├─ of another class: a method of that, a class as scripts have
//!                                                          └─ others: globals that no other text can name
//! ```
//!
//! The image's script never runs: it is [read](declared) for what it would declare. What a program never asks for takes
//! neither time nor memory.

mod declared;

use super::errors::ErrorClass;
use super::{Fault, Vm};
use crate::bytecode::{Flaw, GlobalUse, Image, MemberKind, Program, Text};
use crate::globals::ModuleId;
use crate::mem::{Mem, OutOfMemory, Vec};
use crate::object::{BuiltinClass, Class, Closure, Gc, Str};
use crate::value::Value;
use declared::{Choice, Declared, Owner};

macro_rules! helpers {
    ($($(#[doc = $doc:literal])* $name:ident $text:literal;)*) => {
        /// Functions of the library that instructions call.
        #[derive(Clone, Copy, Debug)]
        pub(super) enum Helper { $($(#[doc = $doc])* $name,)* }

        /// Their names in the image, by number.
        const HELPERS: &[&str] = &[$($text),*];
    };
}

helpers! {
    /// Calls a function without arguments, and ends an instruction with its value.
    Finish0 "finish_0";
    /// The same with an argument.
    Finish1 "finish_1";
    /// The same with two.
    Finish2 "finish_2";
    /// The same with three.
    Finish3 "finish_3";
    /// The same with `x.iter()`.
    FinishIter "finish_iter";
    /// The same with `x.next()`.
    FinishNext "finish_next";
    /// The same with the text that an operator gives.
    FinishText "finish_text";
    /// The first call of a fiber, whose function takes nothing.
    Start0 "start_0";
    /// The same with the value of `resume`.
    Start1 "start_1";
    /// The text of a value that holds others.
    Text "text";
    /// `a + step`, and whether it is below the end.
    StepBefore "step_before";
    /// The same, or at the end.
    StepWithin "step_within";
    /// `a == b` for lists.
    ListsEqual "lists_equal";
    /// `a == b` for maps.
    MapsEqual "maps_equal";
    /// `a == b` for values of a variant.
    PayloadsEqual "payloads_equal";
    /// `x in list`
    ListContains "list_contains";
    /// `part in text`
    StringContains "string_contains";
}

/// What of the image a VM has made by now.
pub(super) struct Scripted {
    /// The image, once it is needed.
    program: Option<Program>,
    functions: Vec<ScriptedFunction>,
    helpers: [Option<Gc<Closure>>; HELPERS.len()],
    /// Classes that are not built in.
    classes: Vec<Gc<Class>>,
    /// The class Error, which is among them.
    error: Option<ErrorClass>,
}

/// Fields that instances have room for beside those that the methods of their class set.
const SPARE_FIELDS: u16 = 2;

/// A function of the library.
#[derive(Clone, Copy)]
struct ScriptedFunction {
    /// The class whose member it is.
    class: Option<BuiltinClass>,
    /// Whether the type has it, rather than its values.
    is_static: bool,
    name: Gc<Str>,
    closure: Gc<Closure>,
}

/// What a program asks for.
#[derive(Clone, Copy)]
enum Asked<'a> {
    Member { class: BuiltinClass, name: &'a str, is_static: bool },
    Global(&'a str),
}

impl Scripted {
    pub(super) fn new(mem: &Mem) -> Scripted {
        Scripted {
            program: None,
            functions: Vec::new(mem),
            helpers: [None; HELPERS.len()],
            classes: Vec::new(mem),
            error: None,
        }
    }

    /// The class Error, once it is made.
    pub(super) fn error(&self) -> Option<ErrorClass> {
        self.error
    }

    /// The objects that it keeps alive. Helpers are functions.
    pub(super) fn roots(&self) -> impl Iterator<Item = Value> {
        let error = self.error.iter().flat_map(ErrorClass::roots);
        self.functions
            .iter()
            .flat_map(|function| [function.name.value(), function.closure.value()])
            .chain(self.classes.iter().map(|class| class.value()))
            .chain(error)
    }

    fn member(&self, class: BuiltinClass, name: Gc<Str>, is_static: bool) -> Option<Gc<Closure>> {
        let mut members = self.functions.iter().filter(|function| function.class == Some(class));
        let found = members.find(|function| function.is_static == is_static && function.name == name);
        found.map(|function| function.closure)
    }

    /// What the private global of this name holds.
    fn global(&self, name: &str) -> Option<Value> {
        let mut functions = self.functions.iter().filter(|function| function.class.is_none());
        let function = functions.find(|function| without_sign(function.name.text()) == name);
        let class = || self.classes.iter().find(|class| class.name.text() == name).map(|class| class.value());
        function.map(|function| function.closure.value()).or_else(class)
    }
}

/// The name that a private global has in the sources.
fn without_sign(name: &str) -> &str {
    name.strip_prefix('$').unwrap_or(name)
}

impl Vm {
    /// The method of a built-in class that is written in Siskin, or with `is_static` the function of the type. A safepoint.
    pub(super) fn scripted_method(
        &mut self,
        class: BuiltinClass,
        name: Gc<Str>,
        is_static: bool,
    ) -> Result<Option<Gc<Closure>>, Fault> {
        if let Some(found) = self.scripted.member(class, name, is_static) {
            return Ok(Some(found));
        }
        // The name is of a site or a constant, which keeps it.
        self.make_scripted(Asked::Member { class, name: name.text(), is_static })?;
        Ok(self.scripted.member(class, name, is_static))
    }

    /// The names of the methods of a built-in class that are written in Siskin. There are none before the VM has looked for one.
    pub(crate) fn scripted_methods(&self, class: BuiltinClass) -> Result<Vec<&str>, OutOfMemory> {
        let mut names = Vec::new(&self.mem);
        if let Some(program) = &self.scripted.program {
            let image = program.image();
            let declared = Declared::of(image, &self.mem)?;
            let is_one = |owner, kind| owner == Owner::Builtin(class) && !is_static_kind(kind);
            for function in declared.functions.iter().filter(|function| is_one(function.owner, function.kind))
            {
                names.push(image.text(function.name))?;
            }
        }
        Ok(names)
    }

    /// A function that instructions call, if it has been made.
    pub(super) fn made_helper(&self, helper: Helper) -> Option<Gc<Closure>> {
        self.scripted.helpers.get(helper as usize).copied().flatten()
    }

    /// A function that instructions call. A safepoint.
    pub(super) fn helper(&mut self, helper: Helper) -> Result<Gc<Closure>, Fault> {
        if let Some(Some(closure)) = self.scripted.helpers.get(helper as usize) {
            return Ok(*closure);
        }
        let name = HELPERS.get(helper as usize).ok_or(Fault::Bytecode)?;
        let closure = self.scripted_global(name)?.as_object::<Closure>().ok_or(Fault::Bytecode)?;
        if let Some(known) = self.scripted.helpers.get_mut(helper as usize) {
            *known = Some(closure);
        }
        Ok(closure)
    }

    /// The class Error, if the library has it. A safepoint.
    pub(super) fn error_class(&mut self) -> Result<Option<ErrorClass>, Fault> {
        if self.scripted.error.is_none() {
            self.make_scripted(Asked::Global("Error"))?;
        }
        Ok(self.scripted.error)
    }

    /// What a program finds by the global name of something in the image. A safepoint.
    pub(super) fn scripted_global(&mut self, name: &str) -> Result<Value, Fault> {
        if self.scripted.global(name).is_none() {
            self.make_scripted(Asked::Global(name))?;
        }
        self.scripted.global(name).ok_or(Fault::Bytecode)
    }

    /// Makes what is asked for, if the image has it, and what that names. A safepoint.
    fn make_scripted(&mut self, asked: Asked<'_>) -> Result<(), Fault> {
        let mut flaw = None;
        self.retry_after_gc(None, |vm| match vm.try_make_scripted(asked) {
            Err(Fault::OutOfMemory) => Err(OutOfMemory),
            Err(fault) => {
                flaw = Some(fault);
                Ok(())
            }
            Ok(()) => Ok(()),
        })?;
        flaw.map_or(Ok(()), Err)
    }

    fn try_make_scripted(&mut self, asked: Asked<'_>) -> Result<(), Fault> {
        let program = match &self.scripted.program {
            Some(program) => program.clone(),
            None if self.library.image().is_empty() => return Ok(()),
            None => {
                let mem = self.mem.clone();
                // An image that another build made is refused.
                let program = Program::library(self.library.image(), &mem).map_err(|error| {
                    if matches!(error.what, Flaw::OutOfMemory) { Fault::OutOfMemory } else { Fault::Bytecode }
                })?;
                self.scripted.program.insert(program).clone()
            }
        };
        let mem = self.mem.clone();
        let image = program.image();
        let declared = Declared::of(image, &mem)?;
        let scripted = &self.scripted;
        let is_made = |name: &str| scripted.global(without_sign(name)).is_some();
        let named = |text: Text, name: &str| without_sign(image.text(text)) == name;
        let choice = match asked {
            Asked::Global(name) => declared.choose(
                &mem,
                |function| function.owner == Owner::Global && named(function.name, name),
                |class| named(class.name, name),
                is_made,
            ),
            Asked::Member { class, name, is_static } => declared.choose(
                &mem,
                |function| {
                    function.owner == Owner::Builtin(class)
                        && is_static_kind(function.kind) == is_static
                        && image.text(function.name) == name
                },
                |_| false,
                is_made,
            ),
        }?;
        self.link_scripted(&program, &declared, &choice)?;
        Ok(())
    }

    /// Makes the functions and classes that are chosen.
    fn link_scripted(
        &mut self,
        program: &Program,
        declared: &Declared<'_>,
        choice: &Choice,
    ) -> Result<(), OutOfMemory> {
        let image = program.image();
        let mem = self.mem.clone();
        self.scope(|vm, scope| {
            let made = vm.link_all(scope, program, ModuleId::HOST, |index| choice.has(index))?;
            let mut functions: Vec<ScriptedFunction> = Vec::new(&mem);
            let mut classes: Vec<Option<Gc<Class>>> = Vec::new(&mem);
            let mut globals: Vec<(u32, Value)> = Vec::new(&mem);
            let mut error = None;
            for (class, &chosen) in declared.classes.iter().zip(choice.classes.iter()) {
                if !chosen {
                    classes.push(None)?;
                    continue;
                }
                let name = vm.scripted_name(image, class.name)?;
                scope.keep(name.value())?;
                vm.declarations = vm.declarations.next();
                let room = u16::from(class.fields) + SPARE_FIELDS;
                let made = vm.make(Class::new(name, room, vm.declarations))?;
                scope.keep(made.value())?;
                classes.push(Some(made))?;
                if name.text() == "Error" {
                    made.is_error.set(true);
                    let named = vm.name_error(made)?;
                    named.roots().into_iter().try_for_each(|root| scope.keep(root))?;
                    error = Some(named);
                }
                if let Some(global) = class.global {
                    globals.push((vm.scripted_index(image, global)?, made.value()))?;
                }
            }
            for function in declared.functions.iter().filter(|function| choice.has(function.index)) {
                let index = function.index.0 as usize;
                let made = made.get(index).copied().flatten().ok_or(OutOfMemory)?;
                let closure = vm.make_closure(made.gc())?;
                scope.keep(closure.value())?;
                let name = vm.scripted_name(image, function.name)?;
                scope.keep(name.value())?;
                let class = match function.owner {
                    Owner::Class(class) => {
                        let class = classes.get(class).copied().flatten().ok_or(OutOfMemory)?;
                        vm.add_member(class.value(), closure.value(), name.value(), function.kind)
                            .map_err(|_| OutOfMemory)?;
                        continue;
                    }
                    Owner::Builtin(class) => Some(class),
                    Owner::Global => {
                        globals.push((vm.scripted_index(image, function.name)?, closure.value()))?;
                        None
                    }
                };
                let is_static = is_static_kind(function.kind);
                functions.push(ScriptedFunction { class, is_static, name, closure })?;
            }
            for &(index, _) in globals.iter() {
                vm.note_global(index, GlobalUse { name: Text(0), declared: true, assigned: false })?;
            }
            vm.scripted.functions.reserve(functions.len())?;
            vm.scripted.classes.reserve(classes.len())?;
            // Nothing fails from here on.
            for &(index, value) in globals.iter() {
                vm.globals.set(index, value, &mut vm.context.heap);
            }
            functions.iter().try_for_each(|&function| vm.scripted.functions.push(function))?;
            classes.iter().flatten().try_for_each(|&class| vm.scripted.classes.push(class))?;
            vm.scripted.error = vm.scripted.error.or(error);
            Ok(())
        })
    }

    fn scripted_name(&mut self, image: Image<'_>, name: Text) -> Result<Gc<Str>, OutOfMemory> {
        self.intern(image.text(name).as_bytes())
    }

    /// The index of a private global. A safepoint.
    fn scripted_index(&mut self, image: Image<'_>, name: Text) -> Result<u32, OutOfMemory> {
        let name = self.scripted_name(image, name)?;
        self.global_index(ModuleId::HOST, name, true)
    }
}

/// Whether a member of this sort is of the type.
fn is_static_kind(kind: u8) -> bool {
    MemberKind::of(kind) == Some(MemberKind::StaticMethod)
}
