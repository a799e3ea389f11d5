//! Programs with many or large parts of one sort.

use siskin_core::Dialect;
use siskin_core::compile::{CompileError, CompileOptions, compile};

use siskin_core::testing::mem;

use crate::harness::{lox, siskin, try_compile};

/// `item(0)` to `item(count - 1)`, joined.
fn join(count: usize, separator: &str, item: impl Fn(usize) -> String) -> String {
    (0..count).map(item).collect::<Vec<_>>().join(separator)
}

#[test]
fn long_chains() {
    let chain = |separator, item: &str| vec![item; 10_000].join(separator);
    siskin(&format!("var a = 1; print {};", chain(" + ", "a")), "10000");
    siskin(&format!("{{ var a = 1; print {}; }}", chain(" + ", "a")), "10000");
    siskin(&format!("print {};", chain(" + ", "1")), "10000");
    siskin(&format!("var a = 1; if ({}) {{ print 2; }}", chain(" and ", "a")), "2");
    siskin(&format!("var a = 1; print {}; {};", chain(" or ", "!a"), chain(" and ", "a")), "false");
    siskin(
        &format!("var i = 0; while (i < 3 and {}) {{ i = i + 1; }} print i;", chain(" and ", "i < 3")),
        "3",
    );
    siskin(&format!("class A {{ m() {{ this }} }} print A(){};", chain("", ".m()")), "A instance");
    siskin(&format!("fn f() {{ f }} print f{};", chain("", "()")), "<fn f>");
    siskin(&format!("class A {{}} var a = A(); a.a = a; print a{};", chain("", ".a")), "A instance");
    let ifs = join(10_000, " else ", |index| format!("if (a == {index}) {{ print {index}; }}"));
    siskin(&format!("var a = 9999; {ifs}"), "9999");
    let ifs = join(5_000, " else ", |index| format!("if a == {index} {{ {index} + a }}"));
    siskin(&format!("var a = 4999; print {ifs}; fn f() {{ {ifs} }} print f();"), "9998\n9998");
}

#[test]
fn deep_nesting() {
    let nest = |open: &str, inner: &str, close: &str, depth| {
        format!("{}{inner}{}", open.repeat(depth), close.repeat(depth))
    };
    siskin(&format!("fn f(x) {{ x + 1 }} print {};", nest("f(", "0", ")", 300)), "300");
    siskin(&format!("var a = 1; print {};", nest("a + (", "0", ")", 300)), "300");
    siskin(&format!("var a = 1; print {};", nest("(a or (nil and ", "0", "))", 200)), "1");
    siskin(&format!("var a; {} print a;", nest("if (!a) { while (!a) {", "a = 1;", "}}", 150)), "1");
    siskin(&format!("print {};", nest("{ let a = ", "1", "; a }", 200)), "1");
    siskin(&nest("fn f() {", "print 1;", "f();", 1).replace("f();", "} f();"), "1");
    siskin(&nest("fn f() {", "print 1;", "} f();", 100), "1");
}

#[test]
fn locals_and_temporaries_out_of_reach() {
    let locals = join(250, "", |index| format!("var v{index} = {index};"));
    lox(
        &format!(
            "{{ {locals} print v0 + (v1 + (v2 + (v3 + (v4 + (v5 + (v249 + (v248 * v2))))))); v249 = v248 + v247; print v249; }}"
        ),
        "760\n495",
    );
    let locals = join(600, "", |index| format!("var v{index} = {index};"));
    siskin(
        &format!(
            "{{ {locals} v599 = v598 + v1; v1 = v599; print v599 + v1; print v599 == v1; print -v599 < v300;
            fn g() {{ v400 = v400 + 1; v2 + v599 + v400 }} print g(); print v400;
            class C {{ init(x) {{ this.x = x; }} get() {{ this.x }} }}
            class D < C {{ get() {{ super.get() + v599 }} }}
            let d = D(v598); print d.get(); d.x = v500; print d.x; print d.x = v3; print (d.get)();
            for (var i = 0; i < v3; i = i + 1) print i; var i = v2; while i < v5 and i != v4 {{ i = i + 1; }} print i;
            while v3 > 0 {{ v3 = v3 - 1; }} print v3; print v3 or v4; print !v4; print {{ let a = v7; let b = v8; a + b }};
            print if v3 == 0 {{ v9 }} else {{ v10 }}; v11 = nil; print v11; v12 = v13 and v14; print v12; }}"
        ),
        "1198\ntrue\ntrue\n1002\n401\n1197\n500\n3\n602\n0\n1\n2\n4\n0\n0\nfalse\n15\n9\nnil\n14",
    );
}

#[test]
fn parameters_and_windows_out_of_reach() {
    for count in 250..=255 {
        let (parameters, last) = (join(count, ",", |index| format!("p{index}")), count - 1);
        let arguments = join(count, ",", |index| index.to_string());
        siskin(
            &format!(
                "fn f({parameters}) {{ var x = p{last}; fn g() {{ p{last} = p{last} + 1; p{last} + p1 }} g() + p{last} + x }}
                 print f({arguments}); print 1 + f({arguments});
                 class A {{ m({parameters}) {{ p{last} }} }}
                 class B < A {{ m({parameters}) {{ super.m({arguments}) + (super.m)({arguments}) }} }}
                 print B().m({arguments});"
            ),
            &format!("{}\n{}\n{}", 3 * last + 3, 3 * last + 4, 2 * last),
        );
    }
    // Windows that begin in reach of their operands and would end beyond it.
    for count in 236..=254 {
        let locals = join(count, "", |index| format!("var v{index} = {index};"));
        siskin(
            &format!(
                "fn f(a,b,c,d,e,g,h) {{ a+b+c+d+e+g+h }} {{ {locals} print f(1,2,3,f(1,1,1,1,1,1,v1),5,6,v7);
                 print 1 + f(1,1,1,1,1,1,1); var r = f(v1,v1,v1,v1,v1,v1,f(1,1,1,1,1,1,1)); print r; }}"
            ),
            "31\n8\n13",
        );
    }
}

#[test]
fn many_constants_and_captures() {
    let sum = join(1_000, " + ", |index| format!("{index}.5 * a"));
    siskin(
        &format!(
            "var a = 1; print {sum}; print a == 999.25; if a == 5000.5 {{ print 1; }} if a < 5000.5 {{ print 2; }}"
        ),
        "500000\nfalse\n2",
    );
    let strings = join(300, "", |index| format!("if (a == \"s{index}\") {{ print {index}; }}"));
    siskin(&format!("var a = \"s299\"; {strings} var b = \"s299\"; print a == b;"), "299\ntrue");
    let locals = join(400, "", |index| format!("let v{index} = {index};"));
    let sum = join(400, "+", |index| format!("v{index}"));
    siskin(&format!("{{ {locals} fn f() {{ fn g() {{ {sum} }} g() + v7 }} print f(); }}"), "79807");
}

#[test]
fn too_many_registers_is_an_error() {
    // Calls in a row share their windows ...
    let call = format!("f({})", vec!["1"; 255].join(","));
    let parameters = join(255, ",", |index| format!("a{index}"));
    siskin(&format!("fn f({parameters}) {{ a254 }} print {};", vec![call; 300].join(" + ")), "300");
    // ... and nested calls do not.
    let nested = (0..300).fold("1".to_string(), |inner, _| format!("f({} {inner})", "1,".repeat(253)));
    let error =
        try_compile(&format!("fn f() {{}} {nested};"), Dialect::Siskin).expect("it parses").unwrap_err();
    assert!(matches!(error, CompileError::TooLarge { .. }), "{error:?}");
}

/// Each of many nested functions captures all variables of the outermost. Time and memory must not grow with the square
/// of the text's length.
#[test]
fn captured_variables_are_passed_on_in_proportion_to_the_text() {
    let nested = |variables: usize, depth: usize| {
        let declared = join(variables, "", |index| format!("let a{index} = nil;"));
        let used = join(variables, "", |index| format!("a{index};"));
        format!("fn o() {{{declared}{}{used}{}}}", "fn i() {".repeat(depth), "}".repeat(depth))
    };
    for (variables, depth) in [(50, 900), (10_000, 10)] {
        try_compile(&nested(variables, depth), Dialect::Siskin).expect("it parses").expect("it compiles");
    }
    let source = nested(10_000, 900);
    let mem = mem();
    let before = mem.usage().used;
    let error = compile(&source, Dialect::Siskin, &CompileOptions::default(), &mem).unwrap_err();
    assert!(matches!(error, CompileError::TooLarge { what: "captured variables", .. }), "{error:?}");
    let taken = mem.usage().peak - before;
    assert!(taken < 100 * source.len(), "{taken} bytes for {}", source.len());
}
