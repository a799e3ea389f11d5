-- Switching: a fiber that counts, asked for a million numbers.
local resume, yield = coroutine.resume, coroutine.yield
local function counter()
  return coroutine.create(function()
    local n = 0
    while true do yield(n); n = n + 1 end
  end)
end

local f = counter()
local sum = 0
for i = 1, 1000000 do
  local _, n = resume(f)
  sum = sum + n
end
print(sum)
