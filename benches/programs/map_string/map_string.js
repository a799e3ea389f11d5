// Maps with strings as keys: 1,000 names counted four million times, some of them by literal keys.
const names = [];
for (let i = 0; i < 1000; i++) names.push("name" + String(i * 7919 % 1000));

function count(rounds) {
  const m = new Map([["total", 0], ["even", 0]]);
  for (let round = 0; round < rounds; round++) {
    for (const name of names) m.set(name, (m.get(name) ?? 0) + 1);
    m.set("total", m.get("total") + names.length);
    if (round % 2 === 0) m.set("even", m.get("even") + 1);
  }
  return m;
}

const m = count(4000);
console.log(m.get("name7"));
console.log(m.get("total"));
console.log(m.get("even"));
console.log(m.size);
