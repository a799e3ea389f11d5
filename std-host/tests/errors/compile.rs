//! Reports of texts that do not compile.

use crate::case::{Case, pretty, same, short};
use siskin::diagnostics::Format;

#[test]
fn missing_operand() {
    same(
        &pretty("print 6 *;\n"),
        r"error: Expect expression.
 --> a.sk:1:10
  |
1 | print 6 *;
  |          ^
",
    );
}

#[test]
fn missing_semicolon_is_missed_where_the_line_ends() {
    same(
        &pretty(
            r"let a = 1
let b = 2;
",
        ),
        r"error: Expect ';' after variable declaration.
 --> a.sk:1:10
  |
1 | let a = 1
  |          ^
",
    );
}

#[test]
fn missing_semicolon_within_a_line() {
    same(
        &pretty("print 1 print 2;\n"),
        r"error: Expect ';' after value.
 --> a.sk:1:9
  |
1 | print 1 print 2;
  |         ^^^^^
",
    );
}

#[test]
fn end_of_text_is_behind_the_last_token() {
    same(
        &pretty(
            r"fn f() {
  print 1;


",
        ),
        r"error: Expect '}' after block.
 --> a.sk:2:11
  |
2 |   print 1;
  |           ^
  |
  = help: the '{' on line 1 is not closed
",
    );
}

#[test]
fn unclosed_class() {
    same(
        &pretty(
            r"class A {
  b() { 1 }
",
        ),
        r"error: Expect '}' after class body.
 --> a.sk:2:12
  |
2 |   b() { 1 }
  |            ^
  |
  = help: the '{' on line 1 is not closed
",
    );
}

#[test]
fn string_without_end_is_its_first_line() {
    same(
        &pretty(
            r#"print "abc;
print 2;
"#,
        ),
        r#"error: Unterminated string.
 --> a.sk:1:7
  |
1 | print "abc;
  |       ^^^^^
"#,
    );
}

#[test]
fn several_errors() {
    same(
        &pretty(
            r"let a = ;
print 1;
let 3 = b;
",
        ),
        r"error: Expect expression.
 --> a.sk:1:9
  |
1 | let a = ;
  |         ^

error: Expect variable name.
 --> a.sk:3:5
  |
3 | let 3 = b;
  |     ^
",
    );
}

#[test]
fn misspelled_word() {
    same(
        &pretty("whlie true { }\n"),
        r"error: Expect ';' after expression.
 --> a.sk:1:7
  |
1 | whlie true { }
  |       ^^^^
  |
  = help: did you mean 'while'?
",
    );
}

#[test]
fn misspelled_return() {
    same(
        &pretty(
            r"fn f(x) {
  retrun x;
}
",
        ),
        r"error: Expect ';' after expression.
 --> a.sk:2:10
  |
2 |   retrun x;
  |          ^
  |
  = help: did you mean 'return'?
",
    );
}

#[test]
fn misspelled_else() {
    same(
        &pretty("let a = if true { 1 } els { 2 };\n"),
        r"error: Expect ';' after variable declaration.
 --> a.sk:1:23
  |
1 | let a = if true { 1 } els { 2 };
  |                       ^^^
  |
  = help: did you mean 'else'?
",
    );
}

#[test]
fn word_of_another_language() {
    same(
        &pretty("function f() { 1 }\n"),
        r"error: Expect ';' after expression.
 --> a.sk:1:10
  |
1 | function f() { 1 }
  |          ^
  |
  = help: did you mean 'fn'?
",
    );
}

#[test]
fn misspelled_word_of_another_language() {
    same(
        &pretty("funtion f() { 1 }\n"),
        r"error: Expect ';' after expression.
 --> a.sk:1:9
  |
1 | funtion f() { 1 }
  |         ^
  |
  = help: did you mean 'fn'?
",
    );
}

#[test]
fn python() {
    same(
        &pretty("def f() { 1 }\n"),
        r"error: Expect ';' after expression.
 --> a.sk:1:5
  |
1 | def f() { 1 }
  |     ^
  |
  = help: did you mean 'fn'?
",
    );
}

#[test]
fn statements_and_signs_of_other_languages() {
    let each = "write 'for x in xs { }'";
    for (text, help) in [
        ("class A {} let a = new A();", "call the class to make an instance"),
        ("class A {} class Fo extends A {}", "write '<' before a superclass"),
        ("try { f(); } catch (e) { }", "write the name without parentheses"),
        ("import a from \"./a.sk\";", "write 'import { name } from \"./file.sk\";'"),
        ("import a;", "write 'import { name } from \"./file.sk\";'"),
        ("import a.b as c;", "write 'import { name } from \"./file.sk\";'"),
        ("let a = 1; export a;", "write 'export' before a declaration"),
        ("export var a = 1;", "export a function that returns it"),
        ("let a = 1; export { a as b };", "a name is exported as it is"),
        ("for (x in 3) { }", each),
        ("for (var x in 3) { }", each),
        ("for (let x in 3) { }", each),
        ("let f = fn(x) { x };", "write a function without a name as '|x| x + 1'"),
        ("let { a } = m;", "write '#{ a, b }' to take"),
        ("fn f({ a }) {}", "write '#{ a, b }' to take"),
        ("let f = (x) => x;", "write a function without a name as '|x| x + 1'"),
        ("while true { break 5; }", "assign the value to a variable, then 'break'"),
        ("loop { fn f() { break; } }", "a function in a loop is not in the loop"),
        ("loop { break 'outer; }", "a label stands before a loop around it"),
        ("print 'hello world;", "strings are written in double quotes"),
        ("print 'hello';", "strings are written in double quotes"),
        ("print -2 ** 2;", "put parentheses"),
        ("print 1_000_;", "numbers are written 12, 1_000,"),
        ("print 0x20000000000001;", "a number has 53 binary digits"),
        ("print 1; /* /* */", "comments inside a comment need"),
        ("var i = 0; i--;", "there is no '--': write 'x -= 1'"),
    ] {
        let shown = short(text);
        let first = shown.lines().nth(1).unwrap_or_default();
        assert!(first.starts_with(&format!("    help: {help}")), "{text}: {shown}");
    }
}

#[test]
fn logical_operators_of_other_languages_cause_no_further_errors() {
    for (sign, help) in [("&&", "write 'and' for both"), ("||", "write 'or' for either")] {
        for text in [
            format!("if 1 == 1 {sign} 2 == 2 {{ print 1; }}"),
            format!("if (1 == 1 {sign} 2 == 2) print 1; else {{ }}"),
            format!("while nil {sign} f() {{ }}\nprint 1;"),
            format!("fn f(a) {{ a {sign} 1 }}\nprint f(1);"),
        ] {
            let at = text.find(sign).map_or(0, |at| at + 1);
            let only = format!("a.sk:1:{at}: error: Unexpected character.\n    help: {help}\n");
            same(&short(&text), &only);
        }
    }
    let lox = Case::lox("print 1 && 2;").show(Format::Lox);
    same(&lox, "[line 1] Error: Unexpected character.\n");
}

#[test]
fn elif() {
    same(
        &pretty("if true { 1; } elif false { 2; }\n"),
        r"error: Expect ';' after expression.
 --> a.sk:1:21
  |
1 | if true { 1; } elif false { 2; }
  |                     ^^^^^
  |
  = help: did you mean 'else if'?
",
    );
}

#[test]
fn operator_of_another_language() {
    same(
        &pretty(
            r"var a = 1;
a => 1;
",
        ),
        r"error: Expect ';' after expression.
 --> a.sk:2:3
  |
2 | a => 1;
  |   ^^
  |
  = help: write a function without a name as '|x| x + 1'
",
    );
}

#[test]
fn increment() {
    same(
        &pretty(
            r"var i = 0;
i++;
",
        ),
        r"error: Expect expression.
 --> a.sk:2:3
  |
2 | i++;
  |   ^
  |
  = help: there is no '++': write 'x += 1'
",
    );
}

#[test]
fn strict_equality() {
    same(
        &pretty("print 1 === 1;\n"),
        r"error: Expect expression.
 --> a.sk:1:11
  |
1 | print 1 === 1;
  |           ^
  |
  = help: write '==' for equal
",
    );
}

#[test]
fn ampersands() {
    same(
        &pretty("print true && false;\n"),
        r"error: Unexpected character.
 --> a.sk:1:12
  |
1 | print true && false;
  |            ^^
  |
  = help: write 'and' for both
",
    );
}

#[test]
fn single_quotes() {
    same(
        &pretty("print 'a';\n"),
        r"error: Unexpected character.
 --> a.sk:1:7
  |
1 | print 'a';
  |       ^
  |
  = help: strings are written in double quotes
",
    );
}

#[test]
fn words_are_no_names() {
    same(
        &pretty("let class = 1;\n"),
        r"error: Expect variable name.
 --> a.sk:1:5
  |
1 | let class = 1;
  |     ^^^^^
  |
  = help: 'class' is a word of the language, not a name
",
    );
}

#[test]
fn return_needs_a_semicolon_before_a_brace_in_lox() {
    let shown = Case::lox("fun f(n) { return 1 }\n").show(Format::Short);
    assert!(shown.contains("error: Expect ';' after return value."), "{shown}");
    assert!(shown.contains("help: 'return' needs its ';' even before '}'"), "{shown}");
}

#[test]
fn assignment_to_let() {
    same(
        &pretty(
            r"let a = 1;
fn f() {
  let b = 2;
  b = 3;
}
",
        ),
        r"error: Can't assign to 'b': it was bound with 'let'.
 --> a.sk:4:5
  |
4 |   b = 3;
  |     ^
  |
  = help: bind it with 'var' if it is to change
",
    );
}

#[test]
fn return_from_script() {
    same(
        &pretty("return 1;\n"),
        r"error: Can't return from top-level code.
 --> a.sk:1:1
  |
1 | return 1;
  | ^^^^^^
",
    );
}

#[test]
fn nothing_but_an_error() {
    same(
        &pretty("+"),
        r"error: Expect expression.
 --> a.sk:1:1
  |
1 | +
  | ^
",
    );
}

#[test]
fn too_much_in_a_function() {
    let names: String = (0..70_000).map(|index| format!("let a{index} = 1; ")).collect();
    let shown = short(&format!("fn f() {{ {names} }}"));
    assert!(shown.ends_with(": error: Too many local variables in function.\n"), "{shown}");
}

#[test]
fn only_the_first_of_many_errors_are_shown() {
    let source: String = (0..25).map(|index| format!("let a{index} = ;\n")).collect();
    let shown = pretty(&source);
    assert_eq!(shown.matches("Expect expression.").count(), 20);
    assert!(shown.ends_with("\n\nerror: 5 more errors\n"), "{shown}");
    assert_eq!(short(&source).lines().count(), 25);
}

#[test]
fn a_line_for_each_error_with_help_below() {
    same(
        &short("let a = ;\nlet b = 2\nprint a && b;\n"),
        r"a.sk:1:9: error: Expect expression.
a.sk:2:10: error: Expect ';' after variable declaration.
a.sk:3:9: error: Unexpected character.
    help: write 'and' for both
",
    );
}

#[test]
fn lox_has_words_of_its_own() {
    let text = "fn f() {}\n";
    same(
        &Case::lox(text).show(Format::Short),
        r"a.lox:1:4: error: Expect ';' after expression.
    help: did you mean 'fun'?
",
    );
    same(&Case::lox(text).show(Format::Lox), "[line 1] Error at 'f': Expect ';' after expression.\n");
    same(
        &Case::lox("let a = 1;\n").show(Format::Short),
        r"a.lox:1:5: error: Expect ';' after expression.
    help: did you mean 'var'?
",
    );
}
