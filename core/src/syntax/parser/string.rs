//! String literals: their forms, and the mistakes in their text.

use super::super::ast::{Expr, ExprId};
use super::super::literal::{BLOCK_QUOTES, Contents, Mistake};
use super::super::{Code, Diagnostic, FoundAt, TokenKind};
use super::{Parse, Parser};
use crate::Span;
use crate::text::{Spec, SpecError};

/// Quotes around a text.
#[derive(Clone, Copy)]
struct Quotes {
    /// Bytes before the text.
    open: u32,
    /// Bytes after it.
    close: u32,
    escapes: bool,
    /// Whether the text stands on lines of its own.
    block: bool,
}

/// A piece of an interpolated string, as numbers on `pending`: its text, then what follows the text.
const PIECE: usize = 5;

impl Parser<'_, '_> {
    pub(super) fn string(&mut self) -> Parse<ExprId> {
        let span = self.previous.span;
        let contents = if self.dialect.has_string_forms() {
            self.contents(span)?
        } else {
            Contents::plain(Span { start: span.start + 1, end: span.end - 1 })
        };
        self.lox_constant()?;
        self.lox.bytes(2);
        self.text(contents, span)
    }

    /// The node of a text without interpolations.
    fn text(&mut self, contents: Contents, span: Span) -> Parse<ExprId> {
        let Contents { span: text, escapes, close } = contents;
        let expr = if contents.is_plain(self.source) {
            Expr::Str(text)
        } else {
            Expr::Text { escapes, span: text, close }
        };
        Ok(self.ast.add_expr(expr, span)?)
    }

    /// The text of a whole literal of the Siskin dialect.
    fn contents(&mut self, literal: Span) -> Parse<Contents> {
        let quotes = quotes(self.bytes(literal));
        let mut contents = Contents {
            span: Span { start: literal.start + quotes.open, end: literal.end - quotes.close },
            escapes: quotes.escapes,
            close: 0,
        };
        if quotes.block {
            contents.close = contents.span.end;
            match self.block_start(contents.span.start) {
                Some(start) => contents.span.start = start,
                None => self.literal_error(literal, Code::ExpectLineAfterQuotes)?,
            }
            match self.block_end(contents.span, contents.span.start) {
                Some(end) => contents.span.end = end,
                None => self.literal_error(literal, Code::QuotesNotAlone)?,
            }
        }
        self.check_contents(contents, literal)?;
        Ok(contents)
    }

    /// Where the text of a string on lines of its own begins, whose quotes end at `quotes`.
    fn block_start(&self, quotes: u32) -> Option<u32> {
        match self.source.as_bytes().get(quotes as usize..).unwrap_or_default() {
            [b'\n', ..] => Some(quotes + 1),
            [b'\r', b'\n', ..] => Some(quotes + 2),
            _ => None,
        }
    }

    /// Where the last piece of such a text ends, whose closing quotes are at its `span`'s end: before the line of the
    /// quotes, on which nothing but white space is before them. The text of the string begins at `first`.
    fn block_end(&self, span: Span, first: u32) -> Option<u32> {
        let text = self.bytes(span);
        let line = text.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
        let before = text.get(line..).unwrap_or_default();
        let is_alone = before.iter().all(|byte| matches!(byte, b' ' | b'\t'));
        if !is_alone || line == 0 && span.start != first {
            return None;
        }
        let end = match text.get(..line).unwrap_or_default() {
            [rest @ .., b'\r', b'\n'] | [rest @ .., b'\n'] => rest.len(),
            _ => 0,
        };
        Some(span.start + end as u32)
    }

    /// Reports the first mistake in a text.
    fn check_contents(&mut self, contents: Contents, literal: Span) -> Parse<()> {
        if contents.is_plain(self.source) {
            return Ok(());
        }
        match contents.mistake(self.source) {
            None => Ok(()),
            Some(Mistake::UnknownEscape(escape)) => {
                self.error_in_literal(escape, Code::UnknownEscape { escape })
            }
            Some(Mistake::ByteEscape(escape)) => self.error_in_literal(escape, Code::ByteEscape),
            Some(Mistake::UnicodeEscape(escape)) => self.error_in_literal(escape, Code::UnicodeEscape),
            Some(Mistake::LessIndented) => self.literal_error(literal, Code::LessIndented),
        }
    }

    /// An error of a literal, at its quotes.
    #[cold]
    fn literal_error(&mut self, literal: Span, code: Code) -> Parse<()> {
        let end = literal.start + quotes(self.bytes(literal)).open;
        self.error_in_literal(Span { start: literal.start, end }, code)
    }

    #[cold]
    fn error_in_literal(&mut self, span: Span, code: Code) -> Parse<()> {
        if !self.panicking {
            self.panicking = true;
            self.diagnostics.push(Diagnostic { code, span, found: FoundAt::Nothing })?;
        }
        Ok(())
    }

    /// An interpolated string, whose first token was stepped over.
    #[inline(never)]
    pub(super) fn interpolation(&mut self) -> Parse<ExprId> {
        let literal = self.previous.span;
        let quotes = quotes(self.bytes(literal));
        let base = self.pending.len();
        let mut start = literal.start + quotes.open;
        if quotes.block {
            match self.block_start(start) {
                Some(line) => start = line,
                None => self.literal_error(literal, Code::ExpectLineAfterQuotes)?,
            }
        }
        let first = start;
        let is_closed;
        let last = loop {
            self.pending.push(start)?;
            self.pending.push(self.previous.span.end - 2)?;
            let value = match self.current.kind {
                TokenKind::StrMid | TokenKind::StrEnd | TokenKind::FormatSpec => {
                    self.error_at_current(Code::ExpectExpression)?;
                    self.error_node()?
                }
                _ => self.expression()?,
            };
            self.pending.push(value.into())?;
            let spec = if self.matches(TokenKind::FormatSpec)? { self.spec()? } else { 0 };
            self.pending.push(spec as u32)?;
            self.pending.push((spec >> 32) as u32)?;
            start = self.current.span.start + 1;
            if self.matches(TokenKind::StrMid)? {
                continue;
            }
            let end = self.current.span.end;
            is_closed = self.check(TokenKind::StrEnd);
            self.consume(TokenKind::StrEnd, Code::ExpectBraceAfterInterpolation)?;
            break Span { start, end: end.saturating_sub(quotes.close).max(start) };
        };
        if self.panicking {
            if !is_closed {
                self.skip_string()?;
            }
            self.pending.truncate(base);
            return self.error_node();
        }
        self.pieces(base, quotes, literal, first, last)
    }

    /// Skips the rest of an interpolated string, so that an error in it causes no further ones.
    #[cold]
    fn skip_string(&mut self) -> Parse<()> {
        let mut open = 0_u32;
        while !self.check(TokenKind::End) {
            match self.current.kind {
                TokenKind::StrStart => open += 1,
                TokenKind::StrEnd if open == 0 => return self.advance(),
                TokenKind::StrEnd => open -= 1,
                _ => {}
            }
            self.advance()?;
        }
        Ok(())
    }

    /// The node of an interpolated string, whose pieces are on `pending` from `base` on, and whose last text is at `last`.
    fn pieces(
        &mut self,
        base: usize,
        quotes: Quotes,
        literal: Span,
        first: u32,
        mut last: Span,
    ) -> Parse<ExprId> {
        let close = if quotes.block { last.end } else { 0 };
        if quotes.block {
            match self.block_end(last, first) {
                Some(end) => last.end = end,
                None => self.literal_error(literal, Code::QuotesNotAlone)?,
            }
        }
        let span = self.span_from(literal.start);
        let count = (self.pending.len() - base) / PIECE;
        let mut kept = base;
        for index in 0..count {
            let from = base + index * PIECE;
            let piece = |at: usize| self.pending.get(from + at).copied().unwrap_or_default();
            let (text, value) = (Span { start: piece(0), end: piece(1) }, ExprId::new(piece(2)));
            let spec = u64::from(piece(4)) << 32 | u64::from(piece(3));
            kept = self.add_text(kept, Contents { span: text, escapes: true, close }, literal)?;
            let value = if spec == 0 {
                value
            } else {
                let span = self.ast.span(value);
                self.ast.add_expr(Expr::Format { value, spec }, span)?
            };
            kept = self.keep(kept, value);
        }
        // The ids take less space than the pieces, but for the last text.
        self.pending.truncate(kept);
        if last.start < last.end {
            self.pending.push(0)?;
            kept = self.add_text(kept, Contents { span: last, escapes: true, close }, literal)?;
            self.pending.truncate(kept);
        }
        let parts = self.take_pending(base)?;
        Ok(self.ast.add_expr(Expr::Concat(parts), span)?)
    }

    /// Adds the node of a text that is not empty, and keeps its id at `at` on `pending`. Returns where the next goes.
    fn add_text(&mut self, at: usize, contents: Contents, literal: Span) -> Parse<usize> {
        if contents.span.start == contents.span.end {
            return Ok(at);
        }
        self.check_contents(contents, literal)?;
        let text = self.text(contents, contents.span)?;
        Ok(self.keep(at, text))
    }

    fn keep(&mut self, at: usize, id: ExprId) -> usize {
        if let Some(place) = self.pending.get_mut(at) {
            *place = id.into();
        }
        at + 1
    }

    /// The spec that was stepped over, as an integer; 0 after an error.
    fn spec(&mut self) -> Parse<u64> {
        let span = self.previous.span;
        let text = self.source.get(span.start as usize + 1..span.end as usize).unwrap_or_default();
        let code = match Spec::parse(text) {
            Ok(spec) => return Ok(spec.pack()),
            Err(SpecError::Malformed) => Code::BadFormat,
            Err(SpecError::Width) => Code::FormatWidth,
            Err(SpecError::Digits) => Code::FormatDigits,
        };
        self.error_in_literal(span, code)?;
        Ok(0)
    }

    fn bytes(&self, span: Span) -> &[u8] {
        self.source.as_bytes().get(span.start as usize..span.end as usize).unwrap_or_default()
    }
}

/// The quotes of a literal.
fn quotes(literal: &[u8]) -> Quotes {
    match literal {
        [b'r', rest @ ..] => {
            let hashes = rest.iter().take_while(|&&byte| byte == b'#').count() as u32;
            let block = hashes == 0 && rest.starts_with(BLOCK_QUOTES);
            let width = if block { 3 } else { 1 };
            Quotes { open: 1 + hashes + width, close: hashes + width, escapes: false, block }
        }
        _ if literal.starts_with(BLOCK_QUOTES) => Quotes { open: 3, close: 3, escapes: true, block: true },
        _ => Quotes { open: 1, close: 1, escapes: true, block: false },
    }
}
