//! Declarations: variables, functions, classes.

use super::super::ast::{Class, ClassId, Expr, ExprId, FnKind, List, Place, Symbol, VarId, VarKind};
use super::super::{Code, TokenKind};
use super::block::Item;
use super::scope::{ClassState, Resolved};
use super::{Parse, Parser};

impl Parser<'_, '_> {
    /// A declaration or statement directly in a block, a body or the script.
    pub(super) fn declaration(&mut self) -> Parse<Item> {
        let item = match self.current.kind {
            TokenKind::Class => self.class_declaration().map(Item::Effect),
            TokenKind::Enum => self.enum_declaration().map(Item::Effect),
            TokenKind::Fun => self.fun_declaration().map(Item::Effect),
            TokenKind::Var => self.var_declaration(VarKind::Var).map(Item::Effect),
            TokenKind::Import => self.import_declaration().map(Item::Effect),
            TokenKind::Export => self.export_declaration().map(Item::Effect),
            TokenKind::Let => self.var_declaration(VarKind::Let).map(Item::Effect),
            _ => self.statement(true),
        }?;
        if self.panicking {
            self.synchronize()?;
        }
        Ok(item)
    }

    /// A declaration with `var` or `let`, which is the next token.
    #[inline(never)]
    pub(super) fn var_declaration(&mut self, kind: VarKind) -> Parse<ExprId> {
        let start = self.current.span.start;
        self.advance()?;
        if self.begins_pattern() {
            return self.pattern_declaration(kind, start);
        }
        let place = self.declared_name(kind, Code::ExpectVariableName)?;
        let init = if self.matches(TokenKind::Equal)? {
            if kind == VarKind::Let {
                self.name_closure(place);
            }
            Some(self.expression()?)
        } else {
            if kind == VarKind::Let {
                self.error_at_current(Code::ExpectEqualAfterLet)?;
            }
            self.lox.bytes(1);
            None
        };
        self.consume(TokenKind::Semicolon, Code::ExpectSemicolonAfterVariable)?;
        self.define();
        self.finish(Expr::Var { place, init }, start)
    }

    #[inline(never)]
    pub(super) fn fun_declaration(&mut self) -> Parse<ExprId> {
        let start = self.current.span.start;
        self.advance()?;
        let place = self.declared_name(VarKind::Fn, Code::ExpectFunctionName)?;
        // Defined before the body, so that the function can call itself.
        self.mark_initialized();
        let function = self.function(FnKind::Function)?;
        self.define();
        self.finish(Expr::Fn { place, function }, start)
    }

    /// The name in a declaration.
    fn declared_name(&mut self, kind: VarKind, missing: Code) -> Parse<Place> {
        self.consume_name(missing)?;
        let name = self.intern_previous()?;
        if self.in_local_scope() {
            let var = self.declare_local(name, kind)?;
            return Ok(var.map_or(Place::Global(name), Place::Local));
        }
        self.lox_constant()?;
        self.declare_global(name, kind)?;
        Ok(Place::Global(name))
    }

    /// Defines the declared variable, whose value is complete.
    fn define(&mut self) {
        if self.in_local_scope() {
            self.mark_initialized();
        } else {
            self.lox.bytes(2);
        }
    }

    #[inline(never)]
    pub(super) fn class_declaration(&mut self) -> Parse<ExprId> {
        let start = self.current.span.start;
        let at_top = self.scopes.current.kind == FnKind::Script && !self.in_local_scope();
        let enclosing = self.class;
        let mut class = self.class_head(Code::ExpectClassName)?;
        if !self.panicking || !self.dialect.recovers_by_brackets() {
            self.methods(&mut class, start, at_top)?;
            self.consume(TokenKind::RightBrace, Code::ExpectBraceAfterClassBody)?;
        }
        self.lox.bytes(1);
        // `superclass` began it.
        if self.class.is_some_and(|class| class.has_superclass) {
            self.end_scope();
        }
        self.class = enclosing;
        self.class_node(class, start)
    }

    /// From `class` or `enum` to the opening brace: the class without members, which is the innermost from here on.
    /// `no_name` is the error if it has no name.
    #[inline(never)]
    pub(super) fn class_head(&mut self, no_name: Code) -> Parse<Class> {
        let is_enum = self.check(TokenKind::Enum);
        self.advance()?;
        self.consume_name(no_name)?;
        let (name, name_span) = (self.intern_previous()?, self.previous.span);
        // The book makes a constant of the name even where a local variable gets the class.
        self.lox_constant()?;
        let place = if self.in_local_scope() {
            self.declare_local(name, VarKind::Class)?.map_or(Place::Global(name), Place::Local)
        } else {
            self.declare_global(name, VarKind::Class)?;
            Place::Global(name)
        };
        self.lox.bytes(2);
        self.define();

        self.class = Some(ClassState { has_superclass: false, super_var: None, in_static: false, is_enum });
        let superclass =
            if !is_enum && self.matches(TokenKind::Less)? { Some(self.superclass(name)?) } else { None };
        self.synthetic_variable(name)?;
        let no_brace = if is_enum { Code::ExpectBraceBeforeEnum } else { Code::ExpectBraceBeforeClassBody };
        if !self.check(TokenKind::LeftBrace) {
            self.error_at_current(no_brace)?;
        }
        // Without a body the class is empty.
        if self.reach_body(false)? {
            self.matches(TokenKind::LeftBrace)?;
        }
        let superclass = superclass.and_then(|(class, var)| Some((class, var?)));
        let (methods, variants) = (List::default(), List::default());
        Ok(Class { name, name_span, place, superclass, methods, variants, begins: true, ends: false })
    }

    pub(super) fn class_node(&mut self, class: Class, start: u32) -> Parse<ExprId> {
        let id = ClassId::new(self.ast.classes.len() as u32);
        self.ast.classes.push(class)?;
        self.finish(Expr::Class(id), start)
    }

    /// From after `<`: the superclass, and the variable that `super` means, in a scope around the methods.
    fn superclass(&mut self, class: Symbol) -> Parse<(ExprId, Option<VarId>)> {
        self.consume(TokenKind::Identifier, Code::ExpectSuperclassName)?;
        let expr = self.variable(false)?;
        if self.intern_previous()? == class {
            self.error(Code::InheritsFromItself)?;
        }
        self.begin_scope();
        let var = self.add_local(Symbol::SUPER, VarKind::Implicit)?;
        self.mark_initialized();
        let _: Resolved = self.synthetic_variable(class)?;
        self.lox.bytes(1);
        self.class =
            Some(ClassState { has_superclass: true, super_var: var, in_static: false, is_enum: false });
        Ok((expr, var))
    }

    /// The methods of a class that began at `start`. `at_top` says whether that was at the top of the text: then it can
    /// take several parts of the tree, of which this returns the last.
    pub(super) fn methods(&mut self, class: &mut Class, start: u32, at_top: bool) -> Parse<()> {
        let (mut base, fields) = (self.pending.len(), self.static_fields.len());
        while !self.check(TokenKind::RightBrace) && !self.check(TokenKind::End) {
            // Static fields come last, so from the first one on all is in one part.
            if at_top && self.static_fields.len() == fields && self.is_part() {
                self.end_part_of_class(class, start, base)?;
                base = 0;
            }
            let member = self.member_head()?;
            let name = self.previous;
            self.lox_constant()?;
            self.check_enum_member(member.kind, member.name)?;
            // The function directly, since classes nest and each level takes native stack.
            let function = match member.operator {
                Some(operator) => self.operator_method(operator)?,
                None => self.function_of(member.kind, member.name, self.previous.span.start)?,
            };
            self.end_member(member, name, function)?;
            self.lox.bytes(2);
            if self.panicking && self.dialect.recovers_by_brackets() {
                break;
            }
        }
        self.static_fields_last(fields)?;
        class.methods = self.take_pending(base)?;
        class.ends = true;
        Ok(())
    }

    /// Ends a part of the tree with the methods since `base`. The class goes on in the next part.
    #[cold]
    #[inline(never)]
    fn end_part_of_class(&mut self, class: &mut Class, start: u32, base: usize) -> Parse<()> {
        class.methods = self.take_pending(base)?;
        let node = self.class_node(*class, start)?;
        self.pending.push(node.into())?;
        self.end_part(self.class.and_then(|class| class.super_var))?;
        *class = Class { superclass: None, methods: List::default(), begins: false, ..*class };
        Ok(())
    }
}
