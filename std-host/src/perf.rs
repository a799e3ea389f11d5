//! Names of machine code for Linux's `perf`.
//!
//! `perf report` looks for the names of code that lies in no file in `/tmp/perf-PID.map`, a line for each piece:
//! start and length in hexadecimal, then the name.

use std::io::Write;

use siskin_core::layout::{STUBS, Stub};
use siskin_core::platform::CodeSpan;
use siskin_core::tier::{Bail, NativeCode, NativeTier, Unit};

/// A native tier that tells where its code lies.
pub(crate) struct Mapped<T, W> {
    tier: T,
    map: W,
    /// The name of the script's file.
    file: String,
}

impl<T, W: Write> Mapped<T, W> {
    pub(crate) fn new(tier: T, file: &str, map: W) -> Mapped<T, W> {
        Mapped { tier, map, file: file.escape_debug().to_string() }
    }

    /// One write for each line, so that the map is whole whenever the program ends. A profile without names is no
    /// reason to stop: what cannot be written is left out.
    fn tell(&mut self, start: usize, len: usize, name: &str) {
        let _ = self.map.write_all(format!("{start:x} {len:x} siskin:{name}\n").as_bytes());
    }
}

// SAFETY: code, entries and stubs are the inner tier's, which vouches for them.
unsafe impl<T: NativeTier, W: Write + Send> NativeTier for Mapped<T, W> {
    fn name(&self) -> &'static str {
        self.tier.name()
    }

    fn stubs(&mut self) -> Result<[usize; STUBS], Bail> {
        let before = self.tier.used();
        let stubs = self.tier.stubs()?;
        // Each ends where the next begins; the last, where the tier's account says.
        let mut places = stubs;
        places.sort_unstable();
        let end = places.first().map_or(0, |first| first + self.tier.used().saturating_sub(before));
        for (index, &start) in stubs.iter().enumerate() {
            let next = places.iter().copied().find(|&place| place > start).unwrap_or(end);
            let name = Stub::name(index).unwrap_or("stub");
            self.tell(start, next.saturating_sub(start), &format!("stub {name}"));
        }
        Ok(stubs)
    }

    fn compile(&mut self, unit: &Unit<'_>) -> Result<NativeCode, Bail> {
        let code = self.tier.compile(unit)?;
        let name = unit.name().unwrap_or("script").escape_debug();
        let name = format!("{name} {}:{}", self.file, unit.line(0));
        self.tell(code.span.start.as_ptr().addr(), code.span.len, &name);
        Ok(code)
    }

    fn inlines(&self, words: &[u32]) -> bool {
        self.tier.inlines(words)
    }

    fn seal(&mut self) -> Result<(), Bail> {
        self.tier.seal()
    }

    /// Code stays where it is, or one address would have two names.
    fn free(&mut self, _: CodeSpan) {}

    fn used(&self) -> usize {
        self.tier.used()
    }
}
