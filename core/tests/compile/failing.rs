//! Every allocation of the compiler may fail, alone or with all that follow. The image is the same wherever it is made.

use siskin_core::Dialect;
use siskin_core::bytecode::ImageBuf;
use siskin_core::compile::{CompileError, CompileOptions, compile};
use siskin_core::mem::Mem;
use siskin_core::testing::{Moody, mem};

#[test]
fn every_allocation_may_fail() {
    let source = include_str!("../golden/overview.sk");
    let image = |mem: &Mem| -> Option<ImageBuf> {
        let image = compile(source, Dialect::Siskin, &CompileOptions::default(), mem);
        image.inspect_err(|error| assert!(matches!(error, CompileError::OutOfMemory), "{error:?}")).ok()
    };
    let whole = image(&mem()).unwrap();
    // Request 0 is the budget's own.
    for (request, only) in (1..).flat_map(|request| [(request, true), (request, false)]) {
        let alloc = Moody::refusing(request, if only { request + 1 } else { usize::MAX });
        let mem = Mem::new(alloc, usize::MAX).unwrap();
        if let Some(image) = image(&mem) {
            assert_eq!(image.as_ref(), whole.as_ref());
        }
        drop(mem);
        assert_eq!(alloc.bytes(), 0, "bytes lost when request {request} was refused");
        if alloc.asked() <= request {
            assert!(request > 50, "only {request} requests");
            return;
        }
    }
}
