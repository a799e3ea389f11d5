//! Errors in a source text, as data. Hosts render them.

use core::fmt;

use super::LineIndex;
use crate::Span;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// The sort of a syntax error.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = concat!("`", $text, "`")] $(#[$doc])* $name,)*
            /// `Can't assign to 'NAME': it was bound with 'let'.`
            AssignToLet {
                /// The name in the source text.
                name: Span,
            },
            /// `'NAME' fits everything: the arms after it are never reached. To compare with it write '== NAME'.` (Siskin dialect)
            NameFitsEverything {
                /// The name in the source text.
                name: Span,
            },
            /// `Can't export 'NAME': nothing at the top of this file has the name.`
            ExportOfNothing {
                /// The name in the source text.
                name: Span,
            },
            /// `Can't export 'NAME': it changes.`
            ExportOfVariable {
                /// The name in the source text.
                name: Span,
            },
            /// `'NAME' is exported already.`
            ExportedTwice {
                /// The name in the source text.
                name: Span,
            },
            /// `Unknown label 'LABEL'.`
            UnknownLabel {
                /// The label in the source text, without its quote.
                label: Span,
            },
            /// `Unknown escape 'ESCAPE'.` (Siskin dialect)
            UnknownEscape {
                /// The escape in the source text.
                escape: Span,
            },
        }

        impl Code {
            fn write(self, source: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    $(Code::$name => f.write_str($text),)*
                    Code::AssignToLet { name } => {
                        write!(f, "Can't assign to '{}': it was bound with 'let'.", text_at(source, name))
                    }
                    Code::NameFitsEverything { name } => {
                        let name = text_at(source, name);
                        write!(f, "'{name}' fits everything: the arms after it are never reached. ")?;
                        write!(f, "To compare with it write '== {name}'.")
                    }
                    Code::ExportOfNothing { name } => {
                        let name = text_at(source, name);
                        write!(f, "Can't export '{name}': nothing at the top of this file has the name.")
                    }
                    Code::ExportOfVariable { name } => {
                        write!(f, "Can't export '{}': it changes.", text_at(source, name))
                    }
                    Code::ExportedTwice { name } => {
                        write!(f, "'{}' is exported already.", text_at(source, name))
                    }
                    Code::UnknownLabel { label } => {
                        write!(f, "Unknown label '{}'.", text_at(source, label))
                    }
                    Code::UnknownEscape { escape } => {
                        write!(f, "Unknown escape '{}'.", text_at(source, escape))
                    }
                }
            }
        }
    };
}

codes! {
    UnexpectedCharacter = "Unexpected character.";
    UnterminatedString = "Unterminated string.";
    /// (Siskin dialect)
    UnterminatedComment = "Unterminated comment.";
    /// (Siskin dialect)
    BadNumber = "Malformed number.";
    /// (Siskin dialect)
    InexactNumber = "This number has more digits than a number holds.";

    /// (Siskin dialect)
    ByteEscape = "Expect two hexadecimal digits up to 7F after '\\x'.";
    /// (Siskin dialect)
    UnicodeEscape = "Expect a scalar value in braces after '\\u', as in '\\u{e9}'.";
    /// (Siskin dialect)
    LessIndented = "Line is indented less than the closing quotes.";
    /// (Siskin dialect)
    ExpectLineAfterQuotes = "Expect a line end after '\"\"\"'.";
    /// (Siskin dialect)
    QuotesNotAlone = "Expect nothing but white space before the closing '\"\"\"' on its line.";
    /// (Siskin dialect)
    ExpectBraceAfterInterpolation = "Expect '}' after the expression in a string.";
    /// (Siskin dialect)
    BadFormat = "Malformed format.";
    /// (Siskin dialect)
    FormatWidth = "The width of a format is at most 1000.";
    /// (Siskin dialect)
    FormatDigits = "A format has at most 100 digits.";

    ExpectExpression = "Expect expression.";
    InvalidAssignmentTarget = "Invalid assignment target.";
    /// (Siskin dialect)
    PowerOfUnary = "Can't raise an operand with '-', '!' or '~' before it to a power.";
    /// (Siskin dialect)
    NotOfOperand = "Put parentheses around what '!' is applied to.";
    ExpectParenAfterExpression = "Expect ')' after expression.";
    ExpectParenAfterArguments = "Expect ')' after arguments.";
    TooManyArguments = "Can't have more than 255 arguments.";
    ExpectPropertyName = "Expect property name after '.'.";
    ExpectDotAfterSuper = "Expect '.' after 'super'.";
    ExpectSuperMethodName = "Expect superclass method name.";
    SuperOutsideClass = "Can't use 'super' outside of a class.";
    /// (Siskin dialect)
    SuperInStatic = "Can't use 'super' in a static member.";
    SuperWithoutSuperclass = "Can't use 'super' in a class with no superclass.";
    ThisOutsideClass = "Can't use 'this' outside of a class.";

    ExpectSemicolonAfterValue = "Expect ';' after value.";
    ExpectSemicolonAfterExpression = "Expect ';' after expression.";
    ExpectSemicolonAfterVariable = "Expect ';' after variable declaration.";
    /// (Siskin dialect)
    ExpectSemicolonAfterField = "Expect ';' after static field.";
    ExpectSemicolonAfterLoopCondition = "Expect ';' after loop condition.";
    ExpectSemicolonAfterReturn = "Expect ';' after return value.";
    ExpectParenAfterIf = "Expect '(' after 'if'.";
    ExpectParenAfterWhile = "Expect '(' after 'while'.";
    ExpectParenAfterFor = "Expect '(' after 'for'.";
    ExpectParenAfterCondition = "Expect ')' after condition.";
    ExpectParenAfterForClauses = "Expect ')' after for clauses.";
    ExpectBraceAfterBlock = "Expect '}' after block.";
    /// (Siskin dialect)
    ExpectBraceAfterCondition = "Expect '{' after condition.";
    /// (Siskin dialect)
    ExpectBraceAfterElse = "Expect '{' after 'else'.";
    /// (Siskin dialect)
    ExpectBraceAfterLoop = "Expect '{' after 'loop'.";
    /// (Siskin dialect)
    ExpectColonAfterLabel = "Expect ':' after label.";
    /// (Siskin dialect)
    ExpectLoopAfterLabel = "Expect 'loop', 'while' or 'for' after label.";
    /// (Siskin dialect)
    ExpectSemicolonAfterBreak = "Expect ';' after 'break'.";
    /// (Siskin dialect)
    ExpectSemicolonAfterContinue = "Expect ';' after 'continue'.";
    /// (Siskin dialect)
    BreakOutsideLoop = "Can't use 'break' outside of a loop.";
    /// (Siskin dialect)
    ContinueOutsideLoop = "Can't use 'continue' outside of a loop.";
    /// (Siskin dialect)
    BreakWithValue = "Only 'loop' has a value: can't break from 'while' or 'for' with one.";
    /// (Siskin dialect)
    ExpectSemicolonAfterThrow = "Expect ';' after what 'throw' throws.";
    /// (Siskin dialect)
    ExpectBraceAfterTry = "Expect '{' after 'try'.";
    /// (Siskin dialect)
    ExpectCatch = "Expect 'catch' or 'finally' after the block of 'try'.";
    /// `finally` without a block.
    ExpectBraceAfterFinally = "Expect '{' after 'finally'.";
    /// A `break` to a loop around.
    BreakOutOfFinally = "Can't leave 'finally' with 'break'.";
    /// A `continue` of a loop around.
    ContinueOutOfFinally = "Can't leave 'finally' with 'continue'.";
    /// A `return` of the function around.
    ReturnOutOfFinally = "Can't leave 'finally' with 'return'.";
    /// (Siskin dialect)
    ExpectBraceAfterCatch = "Expect '{' after 'catch' and its name.";
    ExpectBracketAfterItems = "Expect ']' after the items of a list.";
    /// (Siskin dialect)
    ExpectKey = "Expect a key of the map.";
    /// (Siskin dialect)
    ExpectColonAfterKey = "Expect ':' after the key.";
    /// (Siskin dialect)
    ExpectBraceAfterEntries = "Expect '}' after the entries of a map.";
    /// (Siskin dialect)
    ExpectBracketAfterKey = "Expect ']' after the key.";
    /// (Siskin dialect)
    ExpectBracketAfterIndex = "Expect ']' after index.";
    /// (Siskin dialect)
    ExpectEndOfRange = "Expect the end of the range after '..='.";
    /// (Siskin dialect)
    RangeOfRanges = "A range can't begin or end with a range.";
    /// (Siskin dialect)
    ExpectLoopName = "Expect a name, a pattern or '(' after 'for'.";
    /// (Siskin dialect)
    ForInInParentheses = "A loop over items has no parentheses.";
    /// (Siskin dialect)
    ExpectInAfterLoopNames = "Expect 'in' after the names of the loop.";
    /// (Siskin dialect)
    ExpectBraceAfterIterable = "Expect '{' after what the loop goes over.";
    /// (Siskin dialect)
    ExpectNameInPattern = "Expect a name, '[' or '#{' in the pattern.";
    /// (Siskin dialect)
    ExpectKeyInPattern = "Expect a key in the pattern.";
    /// (Siskin dialect)
    ExpectColonInPattern = "Expect ':' after the key in the pattern.";
    /// (Siskin dialect)
    ExpectNameOfRest = "Expect a name after '...'.";
    /// (Siskin dialect)
    ExpectBracketAfterPattern = "Expect ']' after the items of the pattern.";
    /// (Siskin dialect)
    ExpectBraceAfterPattern = "Expect '}' after the entries of the pattern.";
    /// (Siskin dialect)
    RestNotLast = "The rest comes last in a pattern.";
    /// (Siskin dialect)
    RestParameterNotLast = "The rest comes last among parameters.";
    /// (Siskin dialect)
    TooManyInPattern = "Can't have more than 254 items in a pattern.";
    /// (Siskin dialect)
    ExpectBraceAfterSubject = "Expect '{' after what 'match' looks at.";
    /// (Siskin dialect)
    ExpectPattern = "Expect a pattern.";
    /// (Siskin dialect)
    ExpectParenAfterPattern = "Expect ')' after the pattern.";
    /// (Siskin dialect)
    ExpectArrow = "Expect '=>' after the pattern.";
    /// (Siskin dialect)
    ExpectCommaAfterArm = "Expect ',' or '}' after the arm.";
    /// (Siskin dialect)
    NamesInAlternatives = "Alternatives can't name parts of the value.";
    /// (Siskin dialect)
    AnyFitsEverything = "'_' fits everything: the arms after it are never reached.";
    /// (Siskin dialect)
    ExpectEqualAfterPattern = "Expect '=' after the pattern.";
    ReturnFromScript = "Can't return from top-level code.";
    ReturnFromInitializer = "Can't return a value from an initializer.";

    ExpectVariableName = "Expect variable name.";
    /// (Siskin dialect)
    ExpectEqualAfterLet = "Expect '=' after the name that 'let' binds.";
    ExpectFunctionName = "Expect function name.";
    ExpectParameterName = "Expect parameter name.";
    ExpectParenAfterFunctionName = "Expect '(' after function name.";
    /// (Siskin dialect)
    ExpectPipeAfterParameters = "Expect '|' after parameters.";
    ExpectParenAfterParameters = "Expect ')' after parameters.";
    ExpectBraceBeforeFunctionBody = "Expect '{' before function body.";
    /// (Siskin dialect)
    ExpectDefault = "Expect a default: the parameter before has one.";
    /// (Siskin dialect)
    DefaultUsesLater = "A default before this parameter uses its name.";
    TooManyParameters = "Can't have more than 255 parameters.";
    ExpectClassName = "Expect class name.";
    ExpectSuperclassName = "Expect superclass name.";
    ExpectMethodName = "Expect method name.";
    /// (Siskin dialect)
    ExpectOperator = "Expect + - * / % ~/ ** == < [] []= () in or string after 'operator'.";
    /// (Siskin dialect)
    OperatorParameters = "Wrong number of parameters for this operator.";
    /// (Siskin dialect)
    SetterParameters = "A setter has one parameter.";
    /// (Siskin dialect)
    ExpectEnumName = "Expect enum name.";
    /// (Siskin dialect)
    ExpectBraceBeforeEnum = "Expect '{' before the variants of an enum.";
    /// (Siskin dialect)
    ExpectVariantName = "Expect name of a variant.";
    /// (Siskin dialect)
    SameVariant = "The enum has a variant of this name.";
    /// (Siskin dialect)
    TooManyVariants = "An enum has at most 255 variants.";
    /// (Siskin dialect)
    ExpectFieldName = "Expect name of a field.";
    /// (Siskin dialect)
    SameField = "The variant has a field of this name.";
    /// (Siskin dialect)
    TooManyVariantFields = "A variant has at most 63 fields.";
    /// (Siskin dialect)
    ExpectParenAfterFields = "Expect ')' after the fields of a variant.";
    /// (Siskin dialect)
    ExpectBraceAfterEnum = "Expect ',' or '}' after a variant, or ';' before members.";
    /// (Siskin dialect)
    EnumInitializer = "An enum has no 'init': its values are made of their fields.";
    ExpectBraceBeforeClassBody = "Expect '{' before class body.";
    ExpectBraceAfterClassBody = "Expect '}' after class body.";
    InheritsFromItself = "A class can't inherit from itself.";
    /// (Siskin dialect)
    ImportNotAtTop = "An import stands at the top of a file, outside of blocks and functions.";
    /// (Siskin dialect)
    ExportNotAtTop = "An export stands at the top of a file, outside of blocks and functions.";
    /// (Siskin dialect)
    ExpectImported = "Expect a path in quotes or '{' after 'import'.";
    /// (Siskin dialect)
    ExpectPlainPath = "The path of an import is a plain string.";
    /// (Siskin dialect)
    ExpectImportedName = "Expect the name of an export.";
    /// (Siskin dialect)
    ExpectNameAfterAs = "Expect a name after 'as'.";
    /// (Siskin dialect)
    ExpectBraceAfterImported = "Expect ',' or '}' after the name of an export.";
    /// (Siskin dialect)
    ExpectBraceAfterExported = "Expect ',' or '}' after the exported name.";
    /// (Siskin dialect)
    ExpectFrom = "Expect 'from' and a path in quotes after the names.";
    /// (Siskin dialect)
    ExpectSemicolonAfterImport = "Expect ';' after import.";
    /// (Siskin dialect)
    ExpectExported = "Expect 'fn', 'let', 'class', 'enum' or '{' after 'export'.";
    /// (Siskin dialect)
    ExportVar = "Can't export a 'var'.";
    /// (Siskin dialect)
    ExpectSemicolonAfterExport = "Expect ';' after the exported names.";
    /// (Siskin dialect)
    AssignToImport = "Can't assign to an import.";

    /// (Siskin dialect)
    DuplicateGlobal = "Already a variable with this name in this file.";
    DuplicateVariable = "Already a variable with this name in this scope.";
    ReadInOwnInitializer = "Can't read local variable in its own initializer.";
    TooManyLocals = "Too many local variables in function.";
    TooManyUpvalues = "Too many closure variables in function.";
    /// (Lox dialect)
    TooManyConstants = "Too many constants in one chunk.";
    /// (Lox dialect)
    LoopTooLarge = "Loop body too large.";
    /// (Lox dialect)
    JumpTooFar = "Too much code to jump over.";

    NestedTooDeeply = "Nested too deeply.";
    SourceTooLong = "Source text is too long.";
}

impl Code {
    /// The message in full; `source` is the text in which the error was found.
    #[must_use]
    pub fn message(self, source: &str) -> Message<'_> {
        Message { code: self, source }
    }
}

/// Displays as the message of a [`Code`].
#[derive(Clone, Copy, Debug)]
pub struct Message<'s> {
    code: Code,
    source: &'s str,
}

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.code.write(self.source, f)
    }
}

/// The place of an error, as a message shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FoundAt {
    /// The end of the text.
    End,
    /// The token at the span.
    Token,
    /// Nothing to show: the span is not a token.
    Nothing,
}

/// An error in a source text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// The kind of error.
    pub code: Code,
    /// The place of the error. Its line is the one on which the span ends.
    pub span: Span,
    /// The token at the span, or the end of the text.
    pub found: FoundAt,
}

/// An error as the book's C implementation prints it: `[line 3] Error at 'x': Expect expression.`
#[must_use]
pub fn render_lox<'a>(
    diagnostic: &'a Diagnostic,
    source: &'a str,
    lines: &'a LineIndex,
) -> impl fmt::Display + 'a {
    LoxError { diagnostic, source, lines }
}

struct LoxError<'a> {
    diagnostic: &'a Diagnostic,
    source: &'a str,
    lines: &'a LineIndex,
}

impl fmt::Display for LoxError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Diagnostic { code, span, found } = *self.diagnostic;
        write!(f, "[line {}] Error", self.lines.line(span.end))?;
        match found {
            FoundAt::End => f.write_str(" at end")?,
            FoundAt::Token => write!(f, " at '{}'", text_at(self.source, span))?,
            FoundAt::Nothing => {}
        }
        write!(f, ": {}", code.message(self.source))
    }
}

/// The text of a span; empty if the span is not of this text.
fn text_at(source: &str, span: Span) -> &str {
    source.get(span.start as usize..span.end as usize).unwrap_or_default()
}
