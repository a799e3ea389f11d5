//! Stepping over tokens, and errors at them.

use super::super::ast::Symbol;
use super::super::{Code, Diagnostic, FoundAt, Token, TokenKind};
use super::{Parse, Parser};
use crate::Span;

impl Parser<'_, '_> {
    #[inline]
    pub(super) fn advance(&mut self) -> Parse<()> {
        self.previous = self.current;
        self.current = self.lexer.next_token();
        match self.current.kind {
            kind if is_bad(kind) => self.skip_bad_tokens(),
            _ => Ok(()),
        }
    }

    #[cold]
    #[inline(never)]
    fn skip_bad_tokens(&mut self) -> Parse<()> {
        loop {
            let code = match self.current.kind {
                TokenKind::UnexpectedCharacter => Code::UnexpectedCharacter,
                TokenKind::UnterminatedString => {
                    if let Some(start) = self.lexer.unterminated_string() {
                        self.current.span.start = start;
                    }
                    Code::UnterminatedString
                }
                TokenKind::DeepString => return self.too_deep(),
                TokenKind::UnterminatedComment => Code::UnterminatedComment,
                TokenKind::BadNumber => {
                    self.error_at_current(Code::BadNumber)?;
                    // It is an operand, so that this error causes no further ones.
                    self.current.kind = TokenKind::Nil;
                    return Ok(());
                }
                _ => return Ok(()),
            };
            self.error_at_current(code)?;
            self.current = self.lexer.next_token();
        }
    }

    /// Whether the next token is an operator of another language. Reports it then, and reads it as ours, so that this
    /// error causes no further ones.
    #[inline]
    pub(super) fn foreign_operator(&mut self) -> Parse<bool> {
        let operator = match self.current.kind {
            TokenKind::AmpAmp => TokenKind::And,
            TokenKind::PipePipe => TokenKind::Or,
            _ => return Ok(false),
        };
        if !self.panicking {
            self.report(self.current, Code::UnexpectedCharacter)?;
        }
        self.current.kind = operator;
        Ok(true)
    }

    #[inline]
    pub(super) fn check(&self, kind: TokenKind) -> bool {
        self.current.kind == kind
    }

    /// Steps over a token if it is of this sort.
    #[inline]
    pub(super) fn matches(&mut self, kind: TokenKind) -> Parse<bool> {
        let found = self.check(kind);
        if found {
            self.advance()?;
        }
        Ok(found)
    }

    /// Steps over a token that must be of this sort.
    #[inline]
    pub(super) fn consume(&mut self, kind: TokenKind, missing: Code) -> Parse<()> {
        if self.check(kind) { self.advance() } else { self.missing(kind, missing) }
    }

    #[cold]
    #[inline(never)]
    fn missing(&mut self, kind: TokenKind, missing: Code) -> Parse<()> {
        self.error_at_current(missing)?;
        self.skip_over(kind, missing)
    }

    /// Steps over a name that is declared.
    #[inline]
    pub(super) fn consume_name(&mut self, missing: Code) -> Parse<()> {
        if self.check(TokenKind::Identifier) {
            return self.advance();
        }
        self.error_at_current(missing)?;
        self.skip_word()
    }

    /// The last token as a name. (After an error it can be any token. Then no use can have that name, but it is counted
    /// as in the book.)
    pub(super) fn intern_previous(&mut self) -> Parse<Symbol> {
        let Span { start, end } = self.previous.span;
        Ok(self.symbols.intern(&self.source[start as usize..end as usize])?)
    }
}

/// Whether a token is an error wherever it stands.
#[inline]
fn is_bad(kind: TokenKind) -> bool {
    use TokenKind as T;
    matches!(
        kind,
        T::BadNumber
            | T::UnexpectedCharacter
            | T::UnterminatedString
            | T::DeepString
            | T::UnterminatedComment
    )
}

/// Errors, as in the book: one in a statement; then parsing continues at the next statement.
impl Parser<'_, '_> {
    /// Reports an error at the last token stepped over.
    #[cold]
    #[inline(never)]
    pub(super) fn error(&mut self, code: Code) -> Parse<()> {
        self.error_at(self.previous, code)
    }

    /// Reports an error at the next token.
    #[cold]
    #[inline(never)]
    pub(super) fn error_at_current(&mut self, code: Code) -> Parse<()> {
        self.error_at(self.current, code)
    }

    fn error_at(&mut self, token: Token, code: Code) -> Parse<()> {
        if !self.panicking {
            self.panicking = true;
            self.report(token, code)?;
        }
        Ok(())
    }

    pub(super) fn report(&mut self, token: Token, code: Code) -> Parse<()> {
        let found = match token.kind {
            TokenKind::End => FoundAt::End,
            kind if is_bad(kind) => FoundAt::Nothing,
            TokenKind::AmpAmp | TokenKind::PipePipe => FoundAt::Nothing,
            _ => FoundAt::Token,
        };
        self.diagnostics.push(Diagnostic { code, span: token.span, found })?;
        Ok(())
    }
}
