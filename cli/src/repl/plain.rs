//! Reads inputs as plain lines where there is no line editor: from a pipe, or on a terminal without cursor control.

use std::collections::VecDeque;
use std::io;

use siskin_core::Dialect;

use super::Read;
use super::command;
use super::editor::{Prompt, WAY_OUT};
use super::tty::{Interrupts, strip_replies};
use crate::console::Console;
use crate::input::{Grown, PartialInput};
use crate::source::TOO_LONG;

/// The most bytes read at once.
const CHUNK: usize = 16 * 1024;

/// Limits on the memory for an input, in bytes.
#[derive(Clone, Copy)]
pub(super) struct Space {
    /// For the text of the input.
    pub(super) text: usize,
    /// For parsing, to find out whether the input is complete.
    pub(super) parsing: usize,
}

/// Reads lines until they make an input.
pub(super) struct Plain {
    /// The text after the last whole line.
    bytes: Vec<u8>,
    /// Whole lines that are not yet part of an input.
    lines: VecDeque<Vec<u8>>,
    ended: bool,
    /// Whether the line being read is too long, so that the rest of it is skipped.
    skips: bool,
    /// Receives Ctrl-C, at a terminal.
    interrupts: Option<Interrupts>,
    /// The number of reports of the cursor's position that were found in the input.
    replies: usize,
}

impl Plain {
    pub(super) fn new(is_terminal: bool) -> Plain {
        let interrupts = if is_terminal { Interrupts::new().ok() } else { None };
        let (bytes, lines) = (Vec::new(), VecDeque::new());
        Plain { bytes, lines, ended: false, skips: false, interrupts, replies: 0 }
    }

    /// Adds text that another reader has read.
    pub(super) fn put(&mut self, typed: &str) {
        self.add(typed.as_bytes());
    }

    /// The number of reports of the cursor's position read since the last call.
    pub(super) fn take_replies(&mut self) -> usize {
        std::mem::take(&mut self.replies)
    }

    /// Reads the next input. At a terminal, shows a prompt.
    pub(super) fn read(
        &mut self,
        dialect: Dialect,
        space: Space,
        console: &mut Console<'_>,
    ) -> io::Result<Read> {
        let prompt = Prompt::new(dialect);
        let mut lines: Option<PartialInput> = None;
        let mut empty = 0;
        if let Some(interrupts) = &mut self.interrupts {
            interrupts.forget();
        }
        loop {
            if console.is_terminal {
                let shown = if lines.is_none() { prompt.first() } else { prompt.next() };
                console.stdout.write_all(shown.as_bytes())?;
                console.stdout.flush()?;
            }
            let line = match self.line(space.text, console.stdin)? {
                Line::Text(line) => line,
                // At the end, an incomplete input is taken as it is, so that its error is shown.
                Line::End => return Ok(lines.map_or(Read::End, |lines| Read::Text(lines.into_text()))),
                Line::Interrupted => {
                    console.stdout.write_all(b"\n")?;
                    return Ok(Read::Interrupted);
                }
                Line::TooLong => return Ok(Read::Refused(TOO_LONG)),
            };
            let Ok(line) = String::from_utf8(line) else {
                return Ok(Read::Refused("this line is not UTF-8 text"));
            };
            let input = match &mut lines {
                Some(lines) => lines,
                None => match command::code_start(&line) {
                    Some(start) => lines.insert(PartialInput::new(dialect, start, space.parsing)),
                    None => return Ok(Read::Text(line)),
                },
            };
            if line.len() > space.text.saturating_sub(input.len()) {
                return Ok(Read::Refused(TOO_LONG));
            }
            match input.push(&line) {
                Grown::Incomplete if console.is_terminal => {
                    empty = if line.trim().is_empty() { empty + 1 } else { 0 };
                    match empty {
                        1 => writeln!(console.stdout, "     {WAY_OUT}")?,
                        2.. => return Ok(lines.map_or(Read::End, |lines| Read::Text(lines.into_text()))),
                        _ => {}
                    }
                }
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

    /// The next line, without its line break. If it is longer than `limit` bytes, it is dropped at once, and the rest
    /// is skipped.
    fn line(&mut self, limit: usize, stdin: &mut dyn io::Read) -> io::Result<Line> {
        loop {
            if let Some(line) = self.lines.pop_front() {
                return Ok(Line::Text(line));
            }
            if self.ended {
                let line = std::mem::take(&mut self.bytes);
                return Ok(if line.is_empty() { Line::End } else { Line::Text(line) });
            }
            if self.bytes.len() > limit {
                self.bytes = Vec::new();
                self.skips = true;
                return Ok(Line::TooLong);
            }
            if let Some(interrupts) = &mut self.interrupts
                && interrupts.wait()?
            {
                self.bytes.clear();
                self.skips = false;
                return Ok(Line::Interrupted);
            }
            let mut chunk = vec![0; CHUNK];
            let count = stdin.read(&mut chunk)?;
            self.ended = count == 0;
            chunk.truncate(count);
            if self.interrupts.is_some() {
                // At a terminal, the bytes may have been sent while the line editor had it in raw mode.
                self.replies += strip_replies(&mut chunk);
                chunk.iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
            }
            if self.skips {
                let end = chunk.iter().position(|&byte| byte == b'\n');
                self.skips = end.is_none();
                chunk.drain(..end.map_or(count, |end| end + 1));
            }
            self.add(&chunk);
        }
    }

    fn add(&mut self, mut bytes: &[u8]) {
        while let Some(end) = bytes.iter().position(|&byte| byte == b'\n') {
            let mut line = std::mem::take(&mut self.bytes);
            line.extend_from_slice(&bytes[..end]);
            self.lines.push_back(line);
            bytes = &bytes[end + 1..];
        }
        self.bytes.extend_from_slice(bytes);
    }
}

/// The result of reading a line.
enum Line {
    Text(Vec<u8>),
    /// The line is too long, and the rest of it is skipped.
    TooLong,
    /// Ctrl-C.
    Interrupted,
    /// There are no more lines.
    End,
}
