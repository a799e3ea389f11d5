//! Machine code for a VM, where the processor and the system allow it.

use std::io::Write;

use siskin_core::Vm;
use siskin_core::tier::Bail;

/// Gives a VM, before any script is loaded into it, a compiler to machine code. Executable memory is asked for when the
/// first function gets hot; if the system refuses it, the VM interprets, and [`Vm::native_stats`] says so.
///
/// The first call in a process that has threads may take some milliseconds, because it calls [`siskin_hosted::prepare`].
///
/// # Errors
/// Why the VM goes on interpreting: there is no compiler for this processor, this crate was built without it, or a
/// script was loaded before.
///
/// # Examples
/// ```
/// use siskin::{Options, SYSTEM, Vm, native};
///
/// let mut vm = Vm::new(SYSTEM, Options::default())?;
/// match native::install(&mut vm) {
///     Ok(()) => println!("{}", vm.tier_name().unwrap_or_default()),
///     Err(why) => println!("interpreting: {why}"),
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[cfg(all(feature = "jit", any(target_arch = "x86_64", target_arch = "aarch64")))]
pub fn install(vm: &mut Vm) -> Result<(), Bail> {
    vm.install_tier(jit(vm))
}

/// Like [`install`], and writes a line to `map` for each piece of machine code, in the format of `/tmp/perf-PID.map`,
/// which Linux's `perf` reads: address, length, and a name with function, `file` and line. A line that cannot be
/// written is left out.
///
/// # Errors
/// As for [`install`].
#[cfg(all(feature = "jit", any(target_arch = "x86_64", target_arch = "aarch64")))]
pub fn install_mapped(vm: &mut Vm, file: &str, map: impl Write + Send + 'static) -> Result<(), Bail> {
    vm.install_tier(crate::perf::Mapped::new(jit(vm), file, map))
}

#[cfg(all(feature = "jit", any(target_arch = "x86_64", target_arch = "aarch64")))]
fn jit(vm: &Vm) -> siskin_jit::Jit<siskin_hosted::HostedCode> {
    siskin_hosted::prepare();
    let make = || siskin_hosted::HostedCode::new(siskin_hosted::DEFAULT_RESERVE);
    siskin_jit::Jit::new(make, vm.mem())
}

/// Gives a VM a compiler to machine code; there is none for this processor, or this crate was built without it.
///
/// # Errors
/// Always.
#[cfg(not(all(feature = "jit", any(target_arch = "x86_64", target_arch = "aarch64"))))]
pub fn install(_: &mut Vm) -> Result<(), Bail> {
    Err(Bail::NoTier)
}

/// Gives a VM a compiler to machine code that tells `perf` of it; there is none for this processor, or this crate was
/// built without it.
///
/// # Errors
/// Always.
#[cfg(not(all(feature = "jit", any(target_arch = "x86_64", target_arch = "aarch64"))))]
pub fn install_mapped(_: &mut Vm, _: &str, _: impl Write + Send + 'static) -> Result<(), Bail> {
    Err(Bail::NoTier)
}
