//! Inputs as plain lines, where no line editor can be: from a pipe, or on a terminal that has no cursor.

use std::io;
use std::sync::{Arc, Mutex};

use super::super::console::Console;
use super::Read;
use super::editor::{Known, Prompt};
use crate::input::{Completeness, state};

/// The most bytes read at once.
const CHUNK: usize = 4096;

/// Reads lines until they make an input.
pub(super) struct Plain {
    known: Arc<Mutex<Known>>,
    /// What was read and is not yet part of an input.
    bytes: Vec<u8>,
    ended: bool,
}

impl Plain {
    pub(super) fn new(known: Arc<Mutex<Known>>) -> Plain {
        Plain { known, bytes: Vec::new(), ended: false }
    }

    /// The next input. At a terminal there is a prompt.
    pub(super) fn read(&mut self, console: &mut Console<'_>) -> io::Result<Read> {
        let dialect = Known::of(&self.known).dialect;
        let prompt = Prompt::new(dialect);
        let mut text = String::new();
        loop {
            if console.is_terminal {
                let shown = if text.is_empty() { prompt.first() } else { prompt.next() };
                console.stdout.write_all(shown.as_bytes())?;
                console.stdout.flush()?;
            }
            let Some(line) = self.line(console.stdin)? else {
                // What was begun cannot become complete; its error says so.
                return Ok(if text.is_empty() { Read::End } else { Read::Text(text) });
            };
            text.push_str(&line);
            if state(&text, dialect) == Completeness::Complete {
                return Ok(Read::Text(text));
            }
            text.push('\n');
        }
    }

    /// The next line, without its end.
    fn line(&mut self, stdin: &mut dyn io::Read) -> io::Result<Option<String>> {
        loop {
            if let Some(end) = self.bytes.iter().position(|&byte| byte == b'\n') {
                let rest = self.bytes.split_off(end + 1);
                let mut line = std::mem::replace(&mut self.bytes, rest);
                line.truncate(end);
                return text(line).map(Some);
            }
            if self.ended {
                let line = std::mem::take(&mut self.bytes);
                return if line.is_empty() { Ok(None) } else { text(line).map(Some) };
            }
            let mut chunk = [0; CHUNK];
            let count = stdin.read(&mut chunk)?;
            self.ended = count == 0;
            self.bytes.extend_from_slice(&chunk[..count]);
        }
    }
}

fn text(line: Vec<u8>) -> io::Result<String> {
    String::from_utf8(line).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.utf8_error()))
}
