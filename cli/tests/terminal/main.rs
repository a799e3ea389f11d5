//! The prompt at a terminal. An emulator of another processor lacks system calls that the line editor needs, so these
//! tests are left out there.
#![cfg(unix)]

mod captures;
mod commands;
#[path = "../common/mod.rs"]
mod common;
mod errors;
mod files;
mod keys;
mod machine;
mod measure;
mod session;
mod terminal;
mod tiers;
mod transcript;

use std::path::PathBuf;

use terminal::{Key, Terminal};

const ROWS: u16 = 24;
const COLUMNS: u16 = 80;

/// Starts the program with arguments, and waits for the first prompt.
#[track_caller]
fn open(args: &[&str], env: &[(&str, &str)]) -> Terminal {
    let mut terminal = Terminal::start(args, ROWS, COLUMNS, env);
    terminal.wait_for(|screen| screen.ends_with('>'));
    terminal
}

/// Starts the program without arguments, and waits for the first prompt.
#[track_caller]
fn prompt() -> Terminal {
    open(&[], &[])
}

/// Types a line and Enter like a person: waits for the prompt before, and for the typed text.
#[track_caller]
fn line(terminal: &mut Terminal, text: &str) {
    terminal.wait_for_end(">");
    terminal.send(text);
    terminal.wait_for_end(text);
    terminal.key(Key::Enter);
}

/// A path for a test's history, which does not exist yet.
fn history(test: &str) -> String {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("terminal").join(test);
    let _ = std::fs::remove_dir_all(&directory);
    directory.join("history").display().to_string()
}

#[test]
fn banner_and_prompt() {
    let terminal = prompt();
    let screen = terminal.screen();
    let rows: Vec<_> = screen.lines().collect();
    let [banner, "", "sk>"] = rows[..] else { panic!("{screen}") };
    assert!(banner.starts_with("siskin 0.1.0 · bytecode vm"), "{screen}");
    assert!(banner.ends_with(" · :help for commands"), "{screen}");
    assert_eq!(terminal.cells().cursor_position(), (2, 4));
}

#[test]
fn the_banner_names_the_tier() {
    let terminal = open(&["repl", "--tier", "interp"], &[]);
    assert_eq!(terminal.screen().lines().next(), Some("siskin 0.1.0 · bytecode vm · :help for commands"));
}

#[test]
fn a_line_is_run() {
    let mut terminal = prompt();
    line(&mut terminal, "print 6 * 7");
    terminal.wait_for_end("sk> print 6 * 7\n42\n\nsk>");
    line(&mut terminal, "let x = 5");
    line(&mut terminal, "print x;");
    terminal.wait_for_end("sk> let x = 5\n\nsk> print x;\n5\n\nsk>");
}

#[test]
fn lox_has_its_prompt() {
    let mut terminal = open(&["repl", "--dialect", "lox"], &[]);
    terminal.wait_for_end("lox>");
    line(&mut terminal, "fun f() {");
    line(&mut terminal, "return 1; }");
    terminal.wait_for_end("lox> fun f() {\n...>     return 1; }\n  defined f/0\n\nlox>");
}

#[test]
fn blocks_take_several_lines() {
    let mut terminal = prompt();
    line(&mut terminal, "fn f() {");
    terminal.wait_for_end("sk> fn f() {\n..>");
    line(&mut terminal, "print \"in f\";");
    line(&mut terminal, "}");
    line(&mut terminal, "f()");
    terminal.wait_for(|screen| screen.contains("\nin f\n") && screen.ends_with("\nsk>"));
}

#[test]
fn an_empty_line_does_not_end_a_block() {
    let mut terminal = prompt();
    for text in ["{", "", "print 1;", "", "print 2;"] {
        line(&mut terminal, text);
    }
    terminal.wait_for(|screen| screen.ends_with("print 2;\n..>"));
    line(&mut terminal, "}");
    terminal.wait_for(|screen| screen.ends_with("\n1\n2\n\nsk>"));
}

#[test]
fn lines_are_set_in_and_braces_set_out() {
    let mut terminal = prompt();
    for (key, rows) in [
        ("fn f() {", "sk> fn f() {"),
        ("\r", "sk> fn f() {\n..>"),
        ("if true {", "..>     if true {"),
        ("\r", "..>     if true {\n..>"),
        ("1", "..>         1"),
        ("\r", "..>         1\n..>"),
        ("}", "..>         1\n..>     }"),
        ("\r", "..>     }\n..>"),
        ("}", "..>     }\n..> }"),
    ] {
        terminal.send(key);
        terminal.wait_for_end(rows);
    }
}

#[test]
fn tab_sets_in_where_nothing_stands() {
    let mut terminal = prompt();
    terminal.key(Key::Tab);
    terminal.wait_for_cursor(2, 8);
    terminal.send("1");
    terminal.wait_for_end("sk>     1");
}

#[test]
fn an_open_string_goes_on() {
    let mut terminal = prompt();
    line(&mut terminal, "print \"one");
    terminal.wait_for_end("sk> print \"one\n..>");
    line(&mut terminal, "two\"");
    terminal.wait_for_end("one\ntwo\n\nsk>");
}

#[test]
fn errors_do_not_end_the_session() {
    let mut terminal = prompt();
    line(&mut terminal, ")");
    terminal.wait_for(|screen| screen.contains("error: Expect expression.") && screen.ends_with("\n\nsk>"));
    line(&mut terminal, "nil()");
    terminal.wait_for(|screen| screen.contains("Can only call") && screen.ends_with("sk>"));
    line(&mut terminal, "print 1");
    terminal.wait_for_end("sk> print 1\n1\n\nsk>");
}

#[test]
fn control_c_clears() {
    let mut terminal = prompt();
    terminal.send("print \"never\"");
    terminal.wait_for_end("sk> print \"never\"");
    terminal.key(Key::Ctrl('c'));
    terminal.wait_for_end("sk> print \"never\"\nsk>");
    line(&mut terminal, "{");
    terminal.wait_for_end("sk> {\n..>");
    terminal.key(Key::Ctrl('c'));
    terminal.wait_for_end("sk> {\n..>\nsk>");
    line(&mut terminal, "print 1");
    terminal.wait_for_end("sk> print 1\n1\n\nsk>");
}

#[test]
fn control_d_leaves() {
    let mut terminal = prompt();
    terminal.send("x");
    terminal.wait_for_end("sk> x");
    // On a line that is not empty, Ctrl-D deletes, and here there is nothing to delete.
    terminal.key(Key::Ctrl('d'));
    terminal.key(Key::Backspace);
    terminal.key(Key::Ctrl('d'));
    assert_eq!(terminal.wait_for_exit(), 0);
}

#[test]
fn quit_leaves() {
    let mut terminal = prompt();
    line(&mut terminal, ":quit");
    assert_eq!(terminal.wait_for_exit(), 0);
}

#[test]
fn history_survives() {
    let history = history("history_survives");
    let env = [("SISKIN_HISTORY", history.as_str())];
    let mut first = open(&[], &env);
    line(&mut first, "print 1");
    first.wait_for_end("1\n\nsk>");
    line(&mut first, "{");
    line(&mut first, "print 2;");
    line(&mut first, "}");
    first.wait_for(|screen| screen.ends_with("\n2\n\nsk>"));
    // The session is not left by a command: the terminal is closed.
    drop(first);

    let mut second = open(&[], &env);
    second.key(Key::Up);
    second.wait_for(|screen| screen.contains("sk> {\n") && screen.contains("print 2;\n..> }"));
    second.key(Key::Up);
    second.wait_for_end("sk> print 1");
    second.key(Key::Enter);
    second.wait_for_end("sk> print 1\n1\n\nsk>");
}

#[test]
fn options_alone_open_the_prompt() {
    let mut terminal = open(&["--memory", "64m", "--dialect", "lox"], &[]);
    line(&mut terminal, "var let = 6; let * 7");
    terminal.wait_for_end("=> 42\n\nlox>");
    let mut refused = Terminal::start(&["--fuel", "9"], ROWS, COLUMNS, &[]);
    refused.wait_for(|screen| {
        let is_of_run = screen.contains("unexpected argument '--fuel'");
        is_of_run
            && screen.contains("the prompt (`siskin repl`)")
            && screen.contains("`-` for standard input")
    });
}

#[test]
fn tab_completes_methods_of_strings() {
    let mut terminal = prompt();
    line(&mut terminal, "let s = \"four\"");
    terminal.wait_for_end("\n\nsk>");
    terminal.send("s.le");
    terminal.wait_for_end("s.le");
    terminal.key(Key::Tab);
    terminal.wait_for_end("s.len");
}

#[test]
fn tab_completes_functions_of_modules_and_types() {
    for (typed, completed) in [("math.sq", "math.sqrt"), ("Bytes.from_", "Bytes.from_hex")] {
        let mut terminal = prompt();
        terminal.send(typed);
        terminal.wait_for_end(typed);
        terminal.key(Key::Tab);
        terminal.wait_for_end(completed);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn history_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let history = history("history_is_private");
    drop(open(&[], &[("SISKIN_HISTORY", &history)]));
    let mode = std::fs::metadata(history).expect("a history").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn history_that_cannot_be_kept_is_no_obstacle() {
    let mut terminal = open(&[], &[("SISKIN_HISTORY", "/dev/null/history")]);
    assert_eq!(terminal.screen().matches("siskin: no history is kept: '/dev/null/history'").count(), 1);
    line(&mut terminal, "print 1");
    terminal.wait_for_end("\n1\n\nsk>");
    terminal.key(Key::Up);
    terminal.wait_for_end("1\n\nsk> print 1");
}

#[test]
fn history_keeps_what_looks_like_its_line_break() {
    let history = history("history_keeps_what_looks_like_its_line_break");
    let env = [("SISKIN_HISTORY", history.as_str())];
    let mut first = open(&[], &env);
    line(&mut first, r#"let s = "a<\n>b<\\n>""#);
    first.wait_for_end("\n\nsk>");
    drop(first);
    let mut second = open(&[], &env);
    second.key(Key::Up);
    second.wait_for_end(r#"sk> let s = "a<\n>b<\\n>""#);
}

#[test]
fn a_file_that_is_not_a_history_is_left_as_it_is() {
    let history = history("a_file_that_is_not_a_history_is_left_as_it_is");
    std::fs::create_dir_all(PathBuf::from(&history).parent().expect("a folder")).expect("a folder");
    let many_lines = "a line\n".repeat(10_001);
    for (bytes, why) in [
        (&b"print \"caf\xff\"\nprint 1\n"[..], "not UTF-8 text"),
        (b"\x7fELF\0\0\0\x01\n", "not UTF-8 text"),
        (many_lines.as_bytes(), "not a history: it has more lines"),
    ] {
        std::fs::write(&history, bytes).expect("a file");
        let mut terminal = Terminal::start(&[], ROWS, 250, &[("SISKIN_HISTORY", &history)]);
        terminal.wait_for_end("sk>");
        let refusal = format!("no history is kept: '{history}': {why}");
        assert!(terminal.screen().contains(&refusal), "{}", terminal.screen());
        line(&mut terminal, "print 2");
        terminal.wait_for_end("\n2\n\nsk>");
        drop(terminal);
        assert!(std::fs::read(&history).expect("the file") == bytes, "{why}");
    }
}

#[test]
fn a_history_that_is_no_file_is_refused() {
    for path in ["/dev/full", "/dev/zero", "/dev/tty"] {
        let mut terminal = open(&[], &[("SISKIN_HISTORY", path)]);
        terminal
            .wait_for(|screen| screen.contains(&format!("no history is kept: '{path}': not a regular file")));
        line(&mut terminal, "print 1");
        terminal.wait_for_end("\n1\n\nsk>");
    }
}

#[test]
fn two_sessions_share_a_history() {
    let history = history("two_sessions_share_a_history");
    let env = [("SISKIN_HISTORY", history.as_str())];
    let (mut one, mut two) = (open(&[], &env), open(&[], &env));
    for (terminal, number) in [(&mut one, 1), (&mut two, 2)] {
        line(terminal, &format!("print {number}"));
        terminal.wait_for_end(&format!("\n{number}\n\nsk>"));
    }
    line(&mut one, "print 3");
    one.wait_for_end("\n3\n\nsk>");
    drop((one, two));
    let mut three = open(&[], &env);
    for number in [3, 2, 1] {
        three.key(Key::Up);
        three.wait_for_end(&format!("sk> print {number}"));
    }
}

#[test]
fn history_is_searched() {
    let mut terminal = prompt();
    for text in ["print \"wren\"", "print \"finch\"", "print 3"] {
        line(&mut terminal, text);
    }
    terminal.wait_for_end("\n3\n\nsk>");
    terminal.key(Key::Ctrl('r'));
    terminal.wait_for_end("(search: )");
    terminal.send("wr");
    terminal.wait_for_end("(search: wr) print \"wren\"");
    terminal.send("x");
    terminal.wait_for_end("(search: nothing for wrx)");
    terminal.key(Key::Backspace);
    terminal.wait_for_end("(search: wr) print \"wren\"");
    terminal.key(Key::Enter);
    terminal.wait_for_end("sk> print \"wren\"");
    terminal.key(Key::Enter);
    terminal.wait_for_end("sk> print \"wren\"\nwren\n\nsk>");
}

#[test]
fn hints_come_from_history() {
    let mut terminal = prompt();
    line(&mut terminal, "print \"finch\"");
    terminal.wait_for_end("\nfinch\n\nsk>");
    terminal.send("pr");
    terminal.wait_for_end("sk> print \"finch\"");
    terminal.wait_for_cursor(5, 6);
    terminal.key(Key::Right);
    terminal.wait_for_cursor(5, 17);
    terminal.key(Key::Enter);
    terminal.wait_for_end("sk> print \"finch\"\nfinch\n\nsk>");
}

#[test]
fn pasted_lines_are_not_run() {
    let mut terminal = prompt();
    terminal.paste("print 1;\nprint 2;\n    print 3;");
    terminal.wait_for_end("sk> print 1;\n..> print 2;\n..>     print 3;");
    terminal.key(Key::Enter);
    terminal.wait_for_end("print 3;\n1\n2\n3\n\nsk>");
}

#[test]
fn what_is_pasted_does_not_reach_the_terminal() {
    let mut terminal = prompt();
    terminal.paste("print \"\x1b[2J\x07a\tb\";");
    terminal.wait_for_end(";");
    terminal.key(Key::Enter);
    terminal.wait_for_end("[2Ja    b\n\nsk>");
    assert!(terminal.screen().starts_with("siskin"));
}

#[test]
fn alt_enter_begins_a_line() {
    let mut terminal = prompt();
    terminal.send("print 1;");
    terminal.key(Key::AltEnter);
    terminal.wait_for_end("sk> print 1;\n..>");
    line(&mut terminal, "print 2;");
    terminal.wait_for_end("print 2;\n1\n2\n\nsk>");
}

#[test]
fn enter_inside_an_open_block_begins_a_line_there() {
    let mut terminal = prompt();
    terminal.send("{ print 1;");
    terminal.wait_for_end("sk> { print 1;");
    for _ in 0..8 {
        terminal.key(Key::Left);
    }
    terminal.wait_for_cursor(2, 6);
    terminal.key(Key::Enter);
    terminal.wait_for(|screen| screen.ends_with("print 1;") && screen.contains("sk> {\n..> "));
}

#[test]
fn tab_completes_words() {
    let mut terminal = prompt();
    line(&mut terminal, "let goldfinch = 1");
    terminal.wait_for_end("= 1\n\nsk>");
    terminal.send("ret");
    terminal.wait_for_end("sk> ret");
    terminal.key(Key::Tab);
    terminal.wait_for_end("sk> return");
    terminal.key(Key::Ctrl('c'));
    terminal.wait_for_end("return\nsk>");
    terminal.send("print gol");
    terminal.wait_for_end("sk> print gol");
    terminal.key(Key::Tab);
    terminal.wait_for(|screen| screen.contains("sk> print goldfinch"));
    terminal.key(Key::Enter);
    terminal.wait_for_end("sk> print goldfinch\n1\n\nsk>");
    terminal.send(":q");
    terminal.wait_for_end("sk> :q");
    terminal.key(Key::Tab);
    terminal.wait_for_end("sk> :quit");
}

#[test]
fn tab_offers_a_menu() {
    let mut terminal = prompt();
    line(&mut terminal, "let first = 1; let fifth = 2;");
    terminal.wait_for_end("2;\n\nsk>");
    terminal.send("fi");
    terminal.wait_for(|screen| screen.ends_with("sk> fi"));
    terminal.key(Key::Tab);
    terminal
        .wait_for(|screen| screen.ends_with("global") && screen.contains("\nfifth  global\nfirst  global"));
    let selected =
        |row| move |terminal: &Terminal| terminal.cells().cell(row, 0).is_some_and(vt100::Cell::inverse);
    terminal.wait_until(selected(5));
    terminal.key(Key::Down);
    terminal.wait_until(selected(6));
    terminal.key(Key::Enter);
    terminal.wait_for_end("sk> first");
    terminal.key(Key::Enter);
    terminal.wait_for(|screen| screen.contains("sk> first\n") && screen.ends_with("\nsk>"));
    // Further typing closes the menu.
    terminal.send("f");
    terminal.wait_for(|screen| screen.contains("sk> f"));
    terminal.key(Key::Tab);
    terminal.wait_for(|screen| screen.contains("first  global"));
    terminal.send("(");
    terminal.wait_for_end("sk> f(");
}

#[test]
fn tab_is_quiet_where_nothing_fits() {
    let mut terminal = prompt();
    terminal.send("zzz");
    terminal.wait_for_end("sk> zzz");
    terminal.key(Key::Tab);
    terminal.send("y");
    terminal.wait_for_end("sk> zzzy");
}

#[test]
fn words_are_coloured() {
    let mut terminal = prompt();
    terminal.send("print 1");
    terminal.wait_for_end("sk> print 1");
    let color = |terminal: &Terminal, column| terminal.cells().cell(2, column).map(|cell| cell.fgcolor());
    assert_eq!(color(&terminal, 4), Some(vt100::Color::Idx(5)));
    assert_eq!(color(&terminal, 10), Some(vt100::Color::Idx(6)));
    assert_eq!(color(&terminal, 20), Some(vt100::Color::Default));
}

#[test]
fn colours_can_be_refused() {
    for (args, env) in [
        (&["repl"][..], &[("NO_COLOR", "1")][..]),
        (&["repl", "--color", "never"], &[]),
        (&[], &[("NO_COLOR", "1")]),
    ] {
        let mut terminal = open(args, env);
        line(&mut terminal, "print 1");
        terminal.wait_for_end("1\n\nsk>");
        terminal.send("pr");
        terminal.wait_for_end("sk> pr");
        terminal.key(Key::Tab);
        terminal.wait_for_end("sk> print");
        terminal.send(" {\"a");
        terminal.wait_for_end("sk> print {\"a");
        for row in 0..ROWS {
            for column in 0..COLUMNS {
                let color = terminal.cells().cell(row, column).map(|cell| cell.fgcolor());
                assert_eq!(color, Some(vt100::Color::Default), "{row}, {column}");
            }
        }
    }
}

#[test]
fn narrow_terminals_wrap() {
    let mut terminal = Terminal::start(&["repl", "--color", "never"], 10, 20, &[]);
    terminal.wait_for(|screen| screen.ends_with("sk>"));
    terminal.send("print \"abcdefghijklmnop\"");
    terminal.wait_for_end("sk> print \"abcdefghi\njklmnop\"");
    terminal.key(Key::Enter);
    terminal.wait_for_end("abcdefghijklmnop\n\nsk>");
    for _ in 0..20 {
        line(&mut terminal, "print 1");
    }
    terminal.wait_for_end("1\n\nsk> print 1\n1\n\nsk>");
}

#[test]
fn blocks_may_be_taller_than_the_screen() {
    let mut terminal = Terminal::start(&[], 8, 40, &[]);
    terminal.wait_for(|screen| screen.ends_with("sk>"));
    let lines: Vec<_> = (0..30).map(|n| format!("print {n};")).collect();
    terminal.paste(&format!("{{\n{}", lines.join("\n")));
    terminal.wait_for_end("..> print 28;\n..> print 29;");
    terminal.key(Key::Enter);
    line(&mut terminal, "}");
    terminal.wait_for_end("27\n28\n29\n\nsk>");
}

#[test]
fn blocks_may_be_long() {
    let mut terminal = prompt();
    let lines: Vec<_> = (0..600).map(|n| format!("let a{n} = {n};")).collect();
    terminal.paste(&format!("{{\n{}\nprint a0 + a599;\n}}", lines.join("\n")));
    terminal.wait_for_end("..> print a0 + a599;\n..> }");
    terminal.key(Key::Up);
    terminal.wait_for_cursor(23, 5);
    terminal.wait_for_end("..> let a599 = 599;\n..> print a0 + a599;");
    terminal.key(Key::Enter);
    terminal.wait_for_end("\n599\n\nsk>");
}

#[test]
fn characters_of_any_kind_may_come_at_once() {
    let mut terminal = prompt();
    terminal.send(" é \u{1F426} 語");
    terminal.wait_for_end("sk>  é \u{1F426} 語");
    terminal.key(Key::Enter);
    terminal.wait_for(|screen| screen.contains("Unexpected character") && screen.ends_with("\nsk>"));
}

#[test]
fn mute_terminals_get_plain_lines() {
    let mut terminal = Terminal::start(&[], ROWS, COLUMNS, &[]);
    terminal.answers = false;
    terminal
        .wait_for(|screen| screen.contains("siskin: lines cannot be edited here") && screen.ends_with("sk>"));
    line(&mut terminal, "print 6 * 7");
    terminal.wait_for_end("sk> print 6 * 7\n42\n\nsk>");
}

#[test]
fn dumb_terminals_get_plain_lines() {
    let mut terminal = open(&[], &[("TERM", "dumb")]);
    line(&mut terminal, "{");
    terminal.wait_for_end("sk> {\n..>");
    line(&mut terminal, "print 1; }");
    terminal.wait_for_end("..> print 1; }\n1\n\nsk>");
    terminal.key(Key::Ctrl('d'));
    assert_eq!(terminal.wait_for_exit(), 0);
}
