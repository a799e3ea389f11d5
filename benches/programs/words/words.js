// Words counted: a text of 200,000 words split, counted in a map, and the most frequent sorted, twice.
const stems = ["siskin", "finch", "sparrow", "wren", "robin", "lark", "thrush", "swift", "heron", "crane", "kite"];

function text(n) {
  const parts = [];
  let seed = 42;
  for (let i = 0; i < n; i++) {
    seed = seed * 16807 % 2147483647;
    const stem = stems[Math.floor(seed / 65536) % stems.length];
    seed = seed * 16807 % 2147483647;
    parts.push(stem + String(Math.floor(seed / 65536) % 40));
  }
  return parts.join(" ");
}

function mostFrequent(text) {
  const counts = new Map();
  for (const word of text.split(" ")) counts.set(word, (counts.get(word) ?? 0) + 1);
  const entries = [...counts];
  entries.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return entries;
}

for (let round = 0; round < 2; round++) {
  const found = mostFrequent(text(200000));
  for (const entry of found.slice(0, 3)) console.log(`${entry[0]} ${entry[1]}`);
}
