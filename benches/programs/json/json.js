// JSON there and back: a document of 2,000 records printed and parsed, ten times.
function document(n) {
  const records = [];
  for (let i = 0; i < n; i++) {
    records.push({
      id: i, name: `record ${i}`, tags: ["a", "b\n", "c \"quoted\""], point: { x: i / 4, y: i === 0 ? 0 : -i },
      active: i % 2 === 0, parent: null,
    });
  }
  return { records: records };
}

let value = document(2000);
for (let round = 0; round < 10; round++) value = JSON.parse(JSON.stringify(value));
console.log(JSON.stringify(value).length);
console.log(value["records"][1999]["name"]);
