//! The baseline as a native tier of a VM.

use siskin_core::layout::STUBS;
use siskin_core::mem::Mem;
use siskin_core::platform::{CodeError, CodeMemory, CodeSpan};
use siskin_core::tier::{Bail, NativeCode, NativeTier, Unit};

use crate::baseline::{self, Compiled};
use crate::masm::Masm;
use crate::stubs;

#[cfg(target_arch = "aarch64")]
use crate::isa::a64::A64 as Native;
#[cfg(target_arch = "x86_64")]
use crate::isa::x64::X64 as Native;

/// The compiler for the host's processor, with memory for the code.
pub struct Jit<C> {
    make: fn() -> Result<C, CodeError>,
    code: Option<C>,
    mem: Mem,
}

impl<C: CodeMemory> Jit<C> {
    /// A compiler with code memory from `make`, which is called before the first compilation; `mem` is the memory of
    /// the compiler's VM.
    #[must_use]
    pub fn new(make: fn() -> Result<C, CodeError>, mem: &Mem) -> Jit<C> {
        Jit { make, code: None, mem: mem.clone() }
    }

    /// Puts code into code memory, where it can run once sealed.
    fn place(&mut self, bytes: &[u8]) -> Result<CodeSpan, CodeError> {
        let code = match &mut self.code {
            Some(code) => code,
            none => none.insert((self.make)()?),
        };
        let span = code.allocate(bytes.len())?;
        code.write(span, 0, bytes);
        Ok(span)
    }
}

// SAFETY: the baseline's code does what each instruction's meaning says, by the tests of every mode; spans stay
// until they are freed, which is what `CodeMemory` promises.
unsafe impl<C: CodeMemory> NativeTier for Jit<C> {
    fn name(&self) -> &'static str {
        if cfg!(target_arch = "x86_64") { "x86-64 jit" } else { "arm64 jit" }
    }

    fn stubs(&mut self) -> Result<[usize; STUBS], Bail> {
        let mut masm = Native::new(&self.mem);
        let offsets = emit_stubs(&mut masm);
        let span = self.place(masm.finish()?)?;
        let start = span.start.as_ptr().expose_provenance();
        Ok(offsets.map(|offset| start + offset))
    }

    fn compile(&mut self, unit: &Unit<'_>) -> Result<NativeCode, Bail> {
        let mut masm = Native::new(unit.mem());
        let Compiled { entries, roots, globals } = emit_function(&mut masm, unit)?;
        let span = self.place(masm.finish()?)?;
        Ok(NativeCode { span, entries, roots, globals })
    }

    fn inlines(&self, words: &[u32]) -> bool {
        baseline::inline::is_simple(words)
    }

    fn seal(&mut self) -> Result<(), Bail> {
        match &mut self.code {
            Some(code) => Ok(code.seal()?),
            None => Ok(()),
        }
    }

    fn free(&mut self, span: CodeSpan) {
        if let Some(code) = &mut self.code {
            code.free(span);
        }
    }

    fn used(&self) -> usize {
        self.code.as_ref().map_or(0, CodeMemory::used)
    }
}

// Not generic over the code memory, so that the compiler is monomorphised once.

fn emit_stubs(masm: &mut Native) -> [usize; STUBS] {
    stubs::emit(masm)
}

fn emit_function(masm: &mut Native, unit: &Unit<'_>) -> Result<Compiled, Bail> {
    baseline::compile(masm, unit)
}
