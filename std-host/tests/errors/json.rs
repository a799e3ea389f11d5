//! Errors as JSON, read back.

use serde_json::{Value, json};
use siskin::diagnostics::{Format, Source};
use siskin::{Dialect, Options};

use crate::case::{Case, same};

fn lines(case: Case) -> Vec<Value> {
    let text = case.show(Format::Json);
    text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
}

#[test]
fn fields_come_in_this_order() {
    same(
        &Case::new("let a = NIL;").show(Format::Json),
        "{\"severity\":\"error\",\"kind\":\"runtime\",\"message\":\"Undefined variable 'NIL'.\",\"file\":\"a.sk\",\
         \"span\":{\"start\":8,\"end\":11,\"line\":1,\"column\":9,\"end_line\":1,\"end_column\":12},\
         \"frames\":[{\"function\":null,\"file\":\"a.sk\",\"line\":1,\"column\":9}],\"omitted_frames\":0,\
         \"causes\":[],\"help\":[\"did you mean 'nil'?\"]}\n",
    );
}

#[test]
fn compile_errors_are_a_line_each() {
    let errors = lines(Case::new("let a = ;\nlet ä = 1;\n"));
    assert_eq!(errors.len(), 2);
    assert_eq!(
        errors[1],
        json!({
            "severity": "error",
            "kind": "compile",
            "message": "Unexpected character.",
            "file": "a.sk",
            "span": { "start": 14, "end": 16, "line": 2, "column": 5, "end_line": 2, "end_column": 6 },
            "frames": [],
            "omitted_frames": 0,
            "causes": [],
            "help": ["names have the letters a to z, digits and '_'"],
        })
    );
}

#[test]
fn frames_are_innermost_first() {
    let errors = lines(Case::new("fn f(x) {\n  x.y\n}\nfn g() { f(nil) }\ng();"));
    assert_eq!(errors.len(), 1);
    assert_eq!(
        errors[0]["frames"],
        json!([
            { "function": "f", "file": "a.sk", "line": 2, "column": 3 },
            { "function": "g", "file": "a.sk", "line": 4, "column": 10 },
            { "function": null, "file": "a.sk", "line": 5, "column": 1 },
        ])
    );
    assert_eq!(errors[0]["kind"], "runtime");
}

#[test]
fn names_and_texts_are_escaped() {
    let source = Source::new("a \"b\"\\\n\u{1}.sk", "print nope;", Dialect::Siskin);
    let errors = lines(Case { source, ..Case::new("") });
    assert_eq!(errors[0]["file"], "a \"b\"\\\n\u{1}.sk");
    assert_eq!(errors.len(), 1);
}

#[test]
fn limits_are_a_kind_of_their_own() {
    let fuel = Case { fuel: Some(10), ..Case::new("while true {}") };
    let memory = Options::new().memory(1 << 20);
    let memory = Case { options: memory, ..Case::new("var s = \"s\"; while true { s = s + s; }") };
    let depth = Case::new("fn f() { f() } f();");
    let nothing = Case { options: Options::new().memory(100), ..Case::new("") };
    for (case, message) in [
        (fuel, "Out of fuel."),
        (memory, "Out of memory."),
        (depth, "Stack overflow."),
        (nothing, "Out of memory."),
    ] {
        let errors = lines(case);
        assert_eq!((&errors[0]["kind"], &errors[0]["message"]), (&json!("limit"), &json!(message)));
    }
}

#[test]
fn middle_of_long_stacks_is_left_out() {
    let error = &lines(Case::new("fn f(n) { f(n + 1) }\nf(0);"))[0];
    let frames = error["frames"].as_array().expect("a list");
    assert_eq!(frames.len(), 64);
    assert_eq!(error["omitted_frames"], 16_384 - 64);
    assert_eq!(frames[63], json!({ "function": null, "file": "a.sk", "line": 2, "column": 1 }));
}
