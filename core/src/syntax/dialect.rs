//! The two languages, as a value that the lexer and the parser ask.

/// Which language a source text is in.
///
/// The rest of the engine is the same for both: they share tokens, tree, bytecode and machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Lox as the book's C implementation has it, its errors and limits included.
    Lox,
    /// The language people use: Lox grown into an expression language.
    #[default]
    Siskin,
}

/// How much one function may hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct FunctionLimits {
    /// Local variables alive at once, slot 0 (the function itself, or `this`) included.
    pub(super) locals: u32,
    /// Variables of enclosing functions.
    pub(super) upvalues: u32,
}

impl Dialect {
    /// Whether `fn` and `let` are keywords.
    #[must_use]
    pub fn has_fn_and_let(self) -> bool {
        self == Dialect::Siskin
    }

    /// Whether blocks and `if` are expressions, whose last expression without a semicolon is their value.
    #[must_use]
    pub fn has_block_values(self) -> bool {
        self == Dialect::Siskin
    }

    /// Whether the condition of `if` and `while` may stand without parentheses before a block.
    #[must_use]
    pub fn has_bare_conditions(self) -> bool {
        self == Dialect::Siskin
    }

    /// Whether values that are no instances have methods.
    #[must_use]
    pub fn has_builtin_methods(self) -> bool {
        self == Dialect::Siskin
    }

    /// Lox has the limits of the book's one-byte operands; here they are only what keeps counts small.
    pub(super) fn function_limits(self) -> FunctionLimits {
        match self {
            Dialect::Lox => FunctionLimits { locals: 256, upvalues: 256 },
            Dialect::Siskin => FunctionLimits { locals: 60_000, upvalues: 60_000 },
        }
    }
}
