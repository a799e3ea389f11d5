//! Line tables against the simplest model.

use proptest::prelude::*;
use siskin_core::bytecode::lines::LineMarks;
use siskin_core::testing::mem;

/// The line that the last mark at or before `at` gives.
fn model(marks: &[(u32, u32)], at: u32) -> u32 {
    marks.iter().rev().find(|mark| mark.0 <= at).map_or(1, |mark| mark.1)
}

fn marks() -> impl Strategy<Value = Vec<(u32, u32)>> {
    let line = prop_oneof![4 => 1_u32..20, 1 => any::<u32>()];
    let step = prop_oneof![8 => 0_u32..6, 1 => 0_u32..1 << 20];
    prop::collection::vec((step, line), 0..60).prop_map(|mut marks| {
        let mut at = 0;
        for mark in &mut marks {
            at += mark.0;
            mark.0 = at;
        }
        marks
    })
}

proptest! {
    #[test]
    fn lines_are_what_was_marked(marks in marks(), anywhere in any::<u32>()) {
        let mut lines = LineMarks::new(&mem());
        for &(at, line) in &marks {
            lines.mark(at, line).unwrap();
        }
        let near = marks.iter().flat_map(|mark| [mark.0.saturating_sub(1), mark.0, mark.0 + 1]);
        for at in near.chain([0, anywhere, u32::MAX]) {
            prop_assert_eq!(lines.lines().line(at), model(&marks, at), "at {}", at);
        }
    }

    #[test]
    fn runs_cover_all_in_order(marks in marks()) {
        let mut lines = LineMarks::new(&mem());
        for &(at, line) in &marks {
            lines.mark(at, line).unwrap();
        }
        let mut from = 0;
        let runs: Vec<_> = lines.lines().runs().collect();
        for run in &runs[..runs.len() - 1] {
            let end = run.end.unwrap();
            prop_assert!(from < end);
            prop_assert_eq!(run.line, model(&marks, from));
            prop_assert_eq!(run.line, model(&marks, end - 1));
            from = end;
        }
        prop_assert_eq!(runs[runs.len() - 1].end, None);
        prop_assert_eq!(runs[runs.len() - 1].line, model(&marks, u32::MAX));
    }
}
