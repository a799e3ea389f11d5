// Maps with numbers as keys: 200,000 entries made, then found, changed and removed, three times.
function work(n) {
  const m = new Map();
  let key = 1;
  for (let i = 0; i < n; i++) {
    key = key * 7919 % 1000003;
    m.set(key, i);
  }
  let sum = 0;
  key = 1;
  for (let i = 0; i < n; i++) {
    key = key * 7919 % 1000003;
    if (m.has(key)) sum += m.get(key);
    m.set(key, m.get(key) + 1);
  }
  for (const [k, v] of m) if (k % 2 === 0) sum -= v;
  key = 1;
  for (let i = 0; i < n; i++) {
    key = key * 7919 % 1000003;
    if (i % 3 === 0) m.delete(key);
  }
  console.log(m.size);
  console.log(sum);
}

for (let round = 0; round < 3; round++) work(200000);
