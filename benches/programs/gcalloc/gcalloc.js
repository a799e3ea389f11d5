// Garbage made fast: 20 million objects of one field, only the newest alive.
class Box {
  constructor(item) {
    this.item = item;
  }
}

function main() {
  let newest = null;
  for (let i = 1; i <= 20000000; i++) {
    newest = new Box(i);
  }
  console.log(newest.item === 20000000);
}

main();
