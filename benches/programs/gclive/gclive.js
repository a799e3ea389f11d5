// Garbage with company: 20 million objects of one field, the newest 1,000 alive in a linked ring.
class Box {
  constructor(item) {
    this.item = item;
  }
}

class Seat {
  constructor(next) {
    this.next = next;
    this.box = null;
  }
}

function makeRing(size) {
  const first = new Seat(null);
  let seat = first;
  for (let i = 1; i < size; i++) {
    seat = new Seat(seat);
  }
  first.next = seat;
  return seat;
}

function main() {
  let seat = makeRing(1000);
  for (let i = 1; i <= 20000000; i++) {
    seat.box = new Box(i);
    seat = seat.next;
  }

  let age = 0;
  for (let i = 0; i < 1000; i++) {
    age = age + 20000000 - seat.box.item;
    seat = seat.next;
  }
  console.log(age);
}

main();
