// Fields behind methods: an object of 30 fields, each written by one method and read by another, 15 million calls.
class Record {
  constructor() {
    this.f0 = 0;
    this.f1 = 0;
    this.f2 = 0;
    this.f3 = 0;
    this.f4 = 0;
    this.f5 = 0;
    this.f6 = 0;
    this.f7 = 0;
    this.f8 = 0;
    this.f9 = 0;
    this.f10 = 0;
    this.f11 = 0;
    this.f12 = 0;
    this.f13 = 0;
    this.f14 = 0;
    this.f15 = 0;
    this.f16 = 0;
    this.f17 = 0;
    this.f18 = 0;
    this.f19 = 0;
    this.f20 = 0;
    this.f21 = 0;
    this.f22 = 0;
    this.f23 = 0;
    this.f24 = 0;
    this.f25 = 0;
    this.f26 = 0;
    this.f27 = 0;
    this.f28 = 0;
    this.f29 = 0;
  }

  put0(v) { this.f0 = v; }
  put1(v) { this.f1 = v; }
  put2(v) { this.f2 = v; }
  put3(v) { this.f3 = v; }
  put4(v) { this.f4 = v; }
  put5(v) { this.f5 = v; }
  put6(v) { this.f6 = v; }
  put7(v) { this.f7 = v; }
  put8(v) { this.f8 = v; }
  put9(v) { this.f9 = v; }
  put10(v) { this.f10 = v; }
  put11(v) { this.f11 = v; }
  put12(v) { this.f12 = v; }
  put13(v) { this.f13 = v; }
  put14(v) { this.f14 = v; }
  put15(v) { this.f15 = v; }
  put16(v) { this.f16 = v; }
  put17(v) { this.f17 = v; }
  put18(v) { this.f18 = v; }
  put19(v) { this.f19 = v; }
  put20(v) { this.f20 = v; }
  put21(v) { this.f21 = v; }
  put22(v) { this.f22 = v; }
  put23(v) { this.f23 = v; }
  put24(v) { this.f24 = v; }
  put25(v) { this.f25 = v; }
  put26(v) { this.f26 = v; }
  put27(v) { this.f27 = v; }
  put28(v) { this.f28 = v; }
  put29(v) { this.f29 = v; }

  get0() { return this.f0; }
  get1() { return this.f1; }
  get2() { return this.f2; }
  get3() { return this.f3; }
  get4() { return this.f4; }
  get5() { return this.f5; }
  get6() { return this.f6; }
  get7() { return this.f7; }
  get8() { return this.f8; }
  get9() { return this.f9; }
  get10() { return this.f10; }
  get11() { return this.f11; }
  get12() { return this.f12; }
  get13() { return this.f13; }
  get14() { return this.f14; }
  get15() { return this.f15; }
  get16() { return this.f16; }
  get17() { return this.f17; }
  get18() { return this.f18; }
  get19() { return this.f19; }
  get20() { return this.f20; }
  get21() { return this.f21; }
  get22() { return this.f22; }
  get23() { return this.f23; }
  get24() { return this.f24; }
  get25() { return this.f25; }
  get26() { return this.f26; }
  get27() { return this.f27; }
  get28() { return this.f28; }
  get29() { return this.f29; }
}

function main() {
  const record = new Record();
  let turn = 0;
  while (turn < 250000) {
    record.put0(turn);
    record.put1(turn);
    record.put2(turn);
    record.put3(turn);
    record.put4(turn);
    record.put5(turn);
    record.put6(turn);
    record.put7(turn);
    record.put8(turn);
    record.put9(turn);
    record.put10(turn);
    record.put11(turn);
    record.put12(turn);
    record.put13(turn);
    record.put14(turn);
    record.put15(turn);
    record.put16(turn);
    record.put17(turn);
    record.put18(turn);
    record.put19(turn);
    record.put20(turn);
    record.put21(turn);
    record.put22(turn);
    record.put23(turn);
    record.put24(turn);
    record.put25(turn);
    record.put26(turn);
    record.put27(turn);
    record.put28(turn);
    record.put29(turn);
    record.get0();
    record.get1();
    record.get2();
    record.get3();
    record.get4();
    record.get5();
    record.get6();
    record.get7();
    record.get8();
    record.get9();
    record.get10();
    record.get11();
    record.get12();
    record.get13();
    record.get14();
    record.get15();
    record.get16();
    record.get17();
    record.get18();
    record.get19();
    record.get20();
    record.get21();
    record.get22();
    record.get23();
    record.get24();
    record.get25();
    record.get26();
    record.get27();
    record.get28();
    record.get29();
    turn = turn + 1;
  }
  console.log(record.get0());
  console.log(record.get29());
}

main();
