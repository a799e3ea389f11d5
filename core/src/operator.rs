//! Operators that classes can define.
//!
//! The method of an operator is in the class's methods, under a name that no other method can have: the parser gives it that
//! name, the VM knows it by that name. So operators are inherited and overridden as methods are.

macro_rules! operators {
    ($($(#[doc = $doc:literal])* $name:ident $text:literal $params:expr;)*) => {
        /// An operator that a class can define.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Operator {
            $($(#[doc = $doc])* $name,)*
        }

        impl Operator {
            /// All there are.
            pub(crate) const ALL: [Operator; OPERATORS] = [$(Operator::$name),*];

            /// The name of its method.
            pub(crate) const fn method(self) -> &'static str {
                match self { $(Operator::$name => concat!("operator ", $text),)* }
            }

            /// The number of its operands beside the receiver; none if it takes any number.
            pub(crate) const fn operands(self) -> Option<usize> {
                match self { $(Operator::$name => $params,)* }
            }
        }

        /// The number of operators.
        pub(crate) const OPERATORS: usize = [$($text),*].len();
    };
}

operators! {
    /// `a + b`
    Add "+" Some(1);
    /// `a - b`
    Sub "-" Some(1);
    /// `a * b`
    Mul "*" Some(1);
    /// `a / b`
    Div "/" Some(1);
    /// `a % b`
    Mod "%" Some(1);
    /// `a ~/ b`
    FloorDiv "~/" Some(1);
    /// `a ** b`
    Pow "**" Some(1);
    /// `a == b`; `a != b` is its opposite.
    Equal "==" Some(1);
    /// `a < b`, from which all orderings derive.
    Less "<" Some(1);
    /// `a[i]`
    Index "[]" Some(1);
    /// `a[i] = b`
    SetIndex "[]=" Some(2);
    /// `a(...)`
    Call "()" None;
    /// `b in a`
    In "in" Some(1);
    /// The text that `print` writes.
    String "string" Some(0);
    /// `-a`
    Negate "unary -" Some(0);
}

impl Operator {
    /// The operator whose method has a name.
    pub(crate) fn of_method(name: &str) -> Option<Operator> {
        // Most methods are those of no operator.
        name.strip_prefix("operator ")?;
        Operator::ALL.into_iter().find(|operator| operator.method() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::Operator;

    #[test]
    fn an_operator_is_found_by_its_method() {
        for operator in Operator::ALL {
            assert_eq!(Operator::of_method(operator.method()), Some(operator));
        }
        assert_eq!(Operator::of_method("operator"), None);
        assert_eq!(Operator::of_method("operator ="), None);
    }
}
