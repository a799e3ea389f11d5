//! Keys: how to end or drop an input, keys that come at once or too early, and terminals that answer late.

use super::terminal::{Key, Terminal};
use super::{COLUMNS, ROWS, line, open, prompt};

#[test]
fn two_empty_lines_end_an_input() {
    let mut terminal = prompt();
    for (input, error) in
        [("fn f() {", "error: Expect '}' after block."), ("\"abc", "error: Unterminated string.")]
    {
        line(&mut terminal, input);
        terminal.wait_for_end("\n..>");
        terminal.key(Key::Enter);
        terminal.wait_for(|screen| screen.ends_with("(Enter ends the input here, Ctrl-C drops it)"));
        terminal.key(Key::Enter);
        terminal.wait_for(|screen| screen.contains(error) && screen.ends_with("\n\nsk>"));
        assert!(!terminal.screen().contains("Ctrl-C"), "{}", terminal.screen());
    }
    line(&mut terminal, "print 1");
    terminal.wait_for_end("sk> print 1\n1\n\nsk>");
}

#[test]
fn empty_lines_in_a_paste_mean_nothing() {
    let mut terminal = prompt();
    terminal.send("fn f() {\r\r\r\r    8\r\r\r}\rf()\r");
    terminal.wait_for_end("defined f/0\n\nsk> f()\n=> 8\n\nsk>");
}

#[test]
fn two_empty_lines_end_an_input_of_a_dumb_terminal() {
    let mut terminal = open(&[], &[("TERM", "dumb")]);
    line(&mut terminal, "{");
    terminal.wait_for_end("sk> {\n..>");
    terminal.key(Key::Enter);
    terminal.wait_for_end("(Enter ends the input here, Ctrl-C drops it)\n..>");
    terminal.key(Key::Enter);
    terminal.wait_for(|screen| screen.contains("Expect '}'") && screen.ends_with("\nsk>"));
}

#[test]
fn control_c_drops_an_open_block_of_a_dumb_terminal() {
    let mut terminal = open(&[], &[("TERM", "dumb")]);
    line(&mut terminal, "fn f() {");
    terminal.wait_for_end("sk> fn f() {\n..>");
    terminal.key(Key::Ctrl('c'));
    terminal.wait_for_end("..> ^C\nsk>");
    line(&mut terminal, "1+1");
    terminal.wait_for_end("sk> 1+1\n=> 2\n\nsk>");
}

#[test]
fn keys_after_control_c_are_kept() {
    let mut terminal = prompt();
    terminal.send("abc\x03print 1\rprint 2\r3");
    terminal.wait_for_end("sk>\nsk> print 1\n1\n\nsk> print 2\n2\n\nsk> 3");
    terminal.send("\x03{\x03\x034\r");
    terminal.wait_for_end("sk> 4\n=> 4\n\nsk>");
    terminal.send("x\x03\x04");
    assert_eq!(terminal.wait_for_exit(), 0);
}

#[test]
fn keys_typed_while_something_runs_are_kept() {
    let mut terminal = prompt();
    line(&mut terminal, "print \"runs\"; var n = 0; while n < 30000000 { n = n + 1; }");
    terminal.wait_for(|screen| screen.ends_with("\nruns"));
    terminal.send("print 1\rfn f() {\r5 }\rf()\r6");
    terminal.wait_for(|screen| {
        screen.contains("sk> print 1\n1\n") && screen.contains("=> 5\n") && screen.ends_with("\nsk> 6")
    });
}

#[test]
fn a_long_paste_is_read_whether_or_not_the_terminal_says_so() {
    let mut terminal = prompt();
    let lines: Vec<_> =
        (0..200).map(|n| format!("fn f{n}(x) {{\r    let y = x + {n};\r    y\r}}\r")).collect();
    terminal.send(&lines.concat());
    terminal.wait_for(|screen| screen.contains("defined f199/1") && screen.ends_with("\nsk>"));
    terminal.send("f199(1)\t\r");
    terminal.wait_for_end("sk> f199(1)\n=> 200\n\nsk>");
    // One line that fills the terminal's buffer, without Enter.
    terminal.send(&format!("\"{}\"", "a".repeat(3000)));
    terminal.wait_for_end("aaaa\"");
}

#[test]
fn a_late_answer_does_not_end_editing() {
    let mut terminal = Terminal::start(&["repl", "--color", "never"], ROWS, COLUMNS, &[]);
    // A longer time than the line editor waits.
    terminal.answer_once_after(std::time::Duration::from_millis(2500));
    for verb in ["defined", "redefined", "redefined"] {
        line(&mut terminal, "fn f() {");
        line(&mut terminal, "7 }");
        terminal.wait_for_end(&format!("sk> fn f() {{\n..>     7 }}\n  {verb} f/0\n\nsk>"));
        line(&mut terminal, "f()");
        terminal.wait_for_end("sk> f()\n=> 7\n\nsk>");
    }
}

#[test]
fn an_answer_that_comes_much_too_late_is_no_input() {
    let mut terminal = Terminal::start(&[], ROWS, COLUMNS, &[]);
    terminal.answers = false;
    terminal.wait_for(|screen| screen.contains("lines cannot be edited here") && screen.ends_with("sk>"));
    terminal.answers = true;
    terminal.send("\x1b[4;1R");
    terminal.send("1+1\r");
    terminal.wait_for(|screen| screen.contains("=> 2\n") && screen.ends_with("\nsk>"));
    // From now on there is a line editor.
    line(&mut terminal, "{");
    line(&mut terminal, "3");
    terminal.wait_for_end("sk> {\n..>     3");
}

#[test]
fn lines_that_come_slowly_are_set_in_once() {
    let mut terminal = prompt();
    for (key, rows) in [
        ("fn f() {", "sk> fn f() {"),
        ("\r", "sk> fn f() {\n..>"),
        ("    if true {", "..>     if true {"),
        ("\r", "..>     if true {\n..>"),
        ("  ", "..>     if true {\n..>"),
        ("          2", "..>             2"),
        ("\r", "..>             2\n..>"),
        ("    }", "..>             2\n..>     }"),
        ("\r", "..>     }\n..>"),
        ("}", "..>     }\n..> }"),
    ] {
        terminal.send(key);
        terminal.wait_for_end(rows);
    }
}

#[test]
fn keys_mean_what_they_mean_elsewhere() {
    let mut terminal = prompt();
    terminal.send("1 + 2");
    terminal.wait_for_end("sk> 1 + 2");
    // There is no shell that could continue the process.
    terminal.key(Key::Ctrl('z'));
    terminal.send("3");
    terminal.wait_for_end("sk> 1 + 23");
    terminal.send("\x1f");
    terminal.wait_for_end("sk> 1 + 2");
    terminal.key(Key::Ctrl('r'));
    terminal.wait_for_end("(search: )");
    terminal.key(Key::Ctrl('g'));
    terminal.wait_for_end("sk> 1 + 2");
    terminal.key(Key::Ctrl('j'));
    terminal.wait_for(|screen| screen.contains("=> ") && screen.ends_with("\nsk>"));
}

#[test]
fn brackets_are_pointed_out_while_they_are_typed() {
    let mut terminal = prompt();
    let is_bold = |terminal: &Terminal| terminal.cells().cell(2, 4).is_some_and(vt100::Cell::bold);
    terminal.send("(1)");
    terminal.wait_for_end("sk> (1)");
    assert!(is_bold(&terminal));
    terminal.key(Key::Enter);
    terminal.wait_for_end("sk> (1)\n=> 1\n\nsk>");
    assert!(!is_bold(&terminal));
}
