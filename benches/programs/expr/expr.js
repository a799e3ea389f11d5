// Trees by match: an expression of 127 operators evaluated 20,000 times, and made simpler 2,000 times.
class Num { constructor(value) { this.tag = 0; this.value = value; } }
class Add { constructor(left, right) { this.tag = 2; this.left = left; this.right = right; } }
class Mul { constructor(left, right) { this.tag = 3; this.left = left; this.right = right; } }
class Neg { constructor(inner) { this.tag = 4; this.inner = inner; } }
const variable = { tag: 1 };

function make(depth, seed) {
  if (depth === 0) return seed % 3 === 2 ? variable : new Num(seed % 5 + 1);
  const left = make(depth - 1, seed * 3 + 1);
  const right = make(depth - 1, seed * 5 + 2);
  switch (seed % 3) {
    case 0: return new Add(left, right);
    case 1: return new Mul(left, new Neg(right));
    default: return new Add(new Neg(left), right);
  }
}

function modulo(a, b) { return a - Math.floor(a / b) * b; }

function evaluate(e, x) {
  switch (e.tag) {
    case 0: return e.value;
    case 1: return x;
    case 2: return evaluate(e.left, x) + evaluate(e.right, x);
    case 3: return modulo(evaluate(e.left, x) * evaluate(e.right, x), 1000);
    default: return -evaluate(e.inner, x);
  }
}

function simple(e) {
  switch (e.tag) {
    case 2: {
      const a = simple(e.left), b = simple(e.right);
      if (a.tag === 0 && b.tag === 0) return new Num(a.value + b.value);
      return new Add(a, b);
    }
    case 3: return new Mul(simple(e.left), simple(e.right));
    case 4: return e.inner.tag === 0 ? new Num(-e.inner.value) : new Neg(simple(e.inner));
    default: return e;
  }
}

const tree = make(7, 1);
let sum = 0;
for (let i = 0; i < 20000; i++) sum += evaluate(tree, i % 7);
console.log(sum);
let smaller = tree;
for (let i = 0; i < 2000; i++) smaller = simple(tree);
console.log(evaluate(smaller, 3) === evaluate(tree, 3));
