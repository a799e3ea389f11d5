//! Operators that follow an operand: one row for each.
//!
//! The parser, the text of an operator and the cases of the compiler derive from the rows. A row makes a variant of a
//! narrow enum ([`ArithOp`], [`OrderOp`] ...), so that an operator without a meaning in the compiler does not
//! compile.
//!
//! ```text
//!   Add   Plus   Term  Factor   1
//!   |     |      |     |        +- bytes of the book's bytecode for it, which its limits count (see `lox`)
//!   |     |      |     +---------- how tightly its right operand binds at least: tighter than itself, so that
//!   |     |      |                 `a + b + c` is `(a + b) + c`
//!   |     |      +---------------- how tightly it binds
//!   |     +----------------------- its token
//!   +----------------------------- its name
//! ```

use super::token::{TOKEN_KINDS, TokenKind};

/// How tightly an operator binds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Precedence {
    /// The precedence of a token that is not such an operator.
    None,
    Assignment,
    Or,
    And,
    Equality,
    Comparison,
    Term,
    Factor,
    Unary,
    Postfix,
}

/// The node that an operator builds of its operands.
#[derive(Clone, Copy, Debug)]
pub(super) enum Infix {
    /// `a(b, c)`
    Call,
    /// `a.b`
    Property,
    Logical(LogicalOp),
    Binary(BinaryOp),
}

/// The parser's row for a token after an operand.
#[derive(Clone, Copy, Debug)]
pub(super) struct InfixRow {
    /// `None` if the token is not an operator.
    pub(super) builds: Option<Infix>,
    pub(super) binds: Precedence,
    /// The least precedence of operators in its right operand.
    pub(super) right: Precedence,
    /// Bytes of the book's bytecode for the operator itself.
    pub(super) lox_bytes: u32,
}

impl InfixRow {
    const NONE: InfixRow =
        InfixRow { builds: None, binds: Precedence::None, right: Precedence::None, lox_bytes: 0 };

    /// The row of a token.
    #[inline]
    pub(super) fn of(kind: TokenKind) -> InfixRow {
        ROWS[kind as usize]
    }
}

macro_rules! infix {
    (
        postfix { $($post:ident $post_token:ident;)* }
        logical { $($(#[doc = $logical_doc:literal])* $logical:ident $logical_token:ident
            $logical_binds:ident $logical_right:ident $logical_bytes:literal;)* }
        $($(#[doc = $group_doc:literal])* $Group:ident $Op:ident {
            $($(#[doc = $doc:literal])* $op:ident $token:ident $binds:ident $right:ident $bytes:literal;)*
        })*
    ) => {
        /// Operators that may not evaluate their right operand. Their value is one of the operands.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum LogicalOp {
            $($(#[doc = $logical_doc])* $logical,)*
        }

        /// Operators with two operands, both always evaluated, left first.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum BinaryOp {
            $($(#[doc = $group_doc])* $Group($Op),)*
        }

        $(
            $(#[doc = $group_doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub enum $Op {
                $($(#[doc = $doc])* $op,)*
            }
        )*

        impl LogicalOp {
            /// Its token.
            #[must_use]
            pub const fn token(self) -> TokenKind {
                match self { $(LogicalOp::$logical => TokenKind::$logical_token,)* }
            }
        }

        impl BinaryOp {
            /// Its token.
            #[must_use]
            pub const fn token(self) -> TokenKind {
                match self { $($(BinaryOp::$Group($Op::$op) => TokenKind::$token,)*)* }
            }
        }

        static ROWS: [InfixRow; TOKEN_KINDS] = {
            let mut rows = [InfixRow::NONE; TOKEN_KINDS];
            $(rows[TokenKind::$post_token as usize] = InfixRow {
                builds: Some(Infix::$post),
                binds: Precedence::Postfix,
                ..InfixRow::NONE
            };)*
            $(rows[TokenKind::$logical_token as usize] = InfixRow {
                builds: Some(Infix::Logical(LogicalOp::$logical)),
                binds: Precedence::$logical_binds,
                right: Precedence::$logical_right,
                lox_bytes: $logical_bytes,
            };)*
            $($(rows[TokenKind::$token as usize] = InfixRow {
                builds: Some(Infix::Binary(BinaryOp::$Group($Op::$op))),
                binds: Precedence::$binds,
                right: Precedence::$right,
                lox_bytes: $bytes,
            };)*)*
            rows
        };
    };
}

infix! {
    postfix {
        Call LeftParen;
        Property Dot;
    }
    // `a and b and c` leans to the right in the tree, so that the parser takes a whole chain at a time.
    logical {
        /// `a or b`
        Or Or Or And 1;
        /// `a and b`
        And And And Equality 1;
    }
    // The book has no opcode for three of the comparisons and negates the opposite.
    /// Whether two values are equal. No operand is an error.
    Equal EqualOp {
        /// `a == b`
        Eq EqualEqual Equality Comparison 1;
        /// `a != b`
        Ne BangEqual Equality Comparison 2;
    }
    /// The order of two numbers; false with NaN.
    Order OrderOp {
        /// `a < b`
        Lt Less Comparison Term 1;
        /// `a <= b`
        Le LessEqual Comparison Term 2;
        /// `a > b`
        Gt Greater Comparison Term 1;
        /// `a >= b`
        Ge GreaterEqual Comparison Term 2;
    }
    /// Arithmetic.
    Arith ArithOp {
        /// `a + b`: numbers or strings
        Add Plus Term Factor 1;
        /// `a - b`
        Sub Minus Term Factor 1;
        /// `a * b`
        Mul Star Factor Unary 1;
        /// `a / b`
        Div Slash Factor Unary 1;
    }
}
