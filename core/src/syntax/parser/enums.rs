//! Enum declarations: a class whose values are its variants.

use super::super::ast::{Class, ExprId, FnKind, Symbol, Variant, VariantId};
use super::super::{Code, TokenKind};
use super::{Parse, Parser};
use crate::tunable::tunable;

/// The most variants of an enum.
const MAX_VARIANTS: usize = 255;

/// The most fields of a variant, whose values have a slot of their own for each.
pub(crate) const MAX_VARIANT_FIELDS: usize = tunable(63, 7);

impl Parser<'_, '_> {
    /// From `enum` to the closing brace.
    #[inline(never)]
    pub(super) fn enum_declaration(&mut self) -> Parse<ExprId> {
        let start = self.current.span.start;
        let enclosing = self.class;
        let mut class = self.class_head(Code::ExpectEnumName)?;
        class.ends = true;
        if !self.panicking {
            self.variants(&mut class)?;
            if self.matches(TokenKind::Semicolon)? {
                self.methods(&mut class, start, false)?;
            }
            self.consume(TokenKind::RightBrace, Code::ExpectBraceAfterEnum)?;
        }
        self.class = enclosing;
        self.class_node(class, start)
    }

    fn variants(&mut self, class: &mut Class) -> Parse<()> {
        let base = self.pending.len();
        while self.pending.len() == base || self.check(TokenKind::Identifier) {
            if self.pending.len() - base == MAX_VARIANTS {
                self.error_at_current(Code::TooManyVariants)?;
            }
            self.consume(TokenKind::Identifier, Code::ExpectVariantName)?;
            let (name, span) = (self.intern_previous()?, self.previous.span);
            let earlier = self.pending.get(base..).unwrap_or_default();
            if earlier.iter().any(|&id| self.ast.variants[VariantId::from(id).index()].name == name) {
                self.error(Code::SameVariant)?;
            }
            let fields = self.pending.len();
            if self.matches(TokenKind::LeftParen)? {
                self.variant_fields(fields)?;
            }
            let fields = self.take_pending(fields)?;
            let id = VariantId::new(self.ast.variants.len() as u32);
            self.ast.variants.push(Variant { name, span, fields })?;
            self.pending.push(id.into())?;
            if !self.matches(TokenKind::Comma)? {
                break;
            }
        }
        class.variants = self.take_pending(base)?;
        Ok(())
    }

    /// From after `(` to `)`: the names of the fields of a variant become pending.
    fn variant_fields(&mut self, base: usize) -> Parse<()> {
        while !self.check(TokenKind::RightParen) {
            if self.pending.len() - base == MAX_VARIANT_FIELDS {
                self.error_at_current(Code::TooManyVariantFields)?;
            }
            self.consume(TokenKind::Identifier, Code::ExpectFieldName)?;
            let name = self.intern_previous()?;
            if self.pending.get(base..).unwrap_or_default().contains(&name.into()) {
                self.error(Code::SameField)?;
            }
            self.pending.push(name.into())?;
            if !self.matches(TokenKind::Comma)? {
                break;
            }
        }
        self.consume(TokenKind::RightParen, Code::ExpectParenAfterFields)
    }

    /// Reports an initializer of an enum, whose values are made of their fields.
    pub(super) fn check_enum_member(&mut self, kind: FnKind, name: Symbol) -> Parse<()> {
        let is_enum = self.class.is_some_and(|class| class.is_enum);
        if is_enum && kind == FnKind::Initializer && name == Symbol::INIT {
            self.error(Code::EnumInitializer)?;
        }
        Ok(())
    }
}
