//! Inputs as plain lines, where no line editor can be: from a pipe, or on a terminal that has no cursor.

use std::collections::VecDeque;
use std::io;

use siskin_core::Dialect;

use super::super::console::Console;
use super::Read;
use super::commands;
use super::editor::Prompt;
use crate::input::{Grown, Lines};

/// The most bytes read at once.
const CHUNK: usize = 16 * 1024;

/// Reads lines until they make an input.
pub(super) struct Plain {
    /// What was read after the last whole line.
    bytes: Vec<u8>,
    /// Whole lines that are not yet part of an input.
    lines: VecDeque<Vec<u8>>,
    ended: bool,
}

impl Plain {
    pub(super) fn new() -> Plain {
        Plain { bytes: Vec::new(), lines: VecDeque::new(), ended: false }
    }

    /// The next input. At a terminal there is a prompt.
    pub(super) fn read(&mut self, dialect: Dialect, console: &mut Console<'_>) -> io::Result<Read> {
        let prompt = Prompt::new(dialect);
        let mut lines: Option<Lines> = None;
        loop {
            if console.is_terminal {
                let shown = if lines.is_none() { prompt.first() } else { prompt.next() };
                console.stdout.write_all(shown.as_bytes())?;
                console.stdout.flush()?;
            }
            let Some(line) = self.line(console.stdin)? else {
                // What was begun cannot become complete; its error says so.
                return Ok(lines.map_or(Read::End, |lines| Read::Text(lines.into_text())));
            };
            let Ok(line) = String::from_utf8(line) else {
                return Ok(Read::Refused("this line is not UTF-8 text"));
            };
            let input = match &mut lines {
                Some(lines) => lines,
                None => match commands::code_start(&line) {
                    Some(start) => lines.insert(Lines::new(dialect, start)),
                    None => return Ok(Read::Text(line)),
                },
            };
            match input.push(&line) {
                Grown::Incomplete => {}
                Grown::Complete(text) => return Ok(Read::Text(text)),
                Grown::Early(text, rest) => {
                    for line in rest.lines().rev() {
                        self.lines.push_front(line.as_bytes().to_vec());
                    }
                    return Ok(Read::Text(text));
                }
            }
        }
    }

    /// The next line, without its end.
    fn line(&mut self, stdin: &mut dyn io::Read) -> io::Result<Option<Vec<u8>>> {
        loop {
            if let Some(line) = self.lines.pop_front() {
                return Ok(Some(line));
            }
            if self.ended {
                let line = std::mem::take(&mut self.bytes);
                return Ok(if line.is_empty() { None } else { Some(line) });
            }
            let mut chunk = [0; CHUNK];
            let count = stdin.read(&mut chunk)?;
            self.ended = count == 0;
            let mut rest = &chunk[..count];
            while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
                let mut line = std::mem::take(&mut self.bytes);
                line.extend_from_slice(&rest[..end]);
                self.lines.push_back(line);
                rest = &rest[end + 1..];
            }
            self.bytes.extend_from_slice(rest);
        }
    }
}
