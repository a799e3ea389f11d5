//! Operators that follow an operand, and assignments: one row for each.
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
    Coalescence,
    Range,
    BitOr,
    BitXor,
    BitAnd,
    Shift,
    Term,
    Factor,
    Unary,
    Power,
    Postfix,
}

/// The node that an operator builds of its operands.
#[derive(Clone, Copy, Debug)]
pub(super) enum Infix {
    /// `a(b, c)`
    Call,
    /// `a.b`
    Property,
    /// `a[b]`
    Index,
    /// `a?.b`
    MaybeProperty,
    /// `a?[b]`
    MaybeIndex,
    /// `a..b`, `a..=b`
    Range(RangeEnd),
    Logical(LogicalOp),
    Binary(BinaryOp),
}

/// What a range does with its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RangeEnd {
    /// `a..b`: it is not part of the range.
    Excluded,
    /// `a..=b`: it is.
    Included,
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

/// What an assignment stores.
#[derive(Clone, Copy, Debug)]
pub(super) enum Assign {
    /// `=`: the right side
    Plain,
    /// `+=` and its like: the result of an operation on the old value and the right side
    Binary(BinaryOp),
    /// `??=`: the right side, if the old value is nil
    Coalesce,
}

impl Assign {
    /// The assignment that a token stands for.
    #[inline]
    pub(super) fn of(kind: TokenKind) -> Option<Assign> {
        ASSIGNS[kind as usize]
    }
}

macro_rules! infix {
    (
        postfix { $($post:ident $post_token:ident;)* }
        range { $($range:ident $range_token:ident;)* }
        logical { $($(#[doc = $logical_doc:literal])* $logical:ident $logical_token:ident
            $logical_binds:ident $logical_right:ident $logical_bytes:literal;)* }
        assign { $($assign_token:ident => $assign:expr;)* }
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

        static ASSIGNS: [Option<Assign>; TOKEN_KINDS] = {
            let mut assigns = [None; TOKEN_KINDS];
            $(assigns[TokenKind::$assign_token as usize] = Some($assign);)*
            assigns
        };

        static ROWS: [InfixRow; TOKEN_KINDS] = {
            let mut rows = [InfixRow::NONE; TOKEN_KINDS];
            $(rows[TokenKind::$post_token as usize] = InfixRow {
                builds: Some(Infix::$post),
                binds: Precedence::Postfix,
                ..InfixRow::NONE
            };)*
            $(rows[TokenKind::$range_token as usize] = InfixRow {
                builds: Some(Infix::Range(RangeEnd::$range)),
                binds: Precedence::Range,
                right: Precedence::BitOr,
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
        Index LeftBracket;
        MaybeProperty QuestionDot;
        MaybeIndex QuestionBracket;
    }
    range {
        Excluded DotDot;
        Included DotDotEqual;
    }
    // `a and b and c` leans to the right in the tree, so that the parser takes a whole chain at a time.
    logical {
        /// `a or b`
        Or Or Or And 1;
        /// `a and b`
        And And And Equality 1;
        /// `a ?? b`
        Coalesce QuestionQuestion Coalescence Range 0;
    }
    // The value that is stored.
    assign {
        Equal => Assign::Plain;
        PlusEqual => Assign::Binary(BinaryOp::Arith(ArithOp::Add));
        MinusEqual => Assign::Binary(BinaryOp::Arith(ArithOp::Sub));
        StarEqual => Assign::Binary(BinaryOp::Arith(ArithOp::Mul));
        SlashEqual => Assign::Binary(BinaryOp::Arith(ArithOp::Div));
        PercentEqual => Assign::Binary(BinaryOp::Arith(ArithOp::Mod));
        TildeSlashEqual => Assign::Binary(BinaryOp::Arith(ArithOp::FloorDiv));
        StarStarEqual => Assign::Binary(BinaryOp::Arith(ArithOp::Pow));
        AmpEqual => Assign::Binary(BinaryOp::Bit(BitOp::And));
        PipeEqual => Assign::Binary(BinaryOp::Bit(BitOp::Or));
        CaretEqual => Assign::Binary(BinaryOp::Bit(BitOp::Xor));
        LessLessEqual => Assign::Binary(BinaryOp::Bit(BitOp::Shl));
        GreaterGreaterEqual => Assign::Binary(BinaryOp::Bit(BitOp::Shr));
        GreaterGreaterGreaterEqual => Assign::Binary(BinaryOp::Bit(BitOp::ShrZero));
        QuestionQuestionEqual => Assign::Coalesce;
    }
    // The book has no opcode for three of the comparisons and negates the opposite.
    /// Whether two values are equal. No operand is an error.
    Equal EqualOp {
        /// `a == b`
        Eq EqualEqual Equality Comparison 1;
        /// `a != b`
        Ne BangEqual Equality Comparison 2;
    }
    /// The order of two numbers, false with NaN, or of two strings, by their bytes.
    Order OrderOp {
        /// `a < b`
        Lt Less Comparison Coalescence 1;
        /// `a <= b`
        Le LessEqual Comparison Coalescence 2;
        /// `a > b`
        Gt Greater Comparison Coalescence 1;
        /// `a >= b`
        Ge GreaterEqual Comparison Coalescence 2;
    }
    /// Whether the right operand contains the left one.
    Member MemberOp {
        /// `a in b`
        In In Comparison Coalescence 0;
        /// `a is b`: whether the left operand is of the class or type on the right
        Is Is Comparison Postfix 0;
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
        /// `a % b`, with the sign of `b`
        Mod Percent Factor Unary 0;
        /// `a ~/ b`: the greatest integer that is not above the quotient
        FloorDiv TildeSlash Factor Unary 0;
        /// `a ** b`, which leans to the right
        Pow StarStar Power Power 0;
    }
    /// Operations on integers of 32 bits.
    Bit BitOp {
        /// `a & b`
        And Amp BitAnd Shift 0;
        /// `a | b`
        Or Pipe BitOr BitXor 0;
        /// `a ^ b`
        Xor Caret BitXor BitAnd 0;
        /// `a << b`
        Shl LessLess Shift Term 0;
        /// `a >> b`, the sign coming in
        Shr GreaterGreater Shift Term 0;
        /// `a >>> b`, zeros coming in
        ShrZero GreaterGreaterGreater Shift Term 0;
    }
}

impl TokenKind {
    /// Whether the token assigns: `=`, `+=` and its like.
    #[must_use]
    pub fn is_assignment(self) -> bool {
        Assign::of(self).is_some()
    }

    /// Whether the token stands between two operands, or assigns.
    #[must_use]
    pub fn is_infix(self) -> bool {
        let binds = InfixRow::of(self).binds;
        binds != Precedence::None && binds != Precedence::Postfix || self.is_assignment()
    }
}
