//! Names of machine code for Linux's `perf`.
//!
//! For code that is in no file, `perf report` looks for names in `/tmp/perf-PID.map`, which has a line for each piece
//! of code: start and length in hexadecimal, then the name.

use std::io::Write;

use siskin_core::layout::{STUBS, Stub};
use siskin_core::platform::CodeSpan;
use siskin_core::tier::{Bail, NativeCode, NativeTier, Unit};

/// A native tier that writes a line to `map` for each piece of code of `tier`.
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

    /// Writes a line, at once, so that the map is complete whenever the program ends. A failure to write is ignored: a
    /// profile without names is no reason to stop.
    fn tell(&mut self, start: usize, len: usize, name: &str) {
        let _ = self.map.write_all(format!("{start:x} {len:x} siskin:{name}\n").as_bytes());
    }
}

// SAFETY: code, entries and stubs come from the inner tier, which is a `NativeTier`.
unsafe impl<T: NativeTier, W: Write + Send> NativeTier for Mapped<T, W> {
    fn name(&self) -> &'static str {
        self.tier.name()
    }

    fn stubs(&mut self) -> Result<[usize; STUBS], Bail> {
        let before = self.tier.used();
        let stubs = self.tier.stubs()?;
        // Each stub ends where the next begins. The end of the last follows from the bytes that the tier has used.
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

    /// Code is never freed: else an address could be used again, and the map would have two names for it.
    fn free(&mut self, _: CodeSpan) {}

    fn used(&self) -> usize {
        self.tier.used()
    }
}
