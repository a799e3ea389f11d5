//! Modules as values: what `u` means after `import "./util.sk" as u;`.

use super::{Gc, Header, Kind, Object, ShapeTable, Str, Text, Tracer};

/// A module as a value. A VM has one of each module at most, so identity is equality.
#[repr(C)]
pub(crate) struct ModuleObject {
    header: Header,
    /// The number of the module in its VM.
    pub(crate) id: u32,
    /// What hosts know it by.
    pub(crate) name: Gc<Str>,
}

// SAFETY: repr(C), header first; made by `ModuleObject::new` only.
unsafe impl Object for ModuleObject {
    const KIND: Kind = Kind::Module;

    fn trace(this: Gc<ModuleObject>, tracer: &mut impl Tracer) {
        tracer.object(this.name);
    }

    fn text(this: Gc<ModuleObject>, _: &ShapeTable) -> Text {
        Text { before: b"<module \"", string: Some(this.name), after: b"\">" }
    }
}

impl ModuleObject {
    pub(crate) fn new(id: u32, name: Gc<Str>) -> ModuleObject {
        ModuleObject { header: Header::new(Kind::Module), id, name }
    }
}
