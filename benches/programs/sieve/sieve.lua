-- Writing to a list: the sieve of Eratosthenes to 400,000, five times.
local function sieve(n)
  local composite = {}
  for i = 1, n + 1 do composite[i] = false end
  local count = 0
  for i = 2, n do
    if not composite[i + 1] then
      count = count + 1
      local j = i * i
      while j <= n do composite[j + 1] = true; j = j + i end
    end
  end
  return count
end

for round = 1, 5 do print(sieve(400000)) end
