//! What the script of the library's image declares, and what of it belongs together.

use crate::bytecode::{Code, Const, FnIndex, Image, Insn, Text};
use crate::mem::{Mem, OutOfMemory, Vec};
use crate::object::BuiltinClass;

/// A class that is not built in.
#[derive(Clone, Copy)]
pub(super) struct DeclaredClass {
    pub(super) name: Text,
    /// The global that holds it.
    pub(super) global: Option<Text>,
    /// How many fields its methods set.
    pub(super) fields: u8,
}

/// Whose a function is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// A global holds it.
    Global,
    /// A class that is built in has it as a member.
    Builtin(BuiltinClass),
    /// The class of this index among those declared has it as a member.
    Class(usize),
}

/// A function that is not part of another.
#[derive(Clone, Copy)]
pub(super) struct DeclaredFunction {
    pub(super) owner: Owner,
    /// The name of the global or of the member.
    pub(super) name: Text,
    /// The number of its [sort](crate::bytecode::MemberKind), if it is a member.
    pub(super) kind: u8,
    pub(super) index: FnIndex,
}

/// What the script declares.
pub(super) struct Declared<'a> {
    image: Image<'a>,
    pub(super) classes: Vec<DeclaredClass>,
    pub(super) functions: Vec<DeclaredFunction>,
}

/// What is chosen of an image: functions with all that they name, so that none meets a global without its value.
pub(super) struct Choice {
    /// Whether a function of the image is, by index.
    pub(super) all: Vec<bool>,
    /// Whether a class that is declared is, by index.
    pub(super) classes: Vec<bool>,
}

impl<'a> Declared<'a> {
    /// Reads the script. Its text has neither far constants nor instructions that are of no concern here.
    pub(super) fn of(image: Image<'a>, mem: &Mem) -> Result<Declared<'a>, OutOfMemory> {
        let mut declared = Declared { image, classes: Vec::new(mem), functions: Vec::new(mem) };
        let script = image.function(FnIndex(0)).ok_or(OutOfMemory)?;
        let mut owner = Owner::Global;
        let mut closure = None;
        let mut words = script.words;
        while let Some(insn) = Insn::decode(words) {
            words = words.get(insn.op().words()..).unwrap_or_default();
            match insn {
                Insn::NewClass { name, fields, .. } => {
                    let name = text(&script, name.0)?;
                    let named = |class: &BuiltinClass| class.name() == image.text(name);
                    owner = match BuiltinClass::ALL.into_iter().find(named) {
                        Some(class) => Owner::Builtin(class),
                        None => {
                            declared.classes.push(DeclaredClass { name, global: None, fields: fields.0 })?;
                            Owner::Class(declared.classes.len() - 1)
                        }
                    };
                }
                Insn::Closure { function, .. } => {
                    let Some(Const::Fn(index)) = script.consts.get(function.0 as usize) else {
                        return Err(OutOfMemory);
                    };
                    closure = Some(index);
                }
                Insn::AddMethod { name, kind, .. } => {
                    let index = closure.take().ok_or(OutOfMemory)?;
                    let name = text(&script, name.0)?;
                    declared.functions.push(DeclaredFunction { owner, name, kind: kind.0, index })?;
                }
                Insn::DefGlobal { global, .. } => {
                    let name = text(&script, global.0)?;
                    if let Some(index) = closure.take() {
                        let owner = Owner::Global;
                        declared.functions.push(DeclaredFunction { owner, name, kind: 0, index })?;
                    } else if let Owner::Class(class) = owner
                        && let Some(class) = declared.classes.get_mut(class)
                    {
                        class.global = Some(name);
                    }
                }
                _ => {}
            }
        }
        Ok(declared)
    }

    /// Chooses the functions for which `is_asked` holds, the classes for which `is_class` does, and all that these name
    /// and `is_made` does not hold for.
    pub(super) fn choose(
        &self,
        mem: &Mem,
        is_asked: impl Fn(&DeclaredFunction) -> bool,
        is_class: impl Fn(&DeclaredClass) -> bool,
        is_made: impl Fn(&str) -> bool,
    ) -> Result<Choice, OutOfMemory> {
        let mut choice = Choice { all: Vec::new(mem), classes: Vec::new(mem) };
        choice.all.resize(self.image.function_count(), false)?;
        choice.classes.resize(self.classes.len(), false)?;
        let mut todo = Vec::new(mem);
        for function in self.functions.iter().filter(|function| is_asked(function)) {
            choice.add(function.index, &mut todo)?;
        }
        for index in 0..self.classes.len() {
            if self.classes.get(index).is_some_and(&is_class) {
                self.choose_class(index, &mut choice, &mut todo)?;
            }
        }
        while let Some(function) = todo.pop() {
            let code = self.image.function(function).ok_or(OutOfMemory)?;
            for constant in code.consts.iter() {
                match constant {
                    Const::Fn(index) => choice.add(index, &mut todo)?,
                    Const::Global(name) if !is_made(self.image.text(name)) => {
                        self.choose_global(name, &mut choice, &mut todo)?;
                    }
                    Const::Global(_)
                    | Const::Nil
                    | Const::Bool(_)
                    | Const::Number(_)
                    | Const::Str(_)
                    | Const::Name(_) => {}
                }
            }
        }
        Ok(choice)
    }

    fn choose_global(
        &self,
        name: Text,
        choice: &mut Choice,
        todo: &mut Vec<FnIndex>,
    ) -> Result<(), OutOfMemory> {
        let mut functions = self.functions.iter();
        if let Some(function) =
            functions.find(|function| function.owner == Owner::Global && function.name == name)
        {
            choice.add(function.index, todo)?;
        }
        match self.classes.iter().position(|class| class.global == Some(name)) {
            Some(class) => self.choose_class(class, choice, todo),
            None => Ok(()),
        }
    }

    fn choose_class(
        &self,
        index: usize,
        choice: &mut Choice,
        todo: &mut Vec<FnIndex>,
    ) -> Result<(), OutOfMemory> {
        if let Some(chosen) = choice.classes.get_mut(index) {
            *chosen = true;
        }
        let members = self.functions.iter().filter(|function| function.owner == Owner::Class(index));
        members.into_iter().try_for_each(|member| choice.add(member.index, todo))
    }
}

impl Choice {
    /// Whether a function is chosen.
    pub(super) fn has(&self, FnIndex(index): FnIndex) -> bool {
        self.all.get(index as usize).copied().unwrap_or(false)
    }

    fn add(&mut self, function: FnIndex, todo: &mut Vec<FnIndex>) -> Result<(), OutOfMemory> {
        if let Some(chosen) = self.all.get_mut(function.0 as usize)
            && !*chosen
        {
            *chosen = true;
            todo.push(function)?;
        }
        Ok(())
    }
}

/// The text of a constant of the script that is a name.
fn text(script: &Code<'_>, index: u32) -> Result<Text, OutOfMemory> {
    match script.consts.get(index as usize) {
        Some(Const::Str(text) | Const::Name(text) | Const::Global(text)) => Ok(text),
        _ => Err(OutOfMemory),
    }
}
