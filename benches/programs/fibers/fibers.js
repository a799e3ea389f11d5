// Switching: a fiber that counts, asked for a million numbers.
function* counter() {
  let n = 0;
  for (;;) { yield n; n += 1; }
}

const f = counter();
let sum = 0;
for (let i = 0; i < 1000000; i++) sum += f.next().value;
console.log(sum);
