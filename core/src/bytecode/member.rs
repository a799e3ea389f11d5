//! The sorts of members that the instruction `method` adds to a class.

macro_rules! members {
    ($($(#[doc = $doc:literal])* $name:ident;)*) => {
        /// A sort of member.
        #[repr(u8)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum MemberKind { $($(#[doc = $doc])* $name,)* }

        impl MemberKind {
            /// All there are, by number.
            const ALL: &[MemberKind] = &[$(MemberKind::$name),*];
        }
    };
}

members! {
    /// A method of instances.
    Method;
    /// A function that is called to read a property of an instance.
    Getter;
    /// A function that is called to assign a property of an instance.
    Setter;
    /// A method of the class itself.
    StaticMethod;
    /// A function that is called to read a property of the class.
    StaticGetter;
    /// A function that is called to assign a property of the class.
    StaticSetter;
    /// A field of the class, whose value the function gives.
    StaticField;
    /// A field of the values of a variant of an enum.
    VariantField;
    /// A variant of an enum.
    Variant;
}

impl MemberKind {
    /// The sort with this number.
    #[must_use]
    pub fn of(number: u8) -> Option<MemberKind> {
        MemberKind::ALL.get(usize::from(number)).copied()
    }
}
