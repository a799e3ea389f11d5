//! Tokens: one row for each sort.
//!
//! [`TokenKind`] and what the lexer knows of signs and keywords derive from the rows. A row with `in
//! Siskin` is only of that dialect; in the other one its characters are read as if the row did not exist.

use super::Dialect;
use crate::Span;

/// A row of the signs.
pub(super) struct Sign {
    pub(super) text: &'static [u8],
    pub(super) kind: TokenKind,
    /// The dialect of the sign, if it is not in both.
    only: Option<Dialect>,
}

impl Sign {
    /// Whether the dialect has it.
    pub(super) const fn is_in(&self, dialect: Dialect) -> bool {
        match self.only {
            Some(only) => only as u8 == dialect as u8,
            None => true,
        }
    }
}

/// `Some` of a row's dialect, `None` for a row of both.
macro_rules! only {
    () => {
        None
    };
    ($dialect:ident) => {
        Some(Dialect::$dialect)
    };
}

macro_rules! tokens {
    (
        signs { $($sign:ident $sign_text:literal $(in $sign_dialect:ident)?;)* }
        keywords { $($word:ident $word_text:literal $(in $word_dialect:ident)?;)* }
        spellings { $($spelling:ident $spelling_text:literal means $meant:ident $(in $spelling_dialect:ident)?;)* }
        others { $($(#[doc = $doc:literal])* $other:ident;)* }
    ) => {
        /// The sort of a token.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum TokenKind {
            $(#[doc = concat!("`", $sign_text, "`" $(, " (", stringify!($sign_dialect), " dialect)")?)] $sign,)*
            $(#[doc = concat!("`", $word_text, "`" $(, " (", stringify!($word_dialect), " dialect)")?)] $word,)*
            $($(#[doc = $doc])* $other,)*
        }

        /// The number of sorts. As a number, each sort is below it.
        pub(super) const TOKEN_KINDS: usize = [$(TokenKind::$sign,)* $(TokenKind::$word,)* $(TokenKind::$other,)*].len();

        impl TokenKind {
            /// Whether it is a keyword.
            #[must_use]
            pub const fn is_word(self) -> bool {
                matches!(self, $(TokenKind::$word)|*)
            }

            /// Its text, if that is always the same. (A keyword may have a second spelling.)
            #[must_use]
            pub const fn text(self) -> Option<&'static str> {
                match self {
                    $(TokenKind::$sign => Some($sign_text),)*
                    $(TokenKind::$word => Some($word_text),)*
                    $(TokenKind::$other => None,)*
                }
            }
        }

        /// The signs. Those that begin with the same byte stand together, the longest first.
        pub(super) static SIGNS: &[Sign] = &[
            $(Sign { text: $sign_text.as_bytes(), kind: TokenKind::$sign, only: only!($($sign_dialect)?) },)*
        ];

        /// The texts of keywords, as patterns.
        struct Word;

        #[allow(non_upper_case_globals, reason = "the names are those of the rows")]
        impl Word {
            $(const $word: &[u8] = $word_text.as_bytes();)*
            $(const $spelling: &[u8] = $spelling_text.as_bytes();)*
        }

        /// The keyword that `name` is, or an identifier.
        #[inline]
        pub(super) fn keyword(name: &[u8], dialect: Dialect) -> TokenKind {
            match name {
                $(Word::$word $(if dialect == Dialect::$word_dialect)? => TokenKind::$word,)*
                $(Word::$spelling $(if dialect == Dialect::$spelling_dialect)? => TokenKind::$meant,)*
                _ => TokenKind::Identifier,
            }
        }
    };
}

tokens! {
    signs {
        LeftParen "(";
        RightParen ")";
        LeftBrace "{";
        RightBrace "}";
        HashBrace "#{" in Siskin;
        LeftBracket "[" in Siskin;
        RightBracket "]" in Siskin;
        Comma ",";
        Colon ":" in Siskin;
        DotDotDot "..." in Siskin;
        DotDotEqual "..=" in Siskin;
        DotDot ".." in Siskin;
        Dot ".";
        MinusEqual "-=" in Siskin;
        Minus "-";
        PlusEqual "+=" in Siskin;
        Plus "+";
        Semicolon ";";
        SlashEqual "/=" in Siskin;
        Slash "/";
        StarStarEqual "**=" in Siskin;
        StarStar "**" in Siskin;
        StarEqual "*=" in Siskin;
        Star "*";
        PercentEqual "%=" in Siskin;
        Percent "%" in Siskin;
        TildeSlashEqual "~/=" in Siskin;
        TildeSlash "~/" in Siskin;
        Tilde "~" in Siskin;
        AmpAmp "&&" in Siskin;
        AmpEqual "&=" in Siskin;
        Amp "&" in Siskin;
        PipePipe "||" in Siskin;
        PipeEqual "|=" in Siskin;
        Pipe "|" in Siskin;
        CaretEqual "^=" in Siskin;
        Caret "^" in Siskin;
        QuestionQuestionEqual "??=" in Siskin;
        QuestionQuestion "??" in Siskin;
        QuestionDot "?." in Siskin;
        QuestionBracket "?[" in Siskin;
        BangEqual "!=";
        Bang "!";
        FatArrow "=>" in Siskin;
        EqualEqual "==";
        Equal "=";
        GreaterGreaterGreaterEqual ">>>=" in Siskin;
        GreaterGreaterGreater ">>>" in Siskin;
        GreaterGreaterEqual ">>=" in Siskin;
        GreaterGreater ">>" in Siskin;
        GreaterEqual ">=";
        Greater ">";
        LessLessEqual "<<=" in Siskin;
        LessLess "<<" in Siskin;
        LessEqual "<=";
        Less "<";
    }
    keywords {
        And "and";
        Break "break" in Siskin;
        Catch "catch" in Siskin;
        Class "class";
        Continue "continue" in Siskin;
        Else "else";
        Enum "enum" in Siskin;
        Export "export" in Siskin;
        False "false";
        For "for";
        Fun "fun";
        If "if";
        Import "import" in Siskin;
        In "in" in Siskin;
        Is "is" in Siskin;
        Let "let" in Siskin;
        Loop "loop" in Siskin;
        Match "match" in Siskin;
        Nil "nil";
        Or "or";
        Print "print";
        Return "return";
        Super "super";
        This "this";
        Throw "throw" in Siskin;
        Yield "yield" in Siskin;
        True "true";
        Finally "finally" in Siskin;
        Try "try" in Siskin;
        Var "var";
        While "while";
    }
    spellings {
        Fn "fn" means Fun in Siskin;
    }
    others {
        /// A name.
        Identifier;
        /// The name of a loop, with the quote before it (Siskin dialect).
        Label;
        /// A string, quotes included.
        Str;
        /// A string from its quotes to `${` (Siskin dialect).
        StrStart;
        /// From the `}` of an interpolation to `${` (Siskin dialect).
        StrMid;
        /// From the `}` of an interpolation to the closing quotes (Siskin dialect).
        StrEnd;
        /// The format of an interpolation, from its `:` to before its `}` (Siskin dialect).
        FormatSpec;
        /// A number.
        Number;
        /// What begins like a number and is none (Siskin dialect).
        BadNumber;
        /// A character that starts no token.
        UnexpectedCharacter;
        /// A string without its closing quote, or what follows an interpolation in one; reaches to the end of the text.
        UnterminatedString;
        /// A string in more interpolations than may nest; reaches to the end of the text (Siskin dialect).
        DeepString;
        /// A comment without its `*/`; reaches to the end of the text (Siskin dialect).
        UnterminatedComment;
        /// The end of the text, and every token after it.
        End;
    }
}

/// A token: its sort and its place.
///
/// Its line is the line of its last byte, so a string that spans lines has the last of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its sort.
    pub kind: TokenKind,
    /// Its place.
    pub span: Span,
}
