// Short- and long-lived trees: binary trees of depth 4 to 12 built and counted while one of depth 12 stays alive.
class Node {
  constructor(depth) {
    this.left = null;
    this.right = null;
    if (depth > 0) {
      this.left = new Node(depth - 1);
      this.right = new Node(depth - 1);
    }
  }

  count() {
    if (this.left === null) return 1;
    return 1 + this.left.count() + this.right.count();
  }
}

function main() {
  const deepest = 12;
  console.log(new Node(deepest + 1).count());
  const keeper = new Node(deepest);

  let trees = 8192;
  for (let depth = 4; depth <= deepest; depth += 2) {
    let nodes = 0;
    for (let i = 0; i < trees; i++) {
      nodes = nodes + new Node(depth).count();
    }
    console.log(depth);
    console.log(nodes);
    trees = trees / 4;
  }

  console.log(keeper.count());
}

main();
