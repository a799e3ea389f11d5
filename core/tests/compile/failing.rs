//! Each allocation of the compiler fails once, alone or with all later ones.

use siskin_core::Dialect;
use siskin_core::compile::{CompileError, CompileOptions, compile};
use siskin_core::mem::Mem;
use siskin_core::syntax::{ParseOptions, parse};
use siskin_core::testing::{Moody, mem};

#[test]
fn every_allocation_may_fail() {
    let source = include_str!("../golden/overview.sk");
    let mem = mem();
    let parsed = parse(source, Dialect::Siskin, &ParseOptions::default(), &mem).unwrap();
    let whole =
        compile(&parsed.ast, &parsed.symbols, source, &CompileOptions::default(), &mem).unwrap().to_string();
    // Request 0 is for the budget itself.
    for (request, only) in (1..).flat_map(|request| [(request, true), (request, false)]) {
        let alloc = Moody::refusing(request, if only { request + 1 } else { usize::MAX });
        let mem = Mem::new(alloc, usize::MAX).unwrap();
        match compile(&parsed.ast, &parsed.symbols, source, &CompileOptions::default(), &mem) {
            Ok(program) => assert_eq!(program.to_string(), whole),
            Err(error) => assert_eq!(error, CompileError::OutOfMemory),
        }
        drop(mem);
        assert_eq!(alloc.bytes(), 0, "bytes lost when request {request} was refused");
        if alloc.asked() <= request {
            assert!(request > 50, "only {request} requests");
            return;
        }
    }
}
