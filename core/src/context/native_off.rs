//! In place of `native`, without the feature of that name: no machine code, no fields.

/// Fields that only machine code and its stubs use.
pub(crate) struct NativeContext;
