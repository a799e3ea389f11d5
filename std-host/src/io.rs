//! An output stream and a clock for scripts.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::sync::OnceLock;
use std::time::Instant;

use siskin_core::platform::{Clock, Input, InputError, Output, OutputError};

/// A script's output on any [`Write`]. It does not buffer; the stream may.
///
/// The engine knows only that writing failed; [`StreamOutput::error`] knows why.
pub struct StreamOutput<'a> {
    stream: &'a mut dyn Write,
    error: Option<io::Error>,
}

impl<'a> StreamOutput<'a> {
    /// Output to `stream`.
    pub fn new(stream: &'a mut dyn Write) -> StreamOutput<'a> {
        StreamOutput { stream, error: None }
    }

    /// The first failure to write, if any. Nothing was written after it.
    pub fn error(self) -> Option<io::Error> {
        self.error
    }
}

impl Output for StreamOutput<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), OutputError> {
        if self.error.is_some() {
            return Err(OutputError);
        }
        self.stream.write_all(bytes).map_err(|error| {
            self.error = Some(error);
            OutputError
        })
    }

    fn flush(&mut self) -> Result<(), OutputError> {
        if self.error.is_some() {
            return Err(OutputError);
        }
        self.stream.flush().map_err(|error| {
            self.error = Some(error);
            OutputError
        })
    }
}

/// Where scripts read, on any [`Read`]. It buffers.
///
/// The engine knows only that reading failed; [`StreamInput::error`] knows why.
pub struct StreamInput<'a> {
    stream: BufReader<&'a mut dyn Read>,
    error: Option<io::Error>,
}

impl<'a> StreamInput<'a> {
    /// Input from `stream`.
    pub fn new(stream: &'a mut dyn Read) -> StreamInput<'a> {
        StreamInput { stream: BufReader::new(stream), error: None }
    }

    /// The first failure to read, if any. Nothing was read after it.
    pub fn error(self) -> Option<io::Error> {
        self.error
    }
}

impl Input for StreamInput<'_> {
    fn at_hand(&mut self) -> Result<&[u8], InputError> {
        if self.error.is_some() {
            return Err(InputError);
        }
        while let Err(error) = self.stream.fill_buf() {
            if error.kind() != io::ErrorKind::Interrupted {
                self.error = Some(error);
                return Err(InputError);
            }
        }
        Ok(self.stream.buffer())
    }

    fn take(&mut self, count: usize) {
        self.stream.consume(count.min(self.stream.buffer().len()));
    }
}

/// Time since it was started, on a clock that never goes back.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock(Instant);

impl SystemClock {
    /// A clock that shows 0 now.
    #[must_use]
    pub fn start() -> SystemClock {
        SystemClock(Instant::now())
    }

    /// Nanoseconds since the first call of this function: for [`Options::clock`](siskin_core::Options::clock).
    #[must_use]
    pub fn since_first() -> u64 {
        static FIRST: OnceLock<SystemClock> = OnceLock::new();
        FIRST.get_or_init(SystemClock::start).nanoseconds()
    }
}

impl Clock for SystemClock {
    fn nanoseconds(&self) -> u64 {
        // 584 years fit.
        self.0.elapsed().as_nanos() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Full;

    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn output_keeps_the_reason() {
        let mut full = Full;
        let mut output = StreamOutput::new(&mut full);
        assert!(output.write(b"a").is_err());
        assert!(output.write(b"b").is_err());
        assert_eq!(output.error().map(|error| error.kind()), Some(io::ErrorKind::StorageFull));
    }

    #[test]
    fn clock_does_not_go_back() {
        let clock = SystemClock::start();
        let first = clock.nanoseconds();
        assert!(clock.nanoseconds() >= first);
    }
}
