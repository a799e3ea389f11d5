//! Recovery after an error, so that one mistake is one error.
//!
//! In the Lox dialect it is that of the book: parsing goes on where a statement seems to begin. The Siskin dialect goes
//! by brackets, too. Where one is not closed, what comes before its end is skipped; where a head failed, parsing goes on
//! with its body; and what is skipped has its brackets in pairs.

use super::super::{Code, TokenKind};
use super::{Parse, Parser};

/// What is looked for after an error.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    /// The end of brackets. Statements may stand between them, or may not.
    End { bracket: TokenKind, statements: bool },
    /// The brace of a body, of a class member or of anything else.
    Body { member: bool },
    /// The next statement.
    Statement,
}

/// Brackets that were opened on the way.
#[derive(Clone, Copy, Default)]
struct Open {
    /// Braces and interpolated strings.
    braces: u32,
    /// Parentheses and square brackets outside of those braces.
    others: u32,
}

impl Parser<'_, '_> {
    /// Recovery after an error: skips to where a statement seems to begin.
    #[cold]
    #[inline(never)]
    pub(super) fn synchronize(&mut self) -> Parse<()> {
        self.panicking = false;
        if !self.dialect.recovers_by_brackets() {
            return self.skip_to_word();
        }
        // Whether the statement was read to its end in spite of the error.
        let ends = match self.previous.kind {
            TokenKind::Semicolon => true,
            TokenKind::RightBrace => self.begins_item(),
            _ => false,
        };
        let error = self.diagnostics.last().map_or(0, |error| error.span.start);
        let is_after = ends && error <= self.previous.span.start;
        if !is_after {
            self.skip_to(Target::Statement)?;
        }
        // After the end of the text, all that is missing is missed because of this error.
        self.panicking = self.check(TokenKind::End);
        Ok(())
    }

    /// As in the book.
    fn skip_to_word(&mut self) -> Parse<()> {
        use TokenKind as T;
        while !self.check(T::End) {
            if self.previous.kind == T::Semicolon {
                return Ok(());
            }
            match self.current.kind {
                T::Class | T::Fun | T::Var | T::For | T::If | T::While | T::Print | T::Return => {
                    return Ok(());
                }
                _ => self.advance()?,
            }
        }
        Ok(())
    }

    /// After the error that a bracket is not closed by `bracket`: skips over the one that does.
    #[cold]
    #[inline(never)]
    pub(super) fn skip_over(&mut self, bracket: TokenKind, missing: Code) -> Parse<()> {
        use TokenKind as T;
        let is_closing = matches!(bracket, T::RightParen | T::RightBracket | T::RightBrace);
        if !is_closing || !self.dialect.recovers_by_brackets() {
            return Ok(());
        }
        let statements = matches!(
            missing,
            Code::ExpectCommaAfterArm
                | Code::ExpectBraceAfterEnum
                | Code::ExpectBraceAfterClassBody
                | Code::ExpectParenAfterForClauses
        );
        if self.skip_to(Target::End { bracket, statements })? {
            self.advance()?;
        }
        Ok(())
    }

    /// Whether the next token closes brackets instead of beginning an operand. It stays, to close them.
    #[inline]
    pub(super) fn lacks_operand(&self) -> bool {
        use TokenKind as T;
        matches!(self.current.kind, T::RightParen | T::RightBrace | T::RightBracket)
            && self.dialect.recovers_by_brackets()
    }

    /// Whether the next token, between two statements of the script, closes what an error has left open.
    #[inline]
    pub(super) fn is_stray(&self) -> bool {
        self.skipped && self.lacks_operand()
    }

    /// Before a body in braces: if there was an error before it, skips to its brace, so that the body is read as one.
    /// Whether parsing goes on there; it always does without an error.
    #[inline]
    pub(super) fn reach_body(&mut self, member: bool) -> Parse<bool> {
        if self.panicking && self.dialect.recovers_by_brackets() {
            self.skip_to_body(member)
        } else {
            Ok(true)
        }
    }

    #[cold]
    #[inline(never)]
    fn skip_to_body(&mut self, member: bool) -> Parse<bool> {
        let found = self.skip_to(Target::Body { member })?;
        if found {
            self.panicking = false;
        } else if member {
            self.panicking = !self.matches(TokenKind::Semicolon)? && !self.check(TokenKind::RightBrace);
        }
        Ok(found)
    }

    /// After the value of a static field: if there was an error in it, skips to after its semicolon.
    #[inline]
    pub(super) fn end_static_value(&mut self) -> Parse<()> {
        if !self.panicking {
            return Ok(());
        }
        let ended = self.previous.kind == TokenKind::Semicolon;
        if !ended && self.skip_to(Target::Body { member: true })? {
            // Skips the braces, too.
            self.panicking = !self.skip_to(Target::Statement)?;
        } else {
            self.panicking =
                !ended && !self.matches(TokenKind::Semicolon)? && !self.check(TokenKind::RightBrace);
        }
        Ok(())
    }

    /// After an error at a word of the language that stands where a name must: takes it for the name.
    #[cold]
    #[inline(never)]
    pub(super) fn skip_word(&mut self) -> Parse<()> {
        if self.current.kind.is_word() && self.dialect.recovers_by_brackets() {
            self.advance()?;
        }
        Ok(())
    }

    /// Skips to a target. Whether it is there; else the next token is one that ends the search.
    fn skip_to(&mut self, target: Target) -> Parse<bool> {
        use TokenKind as T;
        self.skipped = true;
        let mut open = Open::default();
        loop {
            let kind = self.current.kind;
            let outside = open.braces == 0;
            match kind {
                T::End => return Ok(false),
                T::RightBrace | T::RightParen | T::RightBracket
                    if outside
                        && open.others == 0
                        && matches!(target, Target::End { bracket, .. } if bracket == kind) =>
                {
                    return Ok(true);
                }
                T::LeftBrace if outside && open.others == 0 && matches!(target, Target::Body { .. }) => {
                    return Ok(true);
                }
                T::LeftBrace | T::HashBrace | T::StrStart => open.braces += 1,
                T::RightBrace | T::StrEnd if !outside => {
                    open.braces -= 1;
                    self.advance()?;
                    let ends = target != Target::Body { member: true } && self.begins_item();
                    if open.braces == 0 && kind == T::RightBrace && ends {
                        return Ok(false);
                    }
                    continue;
                }
                _ if !outside => {}
                // It ends what is around, unless nothing is.
                T::RightBrace | T::StrMid | T::StrEnd
                    if target != Target::Statement || self.in_local_scope() =>
                {
                    return Ok(false);
                }
                T::LeftParen | T::LeftBracket | T::QuestionBracket => open.others += 1,
                T::RightParen | T::RightBracket if open.others > 0 => open.others -= 1,
                T::RightParen | T::RightBracket if matches!(target, Target::End { .. }) => return Ok(false),
                T::Semicolon if target == Target::Statement => {
                    self.advance()?;
                    return Ok(true);
                }
                T::Semicolon if !matches!(target, Target::End { statements: true, .. }) => return Ok(false),
                _ if self.ends_search(target, open) => return Ok(false),
                _ => {}
            }
            self.advance()?;
        }
    }

    /// Whether the next token begins a statement, so that what is looked for is hardly after it.
    fn ends_search(&self, target: Target, open: Open) -> bool {
        use TokenKind as T;
        if matches!(target, Target::End { statements: true, .. } | Target::Body { member: true }) {
            return false;
        }
        match self.current.kind {
            T::Class | T::Var | T::Let | T::Import | T::Export | T::Enum => true,
            T::Fun => open.others == 0,
            // Outside of functions it is rather part of what was meant as one.
            T::Return if self.scopes.is_script() => false,
            kind => is_expression_word(kind) && open.others == 0 && self.begins_line(),
        }
    }

    /// Whether the next token may begin a statement after a closing brace, or ends what is around it.
    fn begins_item(&self) -> bool {
        use TokenKind as T;
        match self.current.kind {
            T::Identifier | T::RightBrace | T::End => true,
            T::Class | T::Fun | T::Var | T::Let | T::Import | T::Export | T::Enum => true,
            kind => is_expression_word(kind),
        }
    }

    /// Whether the next token is the first of its line.
    fn begins_line(&self) -> bool {
        let between = self.previous.span.end as usize..self.current.span.start as usize;
        self.source.as_bytes().get(between).is_some_and(|bytes| bytes.contains(&b'\n'))
    }
}

/// Whether it begins a statement that may stand in an expression, too.
fn is_expression_word(kind: TokenKind) -> bool {
    use TokenKind as T;
    matches!(
        kind,
        T::For
            | T::If
            | T::While
            | T::Print
            | T::Return
            | T::Loop
            | T::Break
            | T::Continue
            | T::Throw
            | T::Try
            | T::Match
    )
}
