// Getters in a sum: an object of six fields, each returned by a method, added up 5 million times six.
class Zoo {
  constructor() {
    this.otters = 1;
    this.herons = 1;
    this.lynxs = 1;
    this.vipers = 1;
    this.cranes = 1;
    this.bisons = 1;
  }

  otter() { return this.otters; }
  heron() { return this.herons; }
  lynx() { return this.lynxs; }
  viper() { return this.vipers; }
  crane() { return this.cranes; }
  bison() { return this.bisons; }
}

function main() {
  const zoo = new Zoo();
  let sum = 0;
  while (sum < 30000000) {
    sum = sum + zoo.otter() + zoo.heron() + zoo.lynx()
              + zoo.viper() + zoo.crane() + zoo.bison();
  }
  console.log(sum === 30000000);
}

main();
