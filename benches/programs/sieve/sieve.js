// Writing to a list: the sieve of Eratosthenes to 400,000, five times.
function sieve(n) {
  const composite = new Array(n + 1).fill(false);
  let count = 0;
  for (let i = 2; i <= n; i++) {
    if (!composite[i]) {
      count++;
      let j = i * i;
      while (j <= n) { composite[j] = true; j += i; }
    }
  }
  return count;
}

for (let round = 0; round < 5; round++) console.log(sieve(400000));
