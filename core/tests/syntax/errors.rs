//! Errors: their codes, their places, and that later errors are found, too.
//!
//! The language suite tests the messages and the parser's recovery (`std-host/tests/spec/recovery`). These tests are
//! about the errors as data, for hosts that embed the parser.

use siskin_core::Dialect;
use siskin_core::syntax::diagnostic::render_lox;
use siskin_core::syntax::{Code, Diagnostic, FoundAt, LineIndex, ParseFailure, ParseOptions, parse};
use siskin_core::testing::mem;

/// The errors of a text.
pub(crate) fn errors(source: &str, dialect: Dialect) -> Vec<Diagnostic> {
    errors_with(source, dialect, ParseOptions::default())
}

/// The errors of a text, with options.
pub(crate) fn errors_with(source: &str, dialect: Dialect, options: ParseOptions) -> Vec<Diagnostic> {
    let mem = mem();
    match parse(source, dialect, &options, &mem) {
        Ok(_) => Vec::new(),
        Err(ParseFailure::Syntax(errors)) => {
            assert!(!errors.is_empty());
            errors.to_vec()
        }
        Err(ParseFailure::OutOfMemory) => panic!("out of memory"),
    }
}

/// Checks the code and the text of the first error. Further errors depend on the parser's recovery.
#[track_caller]
fn first(source: &str, dialect: Dialect, expected: (Code, &str)) {
    let errors = errors(source, dialect);
    let error = errors.first().unwrap_or_else(|| panic!("no error in {source}"));
    let text = &source[error.span.start as usize..error.span.end as usize];
    assert_eq!((error.code, text), expected, "in {source}");
}

#[track_caller]
fn lox(source: &str, expected: (Code, &str)) {
    first(source, Dialect::Lox, expected);
}

#[track_caller]
fn siskin(source: &str, expected: (Code, &str)) {
    first(source, Dialect::Siskin, expected);
}

/// Each error code that a short text can have.
#[test]
fn codes() {
    use Code::*;
    lox("@;", (UnexpectedCharacter, "@"));
    lox("\"a", (UnterminatedString, "\"a"));
    lox("1 + ;", (ExpectExpression, ";"));
    lox("1 = 2;", (InvalidAssignmentTarget, "="));
    lox("(1;", (ExpectParenAfterExpression, ";"));
    lox("f(1;", (ExpectParenAfterArguments, ";"));
    lox("a.1;", (ExpectPropertyName, "1"));
    lox("class A < B { m() { super; } }", (ExpectDotAfterSuper, ";"));
    lox("class A < B { m() { super.1; } }", (ExpectSuperMethodName, "1"));
    lox("super.a;", (SuperOutsideClass, "super"));
    lox("class A { m() { super.a; } }", (SuperWithoutSuperclass, "super"));
    lox("this;", (ThisOutsideClass, "this"));
    lox("print 1 2;", (ExpectSemicolonAfterValue, "2"));
    lox("1 2;", (ExpectSemicolonAfterExpression, "2"));
    lox("var a 1;", (ExpectSemicolonAfterVariable, "1"));
    lox("for (;1) ;", (ExpectSemicolonAfterLoopCondition, ")"));
    lox("fun f() { return 1 2; }", (ExpectSemicolonAfterReturn, "2"));
    lox("if 1;", (ExpectParenAfterIf, "1"));
    lox("while 1;", (ExpectParenAfterWhile, "1"));
    lox("for 1;", (ExpectParenAfterFor, "1"));
    lox("if (1;", (ExpectParenAfterCondition, ";"));
    lox("for (;;1;", (ExpectParenAfterForClauses, ";"));
    lox("{ 1;", (ExpectBraceAfterBlock, ""));
    lox("return;", (ReturnFromScript, "return"));
    lox("class A { init() { return 1; } }", (ReturnFromInitializer, "return"));
    lox("var 1;", (ExpectVariableName, "1"));
    lox("fun 1;", (ExpectFunctionName, "1"));
    lox("fun f(1;", (ExpectParameterName, "1"));
    lox("fun f;", (ExpectParenAfterFunctionName, ";"));
    lox("fun f(a;", (ExpectParenAfterParameters, ";"));
    lox("fun f();", (ExpectBraceBeforeFunctionBody, ";"));
    lox("class 1;", (ExpectClassName, "1"));
    lox("class A < 1;", (ExpectSuperclassName, "1"));
    lox("class A { 1; }", (ExpectMethodName, "1"));
    lox("class A;", (ExpectBraceBeforeClassBody, ";"));
    lox("class A {", (ExpectBraceAfterClassBody, ""));
    lox("class A < A {}", (InheritsFromItself, "A"));
    lox("{ var a; var a; }", (DuplicateVariable, "a"));
    lox("{ var a = a; }", (ReadInOwnInitializer, "a"));
}

#[test]
fn a_prompt_binds_a_name_again() {
    let interactive = ParseOptions { interactive: true, ..ParseOptions::default() };
    for text in ["let a = 1; let a = 2;", "let a = 1; fn a() {}", "var a; let a = 1;"] {
        assert_eq!(errors_with(text, Dialect::Siskin, interactive), []);
        assert_eq!(errors(text, Dialect::Siskin).len(), 1, "{text}");
    }
}

#[test]
fn codes_of_siskin() {
    use Code::*;
    siskin("if a print b;", (ExpectBraceAfterCondition, "print"));
    siskin("let a = if (b) c;", (ExpectBraceAfterCondition, "c"));
    siskin("let a = if b {} else c;", (ExpectBraceAfterElse, "c"));
    siskin("let a;", (ExpectEqualAfterLet, ";"));
    siskin("let a = 1; var a;", (DuplicateGlobal, "a"));
    siskin("break;", (BreakOutsideLoop, "break"));
    siskin("fn f() { nil ?? continue }", (ContinueOutsideLoop, "continue"));
    siskin("while a { break 1; }", (BreakWithValue, "break"));
    siskin("loop { break 1 2 }", (ExpectSemicolonAfterBreak, "2"));
    siskin("loop { continue 2 }", (ExpectSemicolonAfterContinue, "2"));
    siskin("loop a;", (ExpectBraceAfterLoop, "a"));
    siskin("'a loop {}", (ExpectColonAfterLabel, "loop"));
    siskin("'a: {}", (ExpectLoopAfterLabel, "{"));
    siskin("'a'", (UnexpectedCharacter, "'"));
    let source = "let a = 1; { a = 2; } { let b=1; b = 3; fn f() { b = 4; } }";
    let errors = errors(source, Dialect::Siskin);
    let assigned = |error: &Diagnostic| match error.code {
        AssignToLet { name } => (name.start, error.code.message(source).to_string()),
        other => panic!("{other:?}"),
    };
    let found: Vec<_> = errors.iter().map(assigned).collect();
    let message = |name| format!("Can't assign to '{name}': it was bound with 'let'.");
    assert_eq!(found, [(13, message("a")), (33, message("b")), (49, message("b"))]);
}

#[test]
fn an_error_says_what_stands_there() {
    let found = |source| errors(source, Dialect::Lox).iter().map(|e| e.found).collect::<Vec<_>>();
    assert_eq!(found("1 +"), [FoundAt::End]);
    assert_eq!(found("1 + ;"), [FoundAt::Token]);
    assert_eq!(found("#"), [FoundAt::Nothing]);
    assert_eq!(found("\"a"), [FoundAt::Nothing]);
}

#[test]
fn rendered_as_in_the_book() {
    let source = "print 1 +;\nvar é;\n\n\"a\nb\" c;\nprint (1\n";
    let lines = LineIndex::new(source, &mem()).unwrap();
    let rendered: Vec<_> = errors(source, Dialect::Lox)
        .iter()
        .map(|error| render_lox(error, source, &lines).to_string())
        .collect();
    assert_eq!(
        rendered,
        [
            "[line 1] Error at ';': Expect expression.",
            "[line 2] Error: Unexpected character.",
            "[line 5] Error at 'c': Expect ';' after expression.",
            "[line 7] Error at end: Expect ')' after expression.",
        ]
    );
}

#[test]
fn errors_come_in_the_order_of_the_text_and_one_for_each_statement() {
    let source = "1 + ; 2 + + ;\n@ 3 3 3;\nfun f() { ) ; print ; }\nvar 9 = ;".repeat(50);
    let errors = errors(&source, Dialect::Lox);
    assert!(errors.len() > 200);
    assert!(errors.is_sorted_by_key(|error| error.span.start));
}
