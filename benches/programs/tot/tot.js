// Small leaf calls: p*q + p*q*r in a function of three parameters, called 10 million times.
function tot(p, q, r) {
  return p * q + p * q * r;
}

function main() {
  let sum = 0;
  for (let i = 1; i <= 10000000; i++) {
    sum = sum + tot(i, 2, 3);
  }
  console.log(sum === 400000040000000);
}

main();
