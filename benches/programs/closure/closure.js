// A captured, reassigned variable: a counter closure called 20 million times.
function makeCounter() {
  let count = 0;
  return function () {
    count = count + 1;
    return count;
  };
}

function main() {
  const next = makeCounter();
  let last = 0;
  for (let i = 0; i < 20000000; i++) {
    last = next();
  }
  console.log(last === 20000000);
}

main();
