// Method calls with inheritance: a lamp flipped at every call, and a slow one that counts and calls super at every third.
class Lamp {
  constructor(lit) {
    this.lit = lit;
  }

  isLit() { return this.lit; }

  flip() {
    this.lit = !this.lit;
    return this;
  }
}

class SlowLamp extends Lamp {
  constructor(lit, every) {
    super(lit);
    this.every = every;
    this.presses = 0;
  }

  flip() {
    this.presses = this.presses + 1;
    if (this.presses >= this.every) {
      super.flip();
      this.presses = 0;
    }
    return this;
  }
}

function main() {
  const turns = 1000000;
  let seen = false;

  const lamp = new Lamp(true);
  for (let i = 0; i < turns; i++) {
    seen = lamp.flip().isLit();
    seen = lamp.flip().isLit();
    seen = lamp.flip().isLit();
    seen = lamp.flip().isLit();
    seen = lamp.flip().isLit();
  }
  console.log(seen);

  const slow = new SlowLamp(true, 3);
  for (let i = 0; i < turns; i++) {
    seen = slow.flip().isLit();
    seen = slow.flip().isLit();
    seen = slow.flip().isLit();
    seen = slow.flip().isLit();
    seen = slow.flip().isLit();
  }
  console.log(seen);
  console.log(slow.presses);
}

main();
