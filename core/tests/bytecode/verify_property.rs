//! The verifier against hostile words, and against the naive one.

use proptest::prelude::*;
use siskin_core::bytecode::Text;
use siskin_core::testing::bytecode::{code, listing, program, verify};

use crate::good::{any_change, any_program, good_program};
use crate::naive::acceptable;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_words_are_judged_as_by_the_naive_one(words in prop::collection::vec(any::<u32>(), 0..40)) {
        let mut program = program();
        let mut code = code(&program, Text::default(), 0, 200, &[]);
        code.words.extend_from_slice(&words).unwrap();
        program.functions.push(code).unwrap();
        prop_assert_eq!(verify(&program).is_ok(), acceptable(&program), "{:?}", verify(&program));
        let _ = listing(&program);
    }

    #[test]
    fn good_programs_are_accepted(program in good_program()) {
        prop_assert_eq!(verify(&program), Ok(()), "\n{}", listing(&program));
        prop_assert!(acceptable(&program));
    }

    #[test]
    fn long_programs_are_judged_as_by_the_naive_one(program in any_program(150)) {
        prop_assert_eq!(verify(&program).is_ok(), acceptable(&program), "{:?}\n{}", verify(&program), listing(&program));
    }

    #[test]
    fn changed_programs_are_judged_as_by_the_naive_one(
        mut program in good_program(),
        changes in prop::collection::vec(any_change(), 1..4),
    ) {
        for (function, change) in changes {
            let function = function.index(program.functions.len());
            change.apply(&mut program, function);
            let judged = verify(&program);
            prop_assert_eq!(judged.is_ok(), acceptable(&program), "{:?}\n{}", judged, listing(&program));
            let _ = listing(&program);
        }
    }
}
