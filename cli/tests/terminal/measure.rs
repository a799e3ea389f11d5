//! The times that a person waits. They are printed and not checked, because machines differ:
//! `cargo test --release -p siskin-cli --test terminal measure -- --nocapture --test-threads=1`.

use std::time::{Duration, Instant};

use siskin::Dialect;
use siskin_cli::input::{Completeness, completeness};

use crate::terminal::{Key, Terminal};

/// The number of measurements, of which the least and the median are printed.
const TRIES: usize = 20;

fn report(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
    println!(
        "{what}: {:.2} ms at least, {:.2} ms in the middle",
        milliseconds(times[0]),
        milliseconds(times[times.len() / 2])
    );
}

fn open() -> Terminal {
    let mut terminal = Terminal::start(&[], 24, 80, &[]);
    terminal.wait_for_end("sk>");
    terminal
}

#[test]
fn measure_start_to_prompt() {
    let times = (0..TRIES).map(|_| {
        let start = Instant::now();
        drop(open());
        start.elapsed()
    });
    report("start to prompt", times.collect());
}

fn block(lines: usize) -> String {
    let lines = (0..lines).map(|n| format!("    let name_{n} = other({n}, \"text\"); // why\n"));
    format!("fn f() {{\n{}", lines.collect::<String>())
}

#[test]
fn measure_completeness() {
    let open = block(1000);
    let closed = format!("{open}}}");
    let semicolon = format!("{closed}\nprint f()");
    for (what, text, expected) in [
        ("open", open, Completeness::Incomplete),
        ("closed", closed, Completeness::Complete),
        ("without its last semicolon", semicolon, Completeness::Complete),
    ] {
        let times = (0..TRIES).map(|_| {
            let start = Instant::now();
            let found = std::hint::black_box(completeness(&text, Dialect::Siskin));
            let took = start.elapsed();
            assert_eq!(found, expected, "{what}");
            took
        });
        report(&format!("is a block of 1000 lines complete that is {what}"), times.collect());
    }
}

/// The time until the effect of a key is on the screen, in a text of `lines` lines.
fn measure_keys(lines: usize) {
    let mut terminal = open();
    terminal.paste(&format!("{}x", block(lines)));
    terminal.wait_for_end("..> x");
    let mut shown = String::from("..> x");
    let mut times = Vec::new();
    for _ in 0..TRIES {
        shown.push('y');
        let start = Instant::now();
        terminal.send("y");
        terminal.wait_for_end(&shown);
        times.push(start.elapsed());
    }
    report(&format!("a key in {lines} lines"), times);
    let mut times = Vec::new();
    for _ in 0..TRIES {
        let start = Instant::now();
        terminal.key(Key::Enter);
        terminal.wait_for_end("..>");
        times.push(start.elapsed());
        terminal.send("y");
        terminal.wait_for_end("y");
    }
    report(&format!("Enter in {lines} lines"), times);
}

#[test]
fn measure_a_key_in_a_line() {
    measure_keys(0);
}

#[test]
fn measure_a_key_in_a_block() {
    measure_keys(1000);
}
