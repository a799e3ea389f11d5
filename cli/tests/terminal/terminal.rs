//! A simulated terminal: the real program on a pseudo-terminal, and its screen.
//!
//! ```text
//!   test --send, key--> pty --> siskin
//!    ^                             |
//!    +---- screen <-- vt100 <------+     questions that a terminal answers are answered here
//! ```

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::process::Child;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use pty_process::blocking::{Command, Pty, open};
use vt100::{Callbacks, Parser, Screen};

use crate::common::program;

/// The time in which the program must show the expected text.
const PATIENCE: Duration = Duration::from_secs(20);

/// A key that does not type a character.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Key {
    Enter,
    AltEnter,
    Tab,
    Up,
    Down,
    Left,
    Right,
    Backspace,
    /// The control key with a letter.
    Ctrl(char),
}

/// The program and its screen.
pub(crate) struct Terminal {
    pty: Arc<Pty>,
    child: Child,
    output: Receiver<Vec<u8>>,
    parser: Parser<Answers>,
    /// Whether the terminal answers requests.
    pub(crate) answers: bool,
}

impl Terminal {
    /// Starts the program on a screen of this size. Its environment is `env` and the variables of a terminal.
    pub(crate) fn start(args: &[&str], rows: u16, columns: u16, env: &[(&str, &str)]) -> Terminal {
        let (pty, pts) = open().expect("a pseudo-terminal");
        pty.resize(pty_process::Size::new(rows, columns)).expect("a size");
        let program = program();
        let child = Command::new(&program[0])
            .args(&program[1..])
            .args(args)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .envs([("TERM", "xterm-256color"), ("SISKIN_HISTORY", "off")])
            .envs(env.iter().copied())
            .spawn(pts)
            .expect("the program starts");
        let pty = Arc::new(pty);
        let (sender, output) = channel();
        let reader = pty.clone();
        thread::spawn(move || {
            let mut chunk = [0; 4096];
            // When the program ends, reading fails on Linux, and reaches the end of the stream elsewhere.
            while let Ok(count) = (&*reader).read(&mut chunk)
                && count > 0
                && sender.send(chunk[..count].to_vec()).is_ok()
            {}
        });
        let size = |count| NonZeroU16::new(count).expect("a screen has rows and columns");
        let parser = Parser::new_with_callbacks(size(rows), size(columns), 0, Answers::default());
        Terminal { pty, child, output, parser, answers: true }
    }

    /// Answers the first request after `time`, and all later ones immediately.
    pub(crate) fn answer_once_after(&mut self, time: Duration) {
        self.answers = false;
        let end = Instant::now() + time;
        while let Ok(bytes) = self.output.recv_timeout(end.saturating_duration_since(Instant::now())) {
            self.show(&bytes);
        }
        self.answers = true;
        let (row, column) = self.cells().cursor_position();
        self.send(&format!("\x1b[{};{}R", row + 1, column + 1));
    }

    /// Types text.
    pub(crate) fn send(&mut self, text: &str) {
        (&*self.pty).write_all(text.as_bytes()).expect("the program reads");
    }

    /// Presses a key.
    pub(crate) fn key(&mut self, key: Key) {
        match key {
            Key::Enter => self.send("\r"),
            Key::AltEnter => self.send("\x1b\r"),
            Key::Tab => self.send("\t"),
            Key::Up => self.send("\x1b[A"),
            Key::Down => self.send("\x1b[B"),
            Key::Right => self.send("\x1b[C"),
            Key::Left => self.send("\x1b[D"),
            Key::Backspace => self.send("\x7f"),
            Key::Ctrl(letter) => self.send(&char::from(letter as u8 & 0x1f).to_string()),
        }
    }

    /// Pastes text as a bracketed paste.
    pub(crate) fn paste(&mut self, text: &str) {
        self.send(&format!("\x1b[200~{text}\x1b[201~"));
    }

    /// The screen: its rows without trailing blanks, and without empty rows at the end.
    pub(crate) fn screen(&self) -> String {
        let screen = self.parser.screen();
        let (_, columns) = screen.size();
        let rows: Vec<_> = screen.rows(0, columns.into()).map(|row| row.trim_end().to_owned()).collect();
        rows.join("\n").trim_end().to_owned()
    }

    /// The cells, for tests of colours.
    pub(crate) fn cells(&self) -> &Screen {
        self.parser.screen()
    }

    /// Waits until the screen satisfies a condition.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, wanted: impl Fn(&str) -> bool) {
        self.wait_until(|terminal| wanted(&terminal.screen()));
    }

    /// Waits until the screen ends with a text.
    #[track_caller]
    pub(crate) fn wait_for_end(&mut self, text: &str) {
        self.wait_for(|screen| screen.ends_with(text));
    }

    /// Waits until the cursor is at a position, counted from zero.
    #[track_caller]
    pub(crate) fn wait_for_cursor(&mut self, row: u16, column: u16) {
        self.wait_until(|terminal| terminal.cells().cursor_position() == (row, column));
    }

    /// Waits until screen and cursor satisfy a condition.
    #[track_caller]
    pub(crate) fn wait_until(&mut self, done: impl Fn(&Terminal) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !done(self) {
            let what = match self.output.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(bytes) => {
                    self.show(&bytes);
                    continue;
                }
                Err(RecvTimeoutError::Timeout) => "did not come",
                Err(RecvTimeoutError::Disconnected) => "did not come before the program ended",
            };
            let at = self.cells().cursor_position();
            panic!("what was waited for {what}; the cursor at {at:?} of the screen:\n{}\n", self.screen());
        }
    }

    /// Waits until the program has ended, and returns its exit code.
    #[track_caller]
    pub(crate) fn wait_for_exit(mut self) -> i32 {
        let end = Instant::now() + PATIENCE;
        loop {
            match self.output.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.show(&bytes),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("it goes on; the screen:\n{}\n", self.screen()),
            }
        }
        self.child.wait().expect("it has ended").code().expect("no signal ended it")
    }

    /// Draws the bytes, and answers requests in them.
    fn show(&mut self, bytes: &[u8]) {
        self.parser.process(bytes);
        let answers = std::mem::take(&mut self.parser.callbacks_mut().0);
        if self.answers && !answers.is_empty() {
            // A program that has ended needs no answer.
            let _ = (&*self.pty).write_all(&answers);
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // The program has already ended, unless the test has failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Answers that are not yet sent.
#[derive(Default)]
struct Answers(Vec<u8>);

impl Callbacks for Answers {
    fn unhandled_csi(
        &mut self,
        screen: &mut Screen,
        first: Option<u8>,
        _: Option<u8>,
        parameters: &[&[u16]],
        last: char,
    ) {
        match (first, parameters, last) {
            // A request for the cursor's position.
            (None, [[6]], 'n') => {
                let (row, column) = screen.cursor_position();
                self.0.extend(format!("\x1b[{};{}R", row + 1, column + 1).bytes());
            }
            // A request for the terminal's type: a VT100 with advanced video.
            (None, [] | [[0]], 'c') => self.0.extend(b"\x1b[?1;2c"),
            _ => {}
        }
    }
}
