//! The opcode table: the one place that says which instructions exist.
//!
//! A group is `"title" "text" { rows }`, a row `Variant method "mnemonic" [effects] { operand: Type at field, ... } "meaning";`.
//! From the rows derive the [`Op`](super::Op) and [`Insn`](super::Insn) enums, the encoder and decoder, the
//! [`Visitor`](super::Visitor) that every machine implements, and two tables:
//!
//! | table | of | for |
//! |---|---|---|
//! | [`ROWS`](super::ROWS) | facts: operands and effects | the verifier, the compiler, sampling, native tiers |
//! | [`TEXTS`](super::TEXTS), [`GROUPS`](super::GROUPS) | texts: mnemonics, meanings, titles | listings, `docs/opcodes.md` |
//!
//! A program that lists nothing links no texts. A row without a meaning in some machine does not compile.
//!
//! The type of an operand says whether its register is used or defined ([`Access`](super::Access)). Effects are those of
//! [`Effect`](super::Effect); `pure` and `frameless` promise something, so a row that forgets one is slow, not wrong.
//!
//! Adding a row is a worked example in `CONTRIBUTING.md`.

/// What the last part of a mnemonic says of an operand.
pub static SUFFIXES: [(&str, &str); 4] = [
    (".far", "a register may be any of the frame"),
    (".i", "an operand is a small integer in the instruction"),
    (".n", "an operand is a number in the constants"),
    (".k", "an operand is a literal in the constants"),
];

/// Calls `$then! { groups }`.
#[macro_export]
#[doc(hidden)]
macro_rules! opcode_table {
    ($then:ident) => { $then! {
        "Loads and moves"
            "`get.far` and `set.far` reach the registers beyond an 8-bit field."
        {
            Move move_ "move" [pure frameless] { dst: Dst at a, src: Src at b }
                "dst = src";
            GetFar get_far "get.far" [pure] { dst: Dst at a, src: FarSrc at bx }
                "dst = src, from any register";
            SetFar set_far "set.far" [pure] { src: Src at a, dst: FarDst at bx }
                "dst = src, to any register";
            LoadNil load_nil "nil" [pure frameless] { dst: Dst at a }
                "dst = nil";
            LoadTrue load_true "true" [pure frameless] { dst: Dst at a }
                "dst = true";
            LoadFalse load_false "false" [pure frameless] { dst: Dst at a }
                "dst = false";
            LoadInt load_int "int" [pure frameless] { dst: Dst at a, value: Imm16 at bx }
                "dst = value";
            LoadLit load_lit "lit" [pure frameless] { dst: Dst at a, lit: Lit32 at x }
                "dst = lit";
        }

        "Upvalues and cells"
            "A variable that is captured and assigned again lives in a cell; all others are copied into the closure."
        {
            GetUpvalue get_upvalue "get.up" [pure frameless] { dst: Dst at a, upvalue: Upvalue16 at bx }
                "dst = upvalue, a variable that was captured by value (or its cell itself)";
            GetUpvalueCell get_upvalue_cell "get.upcell" [throw frameless] { dst: Dst at a, upvalue: Upvalue16 at bx }
                "dst = what the cell in upvalue holds";
            SetUpvalueCell set_upvalue_cell "set.upcell" [throw frameless] { src: Src at a, upvalue: Upvalue16 at bx }
                "the cell in upvalue holds src";
            NewCell new_cell "cell" [throw alloc] { dst: Dst at a, src: Src at b }
                "dst = a new cell that holds src";
            GetCell get_cell "get.cell" [throw] { dst: Dst at a, cell: Src at b }
                "dst = what cell holds";
            SetCell set_cell "set.cell" [throw] { cell: Src at a, src: Src at b }
                "cell holds src";
        }

        "Globals"
            "The constant names the global; where it lies is found once, when the program is loaded."
        {
            GetGlobal get_global "get.global" [throw frameless] { dst: Dst at a, global: Global32 at x }
                "dst = global, which must be defined";
            SetGlobal set_global "set.global" [throw frameless] { src: Src at a, global: Global32 at x }
                "global = src; it must be defined";
            DefGlobal def_global "def.global" [] { src: Src at a, global: Global32 at x }
                "global = src, defined from here on";
        }

        "Arithmetic"
            "A number that is an integer and fits 32 bits is kept as one."
        {
            Add add "add" [throw alloc bulk frameless] { dst: Dst at a, lhs: Src at b, rhs: Src at c }
                "dst = lhs + rhs: two numbers or two strings";
            Sub sub "sub" [throw frameless] { dst: Dst at a, lhs: Src at b, rhs: Src at c }
                "dst = lhs - rhs";
            Mul mul "mul" [throw frameless] { dst: Dst at a, lhs: Src at b, rhs: Src at c }
                "dst = lhs * rhs";
            Div div "div" [throw frameless] { dst: Dst at a, lhs: Src at b, rhs: Src at c }
                "dst = lhs / rhs";
            AddI add_i "add.i" [throw frameless] { dst: Dst at a, lhs: Src at b, rhs: Imm8 at c }
                "dst = lhs + rhs";
            SubI sub_i "sub.i" [throw frameless] { dst: Dst at a, lhs: Src at b, rhs: Imm8 at c }
                "dst = lhs - rhs";
            AddN add_n "add.n" [throw frameless] { dst: Dst at a, lhs: Src at b, rhs: Num8 at c }
                "dst = lhs + rhs";
            SubN sub_n "sub.n" [throw frameless] { dst: Dst at a, lhs: Src at b, rhs: Num8 at c }
                "dst = lhs - rhs";
            MulN mul_n "mul.n" [throw frameless] { dst: Dst at a, lhs: Src at b, rhs: Num8 at c }
                "dst = lhs * rhs";
            DivN div_n "div.n" [throw frameless] { dst: Dst at a, lhs: Src at b, rhs: Num8 at c }
                "dst = lhs / rhs";
            Neg neg "neg" [throw frameless] { dst: Dst at a, src: Src at b }
                "dst = -src";
            Not not "not" [pure frameless] { dst: Dst at a, src: Src at b }
                "dst = whether src is false or nil";
            Mod mod_ "mod" [throw frameless] { dst: Dst at a, lhs: Src at b, rhs: Src at c }
                "dst = lhs % rhs, with the sign of rhs";
            FloorDiv floor_div "floordiv" [throw frameless] { dst: Dst at a, lhs: Src at b, rhs: Src at c }
                "dst = lhs ~/ rhs, the greatest integer that is not above the quotient";
            Pow pow "pow" [throw frameless] { dst: Dst at a, lhs: Src at b, rhs: Src at c }
                "dst = lhs ** rhs";
        }

        "Bits"
            "Operands are integers from -2^31 to 2^32 - 1, of which 32 bits count. A result is signed, but for `shr.zero`."
        {
            BitAnd bit_and "bit.and" [throw frameless] { dst: Dst at a, lhs: Src at b, rhs: Src at c }
                "dst = lhs & rhs";
            BitOr bit_or "bit.or" [throw frameless] { dst: Dst at a, lhs: Src at b, rhs: Src at c }
                "dst = lhs | rhs";
            BitXor bit_xor "bit.xor" [throw frameless] { dst: Dst at a, lhs: Src at b, rhs: Src at c }
                "dst = lhs ^ rhs";
            BitNot bit_not "bit.not" [throw frameless] { dst: Dst at a, src: Src at b }
                "dst = ~src";
            Shl shl "shl" [throw frameless] { dst: Dst at a, lhs: Src at b, rhs: Src at c }
                "dst = lhs << rhs, a count from 0 to 31";
            Shr shr "shr" [throw frameless] { dst: Dst at a, lhs: Src at b, rhs: Src at c }
                "dst = lhs >> rhs, the sign coming in";
            ShrZero shr_zero "shr.zero" [throw frameless] { dst: Dst at a, lhs: Src at b, rhs: Src at c }
                "dst = lhs >>> rhs, zeros coming in; from 0 to 2^32 - 1";
        }

        "Comparisons as values"
            "Where a comparison decides a jump, the jump compares. Order is of numbers; in functions of the Siskin dialect also of \
             strings, by their bytes."
        {
            Eq eq "eq" [bulk frameless] { dst: Dst at a, lhs: Src at b, rhs: Src at c }
                "dst = whether lhs equals rhs";
            Ne ne "ne" [bulk frameless] { dst: Dst at a, lhs: Src at b, rhs: Src at c }
                "dst = whether lhs differs from rhs";
            Lt lt "lt" [throw bulk frameless] { dst: Dst at a, lhs: Src at b, rhs: Src at c }
                "dst = lhs < rhs";
            Le le "le" [throw bulk frameless] { dst: Dst at a, lhs: Src at b, rhs: Src at c }
                "dst = lhs <= rhs";
        }

        "Forward jumps"
            "`n` is for not: `jump.nlt` also goes when an operand is not a number but NaN, so it is not `jump.ge`. \
             All values but nil and false are truthy."
        {
            Jump jump "jump" [jump end] { to: Forward24 at sbx }
                "jump to `to`";
            JumpTrue jump_true "jump.true" [jump] { src: Src at a, to: Forward32 at x }
                "jump to `to` if src is truthy";
            JumpFalse jump_false "jump.false" [jump] { src: Src at a, to: Forward32 at x }
                "jump to `to` unless src is truthy";
            JumpNil jump_nil "jump.nil" [jump] { src: Src at a, to: Forward32 at x }
                "jump to `to` if src is nil";
            JumpAbsent jump_absent "jump.absent" [jump throw alloc bulk]
                { object: Src at a, index: Src at b, fields: Count at c, to: Forward32 at x }
                "jump to `to` if index is no key of object, a map, or is past its items; with fields, also if it names no property of an instance";
            JumpNotList jump_not_list "jump.nlist" [jump] { src: Src at a, least: Count at b, most: Count at c, to: Forward32 at x }
                "jump to `to` unless src is a list of least to most items; a most of 255 is any";
            JumpNotMap jump_not_map "jump.nmap" [jump] { src: Src at a, fields: Count at b, to: Forward32 at x }
                "jump to `to` unless src is a map or, with fields, an instance";
            JumpNotVariant jump_not_variant "jump.nvar" [jump throw]
                { src: Src at a, class: Src at b, fields: Count at c, to: Forward32 at x }
                "jump to `to` unless src is a value of class, a variant, which must have that many fields";
            JumpNotComparable jump_not_comparable "jump.ncmp" [jump]
                { lhs: Src at a, rhs: Src at b, how: Count at c, to: Forward32 at x }
                "jump to `to` unless lhs < rhs (for how 0), rhs < lhs (for 1) or lhs in rhs (for 2) has an answer";
            JumpNotNil jump_not_nil "jump.nnil" [jump] { src: Src at a, to: Forward32 at x }
                "jump to `to` unless src is nil";
            JumpGiven jump_given "jump.given" [jump] { src: Src at a, to: Forward32 at x }
                "jump to `to` unless src is the register of an argument that the call left out";
            JumpEq jump_eq "jump.eq" [jump bulk] { lhs: Src at a, rhs: Src at b, to: Forward32 at x }
                "jump to `to` if lhs equals rhs";
            JumpNe jump_ne "jump.ne" [jump bulk] { lhs: Src at a, rhs: Src at b, to: Forward32 at x }
                "jump to `to` if lhs differs from rhs";
            JumpEqLit jump_eq_lit "jump.eq.k" [jump bulk] { lhs: Src at a, rhs: Lit8 at b, to: Forward32 at x }
                "jump to `to` if lhs equals rhs";
            JumpNeLit jump_ne_lit "jump.ne.k" [jump bulk] { lhs: Src at a, rhs: Lit8 at b, to: Forward32 at x }
                "jump to `to` if lhs differs from rhs";
            JumpLt jump_lt "jump.lt" [jump throw bulk] { lhs: Src at a, rhs: Src at b, to: Forward32 at x }
                "jump to `to` if lhs < rhs";
            JumpNotLt jump_not_lt "jump.nlt" [jump throw bulk] { lhs: Src at a, rhs: Src at b, to: Forward32 at x }
                "jump to `to` unless lhs < rhs";
            JumpLe jump_le "jump.le" [jump throw bulk] { lhs: Src at a, rhs: Src at b, to: Forward32 at x }
                "jump to `to` if lhs <= rhs";
            JumpNotLe jump_not_le "jump.nle" [jump throw bulk] { lhs: Src at a, rhs: Src at b, to: Forward32 at x }
                "jump to `to` unless lhs <= rhs";
            JumpLtN jump_lt_n "jump.lt.n" [jump throw] { lhs: Src at a, rhs: Num8 at b, to: Forward32 at x }
                "jump to `to` if lhs < rhs";
            JumpNotLtN jump_not_lt_n "jump.nlt.n" [jump throw] { lhs: Src at a, rhs: Num8 at b, to: Forward32 at x }
                "jump to `to` unless lhs < rhs";
            JumpLeN jump_le_n "jump.le.n" [jump throw] { lhs: Src at a, rhs: Num8 at b, to: Forward32 at x }
                "jump to `to` if lhs <= rhs";
            JumpNotLeN jump_not_le_n "jump.nle.n" [jump throw] { lhs: Src at a, rhs: Num8 at b, to: Forward32 at x }
                "jump to `to` unless lhs <= rhs";
            JumpGtN jump_gt_n "jump.gt.n" [jump throw] { lhs: Src at a, rhs: Num8 at b, to: Forward32 at x }
                "jump to `to` if lhs > rhs";
            JumpNotGtN jump_not_gt_n "jump.ngt.n" [jump throw] { lhs: Src at a, rhs: Num8 at b, to: Forward32 at x }
                "jump to `to` unless lhs > rhs";
            JumpGeN jump_ge_n "jump.ge.n" [jump throw] { lhs: Src at a, rhs: Num8 at b, to: Forward32 at x }
                "jump to `to` if lhs >= rhs";
            JumpNotGeN jump_not_ge_n "jump.nge.n" [jump throw] { lhs: Src at a, rhs: Num8 at b, to: Forward32 at x }
                "jump to `to` unless lhs >= rhs";
        }

        "Back-edges"
            "The only way back, so fuel is charged here. A loop tests at the bottom; the commonest step, test and jump \
             are one instruction."
        {
            Loop loop_ "loop" [jump end fuel] { to: Back24 at sbx }
                "jump to `to`";
            LoopTrue loop_true "loop.true" [jump fuel] { src: Src at a, to: Back32 at x }
                "jump to `to` if src is truthy";
            LoopLt loop_lt "loop.lt" [jump throw bulk fuel] { lhs: Src at a, rhs: Src at b, to: Back32 at x }
                "jump to `to` if lhs < rhs";
            LoopLe loop_le "loop.le" [jump throw bulk fuel] { lhs: Src at a, rhs: Src at b, to: Back32 at x }
                "jump to `to` if lhs <= rhs";
            LoopLtN loop_lt_n "loop.lt.n" [jump throw fuel] { lhs: Src at a, rhs: Num8 at b, to: Back32 at x }
                "jump to `to` if lhs < rhs";
            LoopLeN loop_le_n "loop.le.n" [jump throw fuel] { lhs: Src at a, rhs: Num8 at b, to: Back32 at x }
                "jump to `to` if lhs <= rhs";
            AddLoopLt add_loop_lt "add.loop.lt" [jump throw fuel]
                { var: Var at a, rhs: Src at b, step: Imm8 at c, to: Back32 at x }
                "var = var + step, then jump to `to` if var < rhs";
            AddLoopLe add_loop_le "add.loop.le" [jump throw fuel]
                { var: Var at a, rhs: Src at b, step: Imm8 at c, to: Back32 at x }
                "var = var + step, then jump to `to` if var <= rhs";
            AddLoopLtN add_loop_lt_n "add.loop.lt.n" [jump throw fuel]
                { var: Var at a, rhs: Num8 at b, step: Imm8 at c, to: Back32 at x }
                "var = var + step, then jump to `to` if var < rhs";
            AddLoopLeN add_loop_le_n "add.loop.le.n" [jump throw fuel]
                { var: Var at a, rhs: Num8 at b, step: Imm8 at c, to: Back32 at x }
                "var = var + step, then jump to `to` if var <= rhs";
        }

        "Calls"
            "The callee's registers begin at the window: arguments are where it looks for them, and the result lands \
             where the callee was."
        {
            Call call "call" [throw alloc call fuel] { argc: Argc at a, win: Win at bx }
                "win = win(argc arguments from win + 1 on)";
            Invoke invoke "invoke" [throw alloc call fuel] { argc: Argc at a, win: Win at bx, site: Site32 at x }
                "win = the method that site names, of the receiver in win, called with argc arguments";
            SuperInvoke super_invoke "super.invoke" [throw alloc call fuel]
                { argc: Argc at a, win: SuperWin at bx, site: Site32 at x }
                "as invoke, but a method of the superclass, which is in the register after the last argument";
            CallList call_list "call.list" [throw alloc bulk call fuel] { argc: Argc at a, win: Win at bx }
                "as call, but the last of the argc registers holds a list, whose items are arguments in its place";
            InvokeList invoke_list "invoke.list" [throw alloc bulk call fuel] { argc: Argc at a, win: Win at bx, site: Site32 at x }
                "as invoke, but the last of the argc registers holds a list, whose items are arguments in its place";
            Return return_value "return" [end] { src: Src at a }
                "leave this function with the value src";
            ReturnNil return_nil "return.nil" [end] {}
                "leave this function with the value nil";
            Throw throw "throw" [throw end] { src: Src at a }
                "raise src as an error";
            Yield yield_value "yield" [throw] { dst: Dst at a, src: Src at b }
                "the fiber stands still, and what resumed it gets src; dst = what it is resumed with";
            Resume resume "resume" [throw alloc] { dst: Dst at a, object: Src at b, src: Src at c }
                "object, a fiber, goes on with src; dst = what it yields or returns";
            ResumeNext resume_next "resume.next" [throw alloc] { dst: Dst at a, object: Src at b, src: Src at c }
                "as `resume`, but dst = `Stop` when the fiber returns, and ever after";
            Finish finish "finish" [throw alloc bulk end] { src: Src at a }
                "leave this function of the library, and end the caller's instruction with the value src";
        }

        "Objects"
            "A site is an inline cache beside the code; it belongs to one instruction."
        {
            GetField get_field "get.field" [throw alloc frameless]
                { dst: Dst at a, object: Src at b, site: Site32 at x }
                "dst = the property of object that site names; a method becomes bound";
            SetField set_field "set.field" [throw alloc bulk frameless]
                { object: Src at a, src: Src at b, site: Site32 at x }
                "the field of object that site names = src";
            GetSuper get_super "get.super" [throw alloc]
                { dst: Dst at a, this: Src at b, superclass: Src at c, site: Site32 at x }
                "dst = the method of superclass that site names, bound to this";
            Closure closure "closure" [throw alloc bulk] { dst: Dst at a, function: Fn32 at x }
                "dst = a closure of function over the variables that it captures";
            NewClass new_class "class" [throw alloc] { dst: Dst at a, fields: Count at b, name: Name32 at x }
                "dst = a new class, whose instances will likely have that many fields";
            NewVariant new_variant "variant" [throw alloc]
                { dst: Dst at a, class: Src at b, fields: Count at c, name: Name32 at x }
                "dst = the class of the values of a new variant of class, an enum, which get that many fields";
            Inherit inherit "inherit" [throw alloc] { class: Src at a, superclass: Src at b }
                "class gets the methods of superclass, which must be a class";
            AddMethod add_method "method" [throw alloc bulk]
                { class: Src at a, closure: Src at b, kind: Member at c, name: Name32 at x }
                "class gets a member, which closure is or gives; a variant is its class in place of a closure";
        }

        "Lists, items and ranges"
            "An item is found by an index, which is an integer from 0 on, or by a range, which gives a list or a string. A loop over \
             items keeps its state in registers in a row."
        {
            NewList new_list "list" [throw alloc bulk] { dst: Dst at a, first: Regs at bx, count: Count32 at x }
                "dst = a new list of count values, from first on";
            ListExtend list_extend "list.extend" [throw alloc bulk]
                { list: Src at a, first: Regs at bx, count: Count32 at x }
                "append count values, from first on, to list";
            NewMap new_map "map" [throw alloc bulk] { dst: Dst at a, first: Regs at bx, count: Count32 at x }
                "dst = a new map of count keys and values in turn, from first on";
            MapExtend map_extend "map.extend" [throw alloc bulk]
                { list: Src at a, first: Regs at bx, count: Count32 at x }
                "set the values of keys of list, a map, which are count registers in turn, from first on";
            GetIndex get_index "get.index" [throw alloc bulk] { dst: Dst at a, object: Src at b, index: Src at c }
                "dst = the item of object at index";
            GetIndexI get_index_i "get.index.i" [throw alloc bulk]
                { dst: Dst at a, object: Src at b, index: Imm8 at c }
                "dst = the item of object at index";
            SetIndex set_index "set.index" [throw alloc bulk] { object: Src at a, index: Src at b, src: Src at c }
                "the item of object at index = src";
            In in_ "in" [throw bulk] { dst: Dst at a, lhs: Src at b, rhs: Src at c }
                "dst = whether rhs contains lhs";
            Is is "is" [throw bulk] { dst: Dst at a, lhs: Src at b, rhs: Src at c }
                "dst = whether lhs is of rhs, a class or a type";
            NewRange new_range "range" [throw alloc] { dst: Dst at a, start: Src at b, end: Src at c }
                "dst = the range from start to end, without end";
            NewRangeIncl new_range_incl "range.incl" [throw alloc] { dst: Dst at a, start: Src at b, end: Src at c }
                "dst = the range from start to end, with end";
            NewRangeFrom new_range_from "range.from" [throw alloc] { dst: Dst at a, start: Src at b }
                "dst = the range from start on, without an end";
            CheckRange check_range "range.check" [throw] { start: Src at a, end: Src at b }
                "start and end must be numbers that a range can have";
            ForPrep for_prep "for.prep" [throw] { iter: IterBegin at bx }
                "begin a loop over the items of iter";
            ForNext for_next "for.next" [jump throw alloc bulk fuel] { iter: Iter at bx, to: Back32 at x }
                "jump to `to` with the next item of iter, if there is one";
            ForNextKey for_next_key "for.next.key" [jump throw alloc bulk fuel] { iter: KeyIter at bx, to: Back32 at x }
                "jump to `to` with the next item of iter and its key, if there is one";
        }

        "Patterns"
            "What takes a value apart looks first whether it can be: these fail if not, and `jump.nlist` and its like jump. 255 is no \
             most length, but any."
        {
            CheckList check_list "list.check" [throw] { src: Src at a, least: Count at b, most: Count at c }
                "src must be a list of least to most items";
            CheckMap check_map "map.check" [throw] { src: Src at a, fields: Count at b }
                "src must be a map or, with fields, an instance";
            CheckKey check_key "key.check" [throw alloc bulk] { object: Src at a, index: Src at b }
                "object, a map or an instance, must have index, a key or the name of a property";
            GetVariantField get_variant_field "get.payload" [throw] { dst: Dst at a, src: Src at b, index: Count at c }
                "dst = the field at index of src, a value of a variant";
            NoMatch no_match "match.none" [throw end] { src: Src at a }
                "raise the error that no arm fits src";
        }

        "Strings"
            "A value's text is what `print` writes. A format is an integer in the constants; see `docs/language.md` for what it can say."
        {
            Concat concat "concat" [throw alloc bulk] { dst: Dst at a, first: Regs at bx, count: Count32 at x }
                "dst = the texts of count registers from first on, joined";
            Format format "format" [throw alloc bulk] { dst: Dst at a, src: Src at b, format: Lit32 at x }
                "dst = the text of src in that format";
        }

        "Output"
            "Lox's `print`."
        {
            Print print "print" [throw bulk] { src: Src at a }
                "write src and a line end";
        }

        "Interrupts"
            "Code without calls and loops costs no fuel, so that no end of a slice stops it. The compiler puts a poll where \
             more than 32 words would run without one, and the verifier refuses code that goes further."
        {
            Poll poll "poll" [poll] {}
                "stop if the host wants the run to";
        }
    } };
    }
