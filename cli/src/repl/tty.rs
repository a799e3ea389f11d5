//! Functions of the terminal that the line editor's library lacks.
//!
//! ```text
//!   suspend      Ctrl-Z: stop the process, as the terminal's own key does
//!   Waker        makes the library read keys that have arrived, while it waits for further ones
//!   late_reply   a report of the cursor's position that comes after the library gave up
//!   Interrupts   receives Ctrl-C while a plain line is read
//! ```

/// Removes reports of the cursor's position (`ESC [ row ; column R`) from the bytes that were read. Returns their
/// number.
pub(super) fn strip_replies(bytes: &mut Vec<u8>) -> usize {
    let mut count = 0;
    let mut at = 0;
    while let Some(found) = bytes.get(at..).and_then(|rest| rest.iter().position(|&byte| byte == 0x1b)) {
        at += found;
        match reply(&bytes[at..]) {
            Some(length) => {
                bytes.drain(at..at + length);
                count += 1;
            }
            None => at += 1,
        }
    }
    count
}

/// The length of the report at the beginning of the bytes.
fn reply(bytes: &[u8]) -> Option<usize> {
    let rest = bytes.strip_prefix(b"\x1b[")?;
    let end = rest.iter().position(|byte| !byte.is_ascii_digit() && *byte != b';')?;
    let (numbers, after) = rest.split_at(end);
    let is_reply = after.first() == Some(&b'R') && numbers.iter().filter(|&&byte| byte == b';').count() == 1;
    is_reply.then_some(2 + end + 1)
}

#[cfg(unix)]
pub(super) use unix::{Interrupts, late_reply, suspend};

#[cfg(unix)]
mod unix {
    use std::io::{self, Read};
    use std::os::unix::net::UnixStream;
    use std::time::{Duration, Instant};

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    use signal_hook::consts::{SIGINT, SIGTSTP};

    use super::strip_replies;

    /// Stops the process until it is continued (job control).
    pub(in super::super) fn suspend() {
        // A failure is ignored: the process cannot be stopped in a session without a shell.
        let _ = signal_hook::low_level::raise(SIGTSTP);
    }

    /// Waits for one report of the cursor's position, on a terminal in raw mode. Returns whether it came, and the other
    /// bytes that were typed.
    pub(in super::super) fn late_reply(patience: Duration) -> io::Result<(bool, Vec<u8>)> {
        let end = Instant::now() + patience;
        let stdin = io::stdin();
        let mut typed = Vec::new();
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let left = Timespec { tv_sec: left.as_secs() as _, tv_nsec: left.subsec_nanos().into() };
            match poll(&mut [PollFd::new(&stdin, PollFlags::IN)], Some(&left)) {
                Err(rustix::io::Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
                Ok(0) => return Ok((false, typed)),
                Ok(_) => {}
            }
            let mut chunk = [0; 256];
            let count = rustix::io::read(&stdin, &mut chunk)?;
            typed.extend_from_slice(&chunk[..count]);
            if strip_replies(&mut typed) > 0 {
                return Ok((true, typed));
            }
            if count == 0 {
                return Ok((false, typed));
            }
        }
    }

    /// Receives Ctrl-C as a signal, on a terminal outside raw mode.
    pub(in super::super) struct Interrupts(UnixStream);

    impl Interrupts {
        pub(in super::super) fn new() -> io::Result<Interrupts> {
            let (heard, tell) = UnixStream::pair()?;
            heard.set_nonblocking(true)?;
            signal_hook::low_level::pipe::register(SIGINT, tell)?;
            Ok(Interrupts(heard))
        }

        /// Forgets earlier signals. Returns whether there were any.
        pub(in super::super) fn forget(&mut self) -> bool {
            let mut some = false;
            while let Ok(1..) = self.0.read(&mut [0; 64]) {
                some = true;
            }
            some
        }

        /// Waits until there is input, or for Ctrl-C. Returns whether it was Ctrl-C.
        pub(in super::super) fn wait(&mut self) -> io::Result<bool> {
            let stdin = io::stdin();
            loop {
                if self.forget() {
                    return Ok(true);
                }
                let mut ready = [PollFd::new(&stdin, PollFlags::IN), PollFd::new(&self.0, PollFlags::IN)];
                match poll(&mut ready, None) {
                    Err(rustix::io::Errno::INTR) => continue,
                    Err(error) => return Err(error.into()),
                    Ok(_) => {}
                }
                if ready[1].revents().is_empty() {
                    return Ok(false);
                }
            }
        }
    }
}

#[cfg(not(unix))]
pub(super) use elsewhere::{Interrupts, late_reply, suspend};

#[cfg(not(unix))]
mod elsewhere {
    use std::io;
    use std::time::Duration;

    pub(in super::super) fn suspend() {}

    pub(in super::super) fn late_reply(_: Duration) -> io::Result<(bool, Vec<u8>)> {
        Ok((false, Vec::new()))
    }

    pub(in super::super) struct Interrupts;

    impl Interrupts {
        pub(in super::super) fn new() -> io::Result<Interrupts> {
            Ok(Interrupts)
        }

        pub(in super::super) fn forget(&mut self) -> bool {
            false
        }

        pub(in super::super) fn wait(&mut self) -> io::Result<bool> {
            Ok(false)
        }
    }
}

#[cfg(target_os = "linux")]
pub(super) use linux::Waker;

#[cfg(target_os = "linux")]
mod linux {
    use std::io;
    use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
    use std::thread;
    use std::time::Duration;

    use rustix::event::{PollFd, PollFlags, poll};
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};

    /// The time that keys may stay unread.
    const PATIENCE: Duration = Duration::from_millis(5);

    /// Wakes the line editor's library while unread keys wait.
    ///
    /// The library reads a kilobyte at a time and then waits for the *arrival* of more (it polls edge-triggered). The
    /// rest of a longer paste would stay in the terminal's buffer until the next key, and so would a report of the
    /// cursor's position after it. Setting the terminal's attributes to their current values counts as an arrival.
    pub(in super::super) struct Waker(Arc<Shared>);

    #[derive(Default)]
    struct Shared {
        editing: Mutex<bool>,
        began: Condvar,
    }

    impl Shared {
        fn editing(&self) -> MutexGuard<'_, bool> {
            self.editing.lock().unwrap_or_else(PoisonError::into_inner)
        }
    }

    impl Waker {
        pub(in super::super) fn start() -> Waker {
            let shared = Arc::<Shared>::default();
            let for_thread = shared.clone();
            // If the thread cannot be started, a long paste waits for a key.
            let _ = thread::Builder::new().name("waker".into()).spawn(move || watch(&for_thread));
            Waker(shared)
        }

        /// Calls `edit`, which reads from the terminal in raw mode. Afterwards restores the terminal's attributes.
        pub(in super::super) fn during<T>(&self, edit: impl FnOnce() -> T) -> T {
            let before = tcgetattr(io::stdin());
            *self.0.editing() = true;
            self.0.began.notify_one();
            let edited = edit();
            *self.0.editing() = false;
            // The thread may have read the attributes before raw mode ended, and set them again after.
            if let Ok(before) = before {
                let _ = tcsetattr(io::stdin(), OptionalActions::Now, &before);
            }
            edited
        }
    }

    fn watch(shared: &Shared) {
        let stdin = io::stdin();
        loop {
            let editing = shared.editing();
            drop(shared.began.wait_while(editing, |editing| !*editing));
            let mut ready = [PollFd::new(&stdin, PollFlags::IN)];
            match poll(&mut ready, None) {
                Err(rustix::io::Errno::INTR) => continue,
                Err(_) => return,
                Ok(_) if !ready[0].revents().contains(PollFlags::IN) => return,
                Ok(_) => {}
            }
            thread::sleep(PATIENCE);
            let editing = shared.editing();
            let is_waiting = rustix::io::ioctl_fionread(&stdin).is_ok_and(|count| count > 0);
            if *editing
                && is_waiting
                && let Ok(now) = tcgetattr(&stdin)
                && !now.local_modes.contains(LocalModes::ISIG)
            {
                let _ = tcsetattr(&stdin, OptionalActions::Now, &now);
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
pub(super) struct Waker;

#[cfg(not(target_os = "linux"))]
impl Waker {
    pub(super) fn start() -> Waker {
        Waker
    }

    pub(super) fn during<T>(&self, edit: impl FnOnce() -> T) -> T {
        edit()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_are_taken_out() {
        for (text, count, left) in [
            ("\x1b[1;1R1+1", 1, "1+1"),
            ("a\x1b[24;80Rb\x1b[1;1R", 2, "ab"),
            ("\x1b[A", 0, "\x1b[A"),
            ("\x1b[1;5R\x1b[1;5C", 1, "\x1b[1;5C"),
            ("\x1b[12R", 0, "\x1b[12R"),
            ("\x1b[1;", 0, "\x1b[1;"),
        ] {
            let mut bytes = text.as_bytes().to_vec();
            assert_eq!(strip_replies(&mut bytes), count, "{text:?}");
            assert_eq!(bytes, left.as_bytes(), "{text:?}");
        }
    }
}
