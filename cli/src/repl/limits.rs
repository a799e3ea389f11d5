//! The limits of the VM.

use siskin_core::Options;
use siskin_core::syntax::MAX_NESTING;

use crate::figures::Grouped;
use crate::session::Session;

/// Lists the limits, and the used part of each.
pub(super) fn limits(session: &Session) -> String {
    let Options { memory, max_frames, native_stack, hot, .. } = session.vm.options();
    let stats = session.vm.stats();
    let most = match memory {
        usize::MAX => "no limit".to_owned(),
        bytes => format!("at most {} bytes", Grouped(bytes as u64)),
    };
    let used = Grouped(stats.memory.used as u64);
    format!(
        "  memory    {most}; {used} bytes in use\n\
         \x20 calls     at most {} active at once\n\
         \x20 nesting   at most {} levels in a text, and {} bytes of native stack\n\
         \x20 machine   code after {} loop iterations; a call counts as four\n\
         \x20 fuel      no limit; {} spent\n",
        Grouped(max_frames.into()),
        Grouped(MAX_NESTING.into()),
        Grouped(native_stack as u64),
        Grouped(hot.into()),
        Grouped(stats.fuel),
    )
}
