//! Imports and exports.

use super::super::ast::{Expr, ExprId, Import, ImportedName, VarKind};
use super::super::{Code, TokenKind};
use super::{Parse, Parser};
use crate::Span;

impl Parser<'_, '_> {
    /// From `import` to its semicolon. It makes no code: the module runs before the text.
    #[inline(never)]
    pub(super) fn import_declaration(&mut self) -> Parse<ExprId> {
        let start = self.current.span.start;
        self.advance()?;
        if !self.is_at_top() {
            self.note(Code::ImportNotAtTop)?;
        }
        let import = self.ast.imports.len() as u32;
        if self.matches(TokenKind::LeftBrace)? {
            self.imported_names(import)?;
            if !self.word("from")? {
                self.error_at_current(Code::ExpectFrom)?;
            }
            self.module_path(Code::ExpectFrom)?;
        } else {
            self.module_path(Code::ExpectImported)?;
            if self.word("as")? {
                self.consume(TokenKind::Identifier, Code::ExpectNameAfterAs)?;
                let local = self.intern_previous()?;
                self.declare_import(local, true)?;
                let span = self.previous.span;
                self.ast.imported.push(ImportedName { import, export: None, local, span })?;
            }
        }
        self.consume(TokenKind::Semicolon, Code::ExpectSemicolonAfterImport)?;
        self.finish(Expr::Nil, start)
    }

    /// From after `{` to `}`: names, each with another one after `as` or without.
    fn imported_names(&mut self, import: u32) -> Parse<()> {
        loop {
            self.consume(TokenKind::Identifier, Code::ExpectImportedName)?;
            let (export, span) = (self.intern_previous()?, self.previous.span);
            let local = if self.word("as")? {
                self.consume(TokenKind::Identifier, Code::ExpectNameAfterAs)?;
                self.intern_previous()?
            } else {
                export
            };
            self.declare_import(local, false)?;
            self.ast.imported.push(ImportedName { import, export: Some(export), local, span })?;
            if !self.matches(TokenKind::Comma)? || self.check(TokenKind::RightBrace) || self.panicking {
                break;
            }
        }
        self.consume(TokenKind::RightBrace, Code::ExpectBraceAfterImported)
    }

    /// A path in quotes, which must come next.
    fn module_path(&mut self, missing: Code) -> Parse<()> {
        if self.check(TokenKind::StrStart) {
            return self.error_at_current(Code::ExpectPlainPath);
        }
        if !self.check(TokenKind::Str) {
            return self.error_at_current(missing);
        }
        self.advance()?;
        let span = self.previous.span;
        let path = self.string()?;
        let path = match self.ast.expr(path) {
            Expr::Str(path) => path,
            _ => {
                self.error(Code::ExpectPlainPath)?;
                Span::default()
            }
        };
        Ok(self.ast.imports.push(Import { path, span })?)
    }

    /// From `export` to the end of what it exports.
    #[inline(never)]
    pub(super) fn export_declaration(&mut self) -> Parse<ExprId> {
        self.advance()?;
        if self.is_at_top() {
            self.is_exporting = true;
        } else {
            self.note(Code::ExportNotAtTop)?;
        }
        let declared = self.exported();
        self.is_exporting = false;
        declared
    }

    /// What comes after `export`. The globals that it declares are exported.
    fn exported(&mut self) -> Parse<ExprId> {
        use TokenKind as T;
        match self.current.kind {
            T::LeftBrace => self.exported_names(),
            T::Fun => self.fun_declaration(),
            T::Class => self.class_declaration(),
            T::Enum => self.enum_declaration(),
            T::Let => self.var_declaration(VarKind::Let),
            T::Var => {
                self.is_exporting = false;
                self.note(Code::ExportVar)?;
                self.var_declaration(VarKind::Var)
            }
            _ => {
                self.error_at_current(Code::ExpectExported)?;
                self.error_node()
            }
        }
    }

    /// `{ a, b };`
    fn exported_names(&mut self) -> Parse<ExprId> {
        let start = self.current.span.start;
        self.advance()?;
        loop {
            self.consume(TokenKind::Identifier, Code::ExpectImportedName)?;
            let name = self.intern_previous()?;
            self.export(name)?;
            if !self.matches(TokenKind::Comma)? || self.check(TokenKind::RightBrace) || self.panicking {
                break;
            }
        }
        self.consume(TokenKind::RightBrace, Code::ExpectBraceAfterExported)?;
        self.consume(TokenKind::Semicolon, Code::ExpectSemicolonAfterExport)?;
        self.finish(Expr::Nil, start)
    }

    /// Reports an error at the last token, after which the declaration can be parsed.
    fn note(&mut self, code: Code) -> Parse<()> {
        if self.panicking { Ok(()) } else { self.report(self.previous, code) }
    }

    /// Whether the next declaration is directly in the text.
    fn is_at_top(&self) -> bool {
        self.scopes.is_script() && !self.in_local_scope()
    }

    /// Steps over a word that means something here only, if it is next.
    fn word(&mut self, word: &str) -> Parse<bool> {
        let Span { start, end } = self.current.span;
        let found = self.check(TokenKind::Identifier)
            && self.source.get(start as usize..end as usize).is_some_and(|text| text == word);
        if found {
            self.advance()?;
        }
        Ok(found)
    }
}
