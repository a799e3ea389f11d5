// Texts that grow at their end: 4,000 of 500 appends of two bytes each.
function grow(n) {
  let s = "";
  for (let i = 0; i < n; i++) s = s + "ab";
  return s;
}

let total = 0;
for (let round = 0; round < 4000; round++) total += grow(500).length;
console.log(total);
