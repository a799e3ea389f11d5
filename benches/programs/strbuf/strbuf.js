// Texts made of many: five of 200,000 numbers and colons each, joined.
let total = 0;
for (let round = 0; round < 5; round++) {
  const parts = [];
  for (let i = 0; i < 200000; i++) parts.push(`${i}:`);
  total += parts.join("").length;
}
console.log(total);
