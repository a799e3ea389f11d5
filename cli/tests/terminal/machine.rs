//! Commands that list bytecode and machine code, with the listings of one processor.
#![cfg(target_arch = "x86_64")]

use super::transcript::{check, check_with};

#[test]
fn disasm() {
    check(
        r#"
sk> fn outer(a) { var n = a; fn inner(b) { n = n + b; n } inner }
  defined outer/1

sk> :disasm outer
  bytecode (3 ops, 16 bytes):
  0000  cell           r2, r1
  0001  closure        r3, k0                     ; fn inner
  0003  return         r3

sk> :disasm outer.inner
  bytecode (5 ops, 20 bytes):
  u0 is r2 of the enclosing function
  0000  get.upcell     r2, u0
  0001  add            r2, r2, r1
  0002  set.upcell     r2, u0
  0003  get.upcell     r2, u0
  0004  return         r2

sk> :disasm outer.none
  'outer' has no function 'none'

sk> class C { init(x) { this.x = x; } get() { this.x } }
  defined class C

sk> :disasm C
  bytecode (2 ops, 12 bytes):
  0000  set.field      r0, r1, s0                 ; x
  0002  return         r0

sk> :disasm C.get
  bytecode (2 ops, 12 bytes):
  0000  get.field      r1, r0, s0                 ; x
  0002  return         r1
"#,
    );
}

#[test]
fn asm() {
    check(
        r#"
sk> fn inc(n) {
..>     n + 1
..> }
  defined inc/1

sk> :asm inc
x64: rbx is the VM, rbp register 0 of the frame (reg.N), r12 the frame's record
(the callee's is next), r13 fuel, r14 the tag of ints, r15 that of objects;
L0003 is where word 3 begins, A0003 where it does for later iterations of a loop,
C1 a cold path

fn inc/1  registers 3  8 bytes of bytecode, 105 of machine code, 1 entry point
      from callers
                                                       0000  endbr64
    2 | n + 1
       0000  add.i          r2, r1, #1          L0000  0004  mov    rcx, [rbp+reg.1]
                                                       0008  cmp    rcx, r14
                                                       000b  jb     C2
                                                       0011  add    ecx, 1
                                                       0014  jo     C2
                                                       001a  or     rcx, r14
                                                       001d  mov    [rbp+reg.2], rcx
       0001  return         r2                  L0001  0021  mov    r8, [rbp+reg.2]
                                                       0025  mov    [rbp+reg.0], r8
                                                       0029  sub    r12, 0x20
                                                       002d  ret
      cold paths: rare cases
       0000  add.i                                 C1  002e  xor    esi, esi
                                                       0030  call   qword ptr [rbx+stub.step]
                                                       0036  test   rax, rax
                                                       0039  je     L0001
                                                       003b  jmp    rax
       0000  add.i                                 C2  003d  mov    rax, [rbp+reg.1]
                                                       0041  mov    rdx, int.1
                                                       004b  call   qword ptr [rbx+stub.doubles]
                                                       0051  test   rax, rax
                                                       0054  je     C1
                                                       0056  addsd  xmm12, xmm13
                                                       005b  movsd  [rbp+reg.2], xmm12
                                                       0061  jmp    L0001
      entries: from the interpreter
       0000  add.i                                     0063  endbr64
                                                       0067  jmp    L0000

sk> :asm none
  'none' is not defined
"#,
    );
}

/// A block that did not run is marked when it does.
#[test]
fn asm_names_the_marks_of_blocks_that_did_not_run() {
    check(
        r#"
sk> fn pick(n) { if n < 0 { 1 } else { 2 } }
  defined pick/1

sk> for (var i = 0; i < 5000; i = i + 1) { pick(i); }

sk> :asm pick
x64: rbx is the VM, rbp register 0 of the frame (reg.N), r12 the frame's record
(the callee's is next), r13 fuel, r14 the tag of ints, r15 that of objects;
L0003 is where word 3 begins, A0003 where it does for later iterations of a loop,
C1 a cold path

fn pick/1  registers 3  24 bytes of bytecode, 101 of machine code, 2 entry points
      from callers
                                                       0000  endbr64
    1 | fn pick(n) { if n < 0 { 1 } else { 2 } }
       0000  jump.nlt.n     r1, k0 -> 0004 ; 0  L0000  0004  mov    rax, [rbp+reg.1]
                                                       0008  cmp    rax, r14
                                                       000b  jb     C1
                                                       0011  test   eax, eax
                                                       0013  jge    L0004
       0002  int            r2, #1                     0019  mov    r11, ran.0002
                                                       0023  mov    byte ptr [r11], 1
                                                       0027  lea    rsi, [r14+1]
                                                       002b  mov    [rbp+reg.2], rsi
       0003  return         r2                         002f  mov    r8, [rbp+reg.2]
                                                       0033  mov    [rbp+reg.0], r8
                                                       0037  sub    r12, 0x20
                                                       003b  ret
       0004  int            r2, #2              L0004  003c  lea    rsi, [r14+2]
                                                       0040  mov    [rbp+reg.2], rsi
       0005  return         r2                         0044  mov    r8, [rbp+reg.2]
                                                       0048  mov    [rbp+reg.0], r8
                                                       004c  sub    r12, 0x20
                                                       0050  ret
      cold paths: rare cases
       0000  jump.nlt.n                            C1  0051  xor    esi, esi
                                                       0053  jmp    qword ptr [rbx+stub.unexpected]
      entries: from the interpreter
       0000  jump.nlt.n                                0059  endbr64
                                                       005d  jmp    L0000
       0004  int                                       005f  endbr64
                                                       0063  jmp    L0004
"#,
    );
}

#[test]
fn views_fit_narrow_terminals() {
    check_with(
        &[],
        80,
        "
sk> fn larger(a, b) { if a > b { a } else { b } }
  defined larger/2

sk> :views larger
  fn larger/2
  source                   │ bytecode, 16 bytes       │ x64, 112 bytes
  ─────────────────────────┼──────────────────────────┼─────────────────────────
                           │ entry                    │       endbr64
    1 fn larger(a, b) { if │ 0000 jump.nlt r2, r1 ->  │ L0000 mov rax,
        a > b { a } else { │       0003               │       [rbp+reg.2]
        b } }              │                          │       cmp rax, r14
                           │                          │       jb C2
                           │                          │       mov rdx,
                           │                          │       [rbp+reg.1]
                           │                          │       cmp rdx, r14
                           │                          │       jb C2
                           │                          │       cmp eax, edx
                           │                          │       jge L0003
                           │ 0002 return r1           │ L0002 mov r8,
                           │                          │       [rbp+reg.1]
                           │                          │       mov [rbp+reg.0],
                           │                          │       r8
                           │                          │       sub r12, 0x20
                           │                          │       ret
                           │ 0003 return r2           │ L0003 mov r8,
                           │                          │       [rbp+reg.2]
                           │                          │       mov [rbp+reg.0],
                           │                          │       r8
                           │                          │       sub r12, 0x20
                           │                          │       ret
  cold paths, later iterations of loops and entries are left out: see asm
",
    );
}

#[test]
fn views_fit_wide_terminals() {
    check_with(
        &[],
        140,
        "
sk> fn larger(a, b) { if a > b { a } else { b } }
  defined larger/2

sk> :views larger
  fn larger/2
  source                                            │ bytecode, 16 bytes           │ x64, 112 bytes
  ──────────────────────────────────────────────────┼──────────────────────────────┼───────────────────────────
                                                    │ entry                        │       endbr64
    1 fn larger(a, b) { if a > b { a } else { b } } │ 0000 jump.nlt r2, r1 -> 0003 │ L0000 mov rax, [rbp+reg.2]
                                                    │                              │       cmp rax, r14
                                                    │                              │       jb C2
                                                    │                              │       mov rdx, [rbp+reg.1]
                                                    │                              │       cmp rdx, r14
                                                    │                              │       jb C2
                                                    │                              │       cmp eax, edx
                                                    │                              │       jge L0003
                                                    │ 0002 return r1               │ L0002 mov r8, [rbp+reg.1]
                                                    │                              │       mov [rbp+reg.0], r8
                                                    │                              │       sub r12, 0x20
                                                    │                              │       ret
                                                    │ 0003 return r2               │ L0003 mov r8, [rbp+reg.2]
                                                    │                              │       mov [rbp+reg.0], r8
                                                    │                              │       sub r12, 0x20
                                                    │                              │       ret
  cold paths, later iterations of loops and entries are left out: see asm
",
    );
}

#[test]
fn caches() {
    check_with(
        &[],
        120,
        r#"
sk> class A { init() { this.x = 1; } m() { 2 } }
  defined class A

sk> class B < A {}
  defined class B

sk> class C < A {} class D < A {} class E < A {}
  defined class C
  defined class D
  defined class E

sk> fn get(o) { o.x + o.m() }
  defined get/1

sk> :caches get
  2 inline caches:
  word  instruction   property  state            hits  shapes
  0000  get.field     x         empty               0
  0003  invoke        m         empty               0

sk> get(A()) + get(A())
=> 6

sk> :caches get
  2 inline caches:
  word  instruction   property  state            hits  shapes
  0000  get.field     x         monomorphic         1  A of 1 field: slot 0
  0003  invoke        m         monomorphic         1  A of 1 field: method m/0

sk> get(B())
=> 3

sk> :caches get
  2 inline caches:
  word  instruction   property  state            hits  shapes
  0000  get.field     x         polymorphic         1  A of 1 field: slot 0 · B of 1 field: slot 0
  0003  invoke        m         polymorphic         1  A of 1 field: method m/0 · B of 1 field: method m/0

sk> get(C()) + get(D()) + get(E())
=> 9

sk> :caches get
  2 inline caches:
  word  instruction   property  state            hits  shapes
  0000  get.field     x         megamorphic         1  A of 1 field: slot 0 · B of 1 field: slot 0 · C of 1 field: slot
0 · D of 1 field: slot 0 · others
  0003  invoke        m         megamorphic         1  A of 1 field: method m/0 · B of 1 field: method m/0 · C of 1 fiel
d: method m/0 · D of 1 field: method m/0 · others

sk> :caches A
  1 inline cache:
  word  instruction   property  state            hits  shapes
  0001  set.field     x         megamorphic         1  A of 0 fields: adds slot 0 · B of 0 fields: adds slot 0 · C of 0
fields: adds slot 0 · D of 0 fields: adds slot 0 · others

sk> :caches A.m
  no inline caches: the function accesses no property
"#,
    );
}

#[test]
fn gc() {
    check(
        r#"
sk> class Node { init(next) { this.next = next; } }
  defined class Node

sk> let kept = Node(Node(nil))

sk> Node(Node(Node(nil))) == nil
=> false

sk> :gc
  alive                   objects          bytes
  strings                       5            160
  functions                     1            420
  closures                      1             16
  classes                       1            144
  method tables                 1             32
  shapes                        2            372
  instances                     2             32
  together                     13          1,176

  collections  0 young, 1 full
  pauses       0, longest 0.000 ms, 0.000 ms in all
  memory       94,931 bytes, 98,790 at most
  objects      26,960 bytes allocated, 1,208 live at the last collection
  fuel         5
  native       x86-64 jit, 0 functions, 0 bytes
"#,
    );
}
