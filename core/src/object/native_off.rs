//! In place of `native`, without the feature of that name: nothing is counted, sampled or compiled.

use super::Tracer;
use crate::mem::Mem;

/// The record between a function's sites and its constants.
#[repr(C, align(8))]
pub(crate) struct DataHeader;

impl DataHeader {
    pub(super) fn new() -> DataHeader {
        DataHeader
    }

    /// A call or an iteration of a loop, which is never the last before something is due.
    #[inline(always)]
    pub(crate) fn count(&self, _: u32) -> bool {
        false
    }
}

/// The part of a function that native tiers use.
pub(crate) struct FunctionNative;

impl FunctionNative {
    pub(super) fn new(_: &Mem) -> FunctionNative {
        FunctionNative
    }

    pub(super) fn trace(&self, _: &mut impl Tracer) {}

    pub(super) fn finalize(&self, _: &mut CodeList) {}
}

/// The list of all machine code of a heap.
pub(crate) struct CodeList;

impl CodeList {
    pub(crate) fn new(_: &Mem) -> CodeList {
        CodeList
    }
}
