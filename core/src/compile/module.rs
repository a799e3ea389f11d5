//! Imports and exports. They make no instructions: the loader knows them from the image.
//!
//! ```text
//!   import { a as b } from "./u.sk";     global b  gets  a      of ./u.sk
//!   import "./u.sk" as u;                global u  gets  the module
//!     ... u.c(1) ...                     global u.c  gets  c    a name that no text can write
//! ```

use super::value::Val;
use super::{Compiler, Reg, Res};
use crate::Span;
use crate::bytecode::operand::Global32;
use crate::bytecode::{Const, Export, Import, ImportedName, Insn, Packed, Text};
use crate::mem::{Mem, Vec};
use crate::syntax::ast::{Expr, ExprId, Symbol};

/// What the compiler knows of a text's imports.
pub(super) struct Modules {
    /// How many modules and names of the tree are in the image.
    imports: usize,
    imported: usize,
    /// By symbol: the import that binds it to a module, plus one; 0 for none.
    modules: Vec<u32>,
    /// By text: whether it is a name of a module's export that is in the image.
    members: Vec<bool>,
    /// Whether a name of a module is one for sure: nobody can declare it again.
    is_certain: bool,
}

impl Modules {
    pub(super) fn new(mem: &Mem, interactive: bool) -> Modules {
        Modules {
            imports: 0,
            imported: 0,
            modules: Vec::new(mem),
            members: Vec::new(mem),
            is_certain: !interactive,
        }
    }
}

impl Compiler<'_> {
    /// Puts the imports of this part of the tree into the image.
    pub(super) fn imports(&mut self) -> Res<()> {
        while let Some(&import) = self.ast.imports.get(self.modules.imports) {
            self.modules.imports += 1;
            let path = self.string(import.path)?;
            self.out.imports.push(Import { path, span: import.span }.pack())?;
        }
        while let Some(&name) = self.ast.imported.get(self.modules.imported) {
            self.modules.imported += 1;
            let local = self.name(name.local)?;
            let export = match name.export {
                Some(export) => self.name(export)?,
                None => {
                    let index = name.local.index();
                    if index >= self.modules.modules.len() {
                        self.modules.modules.resize(index + 1, 0)?;
                    }
                    self.modules.modules[index] = name.import + 1;
                    Text::default()
                }
            };
            self.import(ImportedName { import: name.import, export, local, span: name.span })?;
        }
        Ok(())
    }

    fn import(&mut self, name: ImportedName) -> Res<()> {
        Ok(self.out.imported.push(name.pack())?)
    }

    /// Puts the exports into the image, after the last part of the tree.
    pub(super) fn exports(&mut self) -> Res<()> {
        for index in 0..self.ast.exports.len() {
            let name = self.name(self.ast.exports[index])?;
            self.out.exports.push(Export(name).pack())?;
        }
        let strings = &self.out.strings;
        self.out.exports.sort_unstable_by_key(|&name| strings.bytes(Text(name)));
        Ok(())
    }

    /// The module whose export a property of the object is, if that is known.
    #[inline]
    pub(super) fn module_of(&self, object: ExprId) -> Option<(Symbol, u32)> {
        let Expr::Global(module) = self.ast.expr(object) else { return None };
        let import = self.modules.modules.get(module.index())?.checked_sub(1)?;
        self.modules.is_certain.then_some((module, import))
    }

    /// `module.name`, the node `id`: the value of a global.
    #[cold]
    #[inline(never)]
    pub(super) fn member(
        &mut self,
        id: ExprId,
        (module, import): (Symbol, u32),
        name: Symbol,
        mark: Reg,
        hint: Option<Reg>,
    ) -> Res<Val> {
        self.at(id);
        let len = self.symbols.text(name).len() as u32;
        let span = Span { start: self.span.end.saturating_sub(len), end: self.span.end };
        let global = Global32(self.member_global(module, import, name, span)?);
        self.result(mark, hint, |dst| Insn::GetGlobal { dst, global })
    }

    /// The constant of the global that has the value of an export.
    fn member_global(&mut self, module: Symbol, import: u32, name: Symbol, span: Span) -> Res<u32> {
        self.text.clear();
        self.text.extend_from_slice(self.symbols.text(module).as_bytes())?;
        self.text.push(b'.')?;
        self.text.extend_from_slice(self.symbols.text(name).as_bytes())?;
        let text = core::str::from_utf8(&self.text).unwrap_or(".");
        let local = self.strings.text(&mut self.out.strings, text)?;
        let index = local.0 as usize;
        if index >= self.modules.members.len() {
            self.modules.members.resize(index + 1, false)?;
        }
        if !core::mem::replace(&mut self.modules.members[index], true) {
            let export = self.name(name)?;
            self.import(ImportedName { import, export, local, span })?;
        }
        self.constant(Const::Global(local))
    }
}
