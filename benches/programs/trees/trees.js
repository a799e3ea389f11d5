// Walking what stays alive: a five-way tree of depth 8, half a million objects, built once and walked 30 times.
class Bough {
  constructor(depth) {
    this.depth = depth;
    if (depth > 0) {
      this.a = new Bough(depth - 1);
      this.b = new Bough(depth - 1);
      this.c = new Bough(depth - 1);
      this.d = new Bough(depth - 1);
      this.e = new Bough(depth - 1);
    }
  }

  walk() {
    if (this.depth === 0) return 0;
    return this.depth + this.a.walk() + this.b.walk()
        + this.c.walk() + this.d.walk() + this.e.walk();
  }
}

function main() {
  const tree = new Bough(8);
  let total = 0;
  for (let i = 0; i < 30; i++) {
    total = total + tree.walk();
  }
  console.log(total === 3662040);
}

main();
