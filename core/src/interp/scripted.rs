//! The part of the library that is written in Siskin.
//!
//! ```text
//!   scripts/*.sk ──compile──> library.skb ──first use──> a closure for each function
//!                                                          ├─ of a class: a method of that built-in class
//!                                                          ├─ of another class: a method of that, a class as scripts have
//!                                                          └─ others: globals that no other text can name
//! ```
//!
//! The image's script never runs: it is read for what it would declare.

use super::errors::ErrorClass;
use super::{Fault, Vm};
use crate::bytecode::{Const, Flaw, FnIndex, Insn, MemberKind, Program};
use crate::globals::ModuleId;
use crate::mem::{Mem, OutOfMemory, Vec};
use crate::object::{BuiltinClass, Class, Closure, Gc, Str};
use crate::value::Value;

/// What of the image a VM has by now: nothing before the first use, then all.
pub(super) struct Scripted {
    functions: Vec<ScriptedFunction>,
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
    /// The class whose method it is.
    class: Option<BuiltinClass>,
    /// Whether the type has it, rather than its values.
    is_static: bool,
    name: Gc<Str>,
    closure: Gc<Closure>,
}

impl Scripted {
    pub(super) fn new(mem: &Mem) -> Scripted {
        Scripted { functions: Vec::new(mem), classes: Vec::new(mem), error: None }
    }

    /// The class Error, once the image is loaded.
    pub(super) fn error(&self) -> Option<ErrorClass> {
        self.error
    }

    /// The objects that it keeps alive.
    pub(super) fn roots(&self) -> impl Iterator<Item = Value> {
        let error = self.error.iter().flat_map(ErrorClass::roots);
        self.functions
            .iter()
            .flat_map(|function| [function.name.value(), function.closure.value()])
            .chain(self.classes.iter().map(|class| class.value()))
            .chain(error)
    }
}

impl Vm {
    /// The method of a built-in class that is written in Siskin, or with `is_static` the function of the type. A safepoint.
    pub(super) fn scripted_method(
        &mut self,
        class: BuiltinClass,
        name: Gc<Str>,
        is_static: bool,
    ) -> Result<Option<Gc<Closure>>, Fault> {
        self.load_scripted()?;
        let found = self.scripted.functions.iter().find(|function| {
            function.class == Some(class) && function.is_static == is_static && function.name == name
        });
        Ok(found.map(|function| function.closure))
    }

    /// The function of the library with this name. A safepoint.
    pub(super) fn scripted_function(&mut self, name: &str) -> Result<Gc<Closure>, Fault> {
        self.load_scripted()?;
        let mut functions = self.scripted.functions.iter().filter(|function| function.class.is_none());
        let found = functions.find(|function| function.name.text().strip_prefix('$') == Some(name));
        found.map(|function| function.closure).ok_or(Fault::Bytecode)
    }

    /// The class Error, if the library has it. A safepoint.
    pub(super) fn error_class(&mut self) -> Result<Option<ErrorClass>, Fault> {
        self.load_scripted()?;
        Ok(self.scripted.error)
    }

    /// What a program finds by the global name of something in the image. A safepoint.
    pub(super) fn scripted_global(&mut self, name: &str) -> Result<Value, Fault> {
        self.load_scripted()?;
        match self.scripted.classes.iter().find(|class| class.name.text() == name) {
            Some(class) => Ok(class.value()),
            None => Ok(self.scripted_function(name)?.value()),
        }
    }

    fn load_scripted(&mut self) -> Result<(), Fault> {
        if !self.scripted.functions.is_empty() || self.library.image().is_empty() {
            return Ok(());
        }
        let mem = self.mem.clone();
        // An image that another build made is refused.
        let program = Program::library(self.library.image(), &mem).map_err(|error| {
            if matches!(error.what, Flaw::OutOfMemory) { Fault::OutOfMemory } else { Fault::Bytecode }
        })?;
        self.link_scripted(&program)?;
        Ok(())
    }

    /// Makes the functions that the script of the program declares.
    fn link_scripted(&mut self, program: &Program) -> Result<(), OutOfMemory> {
        let mem = self.mem.clone();
        self.scope(|vm, scope| {
            let made = vm.link_all(scope, program, ModuleId::HOST)?;
            let function = |index: FnIndex| made.iter().nth_back(index.0 as usize).map(|made| made.gc());
            let script = function(FnIndex(0)).ok_or(OutOfMemory)?;
            let constant =
                |index: u32| script.consts().get(index as usize).map_or(Value::NIL, |value| value.get());
            let code = program.function(FnIndex(0)).ok_or(OutOfMemory)?;
            let (mut class, mut last) = (None, None);
            let (mut open, mut error) = (None, None);
            let mut functions = Vec::new(&mem);
            let mut classes: Vec<Gc<Class>> = Vec::new(&mem);
            let mut globals: Vec<(u32, Value)> = Vec::new(&mem);
            let mut words = code.words;
            while let Some(insn) = Insn::decode(words) {
                words = words.get(insn.op().words()..).unwrap_or_default();
                match insn {
                    Insn::NewClass { name, fields, .. } => {
                        let name = constant(name.0).as_object::<Str>().ok_or(OutOfMemory)?;
                        class = BuiltinClass::ALL.into_iter().find(|class| class.name() == name.text());
                        open = None;
                        if class.is_none() {
                            vm.declarations = vm.declarations.next();
                            let room = u16::from(fields.0) + SPARE_FIELDS;
                            let made = vm.make(Class::new(name, room, vm.declarations))?;
                            scope.keep(made.value())?;
                            classes.push(made)?;
                            open = Some(made);
                            if name.text() == "Error" {
                                made.is_error.set(true);
                                let named = vm.name_error(made)?;
                                named.roots().into_iter().try_for_each(|root| scope.keep(root))?;
                                error = Some(named);
                            }
                        }
                    }
                    Insn::Closure { function: index, .. } => {
                        let Some(Const::Fn(index)) = code.consts.get(index.0 as usize) else {
                            return Err(OutOfMemory);
                        };
                        let closure = vm.make_closure(function(index).ok_or(OutOfMemory)?)?;
                        scope.keep(closure.value())?;
                        last = Some(closure);
                    }
                    Insn::AddMethod { name, kind, .. } => {
                        let name = constant(name.0).as_object::<Str>().ok_or(OutOfMemory)?;
                        let closure = last.take().ok_or(OutOfMemory)?;
                        match open {
                            Some(open) => vm
                                .add_member(open.value(), closure.value(), name.value(), kind.0)
                                .map_err(|_| OutOfMemory)?,
                            None => {
                                let is_static = MemberKind::of(kind.0) == Some(MemberKind::StaticMethod);
                                functions.push(ScriptedFunction { class, is_static, name, closure })?;
                            }
                        }
                    }
                    Insn::DefGlobal { global, .. } => {
                        let index = constant(global.0).as_raw();
                        if let Some(closure) = last.take() {
                            let name = vm.globals.name(index).ok_or(OutOfMemory)?;
                            functions.push(ScriptedFunction {
                                class: None,
                                is_static: false,
                                name,
                                closure,
                            })?;
                            globals.push((index, closure.value()))?;
                        } else if let Some(open) = open {
                            globals.push((index, open.value()))?;
                        }
                    }
                    _ => {}
                }
            }
            // Nothing fails from here on.
            for &(index, value) in globals.iter() {
                vm.globals.set(index, value, &mut vm.context.heap);
            }
            vm.scripted = Scripted { functions, classes, error };
            Ok(())
        })
    }
}
