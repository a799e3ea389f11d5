// A bare counted loop over locals: 100 million turns of s = s + i; the sum outgrows 32 bits early on.
function main() {
  let s = 0;
  for (let i = 0; i < 100000000; i++) {
    s = s + i;
  }
  console.log(s === 4999999950000000);
}

main();
