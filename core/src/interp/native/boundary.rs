//! Functions of the host that call scripts while machine code waits below them.

use crate::interp::Vm;

/// The saved state of machine code below a function of the host.
pub(in crate::interp) struct Boundary {
    sp: usize,
    entered: usize,
    limit: usize,
    sampling: bool,
    outer: bool,
}

impl Vm {
    /// A function of the host begins to call a script.
    pub(in crate::interp) fn begin_boundary(&mut self) -> Boundary {
        let boundary = Boundary {
            sp: self.context.native.sp,
            entered: self.native.entered,
            limit: self.native.limit,
            sampling: self.native.sampling,
            outer: self.native.waits,
        };
        self.native.waits |= self.native.is_active();
        self.native.entered = usize::MAX;
        self.native.sampling = false;
        boundary
    }

    /// The script has ended.
    pub(in crate::interp) fn end_boundary(&mut self, boundary: &Boundary) {
        self.context.native.sp = boundary.sp;
        self.native.entered = boundary.entered;
        self.native.limit = boundary.limit;
        self.native.waits = boundary.outer;
        self.native.sampling = boundary.sampling;
        self.context.stack.back_in_host(boundary.entered);
        // Meanwhile, samples may have been taken and code given up.
        self.native.leave();
    }
}
