// Method lookup and call alone: 30 empty methods of one object, called in turn, 15 million calls in all.
class Panel {
  key0() {}
  key1() {}
  key2() {}
  key3() {}
  key4() {}
  key5() {}
  key6() {}
  key7() {}
  key8() {}
  key9() {}
  key10() {}
  key11() {}
  key12() {}
  key13() {}
  key14() {}
  key15() {}
  key16() {}
  key17() {}
  key18() {}
  key19() {}
  key20() {}
  key21() {}
  key22() {}
  key23() {}
  key24() {}
  key25() {}
  key26() {}
  key27() {}
  key28() {}
  key29() {}
}

function main() {
  const panel = new Panel();
  let turns = 0;
  while (turns < 500000) {
    panel.key0();
    panel.key1();
    panel.key2();
    panel.key3();
    panel.key4();
    panel.key5();
    panel.key6();
    panel.key7();
    panel.key8();
    panel.key9();
    panel.key10();
    panel.key11();
    panel.key12();
    panel.key13();
    panel.key14();
    panel.key15();
    panel.key16();
    panel.key17();
    panel.key18();
    panel.key19();
    panel.key20();
    panel.key21();
    panel.key22();
    panel.key23();
    panel.key24();
    panel.key25();
    panel.key26();
    panel.key27();
    panel.key28();
    panel.key29();
    turns = turns + 1;
  }
  console.log(turns);
}

main();
