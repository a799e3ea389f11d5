-- Calls: naive doubly recursive Fibonacci, about 30 million calls, one comparison and three additions each.
local function fib(n)
  if n < 2 then return n end
  return fib(n - 1) + fib(n - 2)
end

print(fib(35) == 9227465)
