// Lists through functions: map, filter and fold over 1,000 numbers, 1,000 times.
const numbers = [];
for (let i = 0; i < 1000; i++) numbers.push(i);
let total = 0;
for (let round = 0; round < 1000; round++) {
  total += numbers.map(x => x * 2 + round).filter(x => x % 3 === 0).reduce((a, x) => a + x, 0);
}
console.log(total);
