// Making objects without fields: 15 million, every other one with an empty initializer to call.
class Plain {}

class Tiny {
  constructor() {}
}

function main() {
  let turns = 0;
  while (turns < 750000) {
    new Plain();
    new Tiny();
    new Plain();
    new Tiny();
    new Plain();
    new Tiny();
    new Plain();
    new Tiny();
    new Plain();
    new Tiny();
    new Plain();
    new Tiny();
    new Plain();
    new Tiny();
    new Plain();
    new Tiny();
    new Plain();
    new Tiny();
    new Plain();
    new Tiny();
    turns = turns + 1;
  }
  console.log(turns);
}

main();
