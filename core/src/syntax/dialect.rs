//! The two languages, as a value on which lexer and parser depend.

/// The language of a source text.
///
/// The rest of the engine is the same for both: they share tokens, tree, bytecode and machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Lox as in the book's C implementation, with its errors and limits.
    Lox,
    /// The language people use: Lox grown into an expression language.
    #[default]
    Siskin,
}

/// Limits of one function.
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

    /// Whether values other than instances have methods.
    #[must_use]
    pub fn has_builtin_methods(self) -> bool {
        self == Dialect::Siskin
    }

    /// Whether `/*` begins a comment that ends with `*/`.
    #[must_use]
    pub fn has_nesting_comments(self) -> bool {
        self == Dialect::Siskin
    }

    /// Whether numbers can have exponents, `_` between digits, and the prefixes `0x` and `0b`.
    #[must_use]
    pub fn has_number_forms(self) -> bool {
        self == Dialect::Siskin
    }

    /// Whether there are lists, ranges, and loops over items.
    #[must_use]
    pub fn has_collections(self) -> bool {
        self == Dialect::Siskin
    }

    /// Whether strings have escapes and interpolations, and there are raw strings and strings on lines of their own.
    #[must_use]
    pub const fn has_string_forms(self) -> bool {
        matches!(self, Dialect::Siskin)
    }

    /// Whether `;` alone is a statement.
    #[must_use]
    pub fn has_empty_statement(self) -> bool {
        self == Dialect::Siskin
    }

    /// Whether there are `loop`, `break` and `continue`, and loops have names and are expressions, as are `print` and
    /// `return`.
    #[must_use]
    pub fn has_jumps(self) -> bool {
        self == Dialect::Siskin
    }

    /// Whether there are closures, `|x| x + 1`, parameters with defaults, and several parameters `_`.
    #[must_use]
    pub fn has_closures(self) -> bool {
        self == Dialect::Siskin
    }

    /// Whether classes can define operators, getters and setters, and static members.
    #[must_use]
    pub fn has_operator_methods(self) -> bool {
        self == Dialect::Siskin
    }

    /// Whether texts are modules: `import` and `export`.
    #[must_use]
    pub fn has_modules(self) -> bool {
        self == Dialect::Siskin
    }

    /// Whether parsing goes on after an error by brackets, and not as in the book.
    pub(super) fn recovers_by_brackets(self) -> bool {
        self == Dialect::Siskin
    }

    /// Lox has the limits of the book's one-byte operands. In Siskin the limits only keep counts small.
    pub(super) fn function_limits(self) -> FunctionLimits {
        match self {
            Dialect::Lox => FunctionLimits { locals: 256, upvalues: 256 },
            Dialect::Siskin => FunctionLimits { locals: 60_000, upvalues: 60_000 },
        }
    }
}
