// Calls: naive doubly recursive Fibonacci, about 30 million calls, one comparison and three additions each.
function fib(n) {
  if (n < 2) return n;
  return fib(n - 1) + fib(n - 2);
}

console.log(fib(35) === 9227465);
