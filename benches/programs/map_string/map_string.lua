-- Maps with strings as keys: 1,000 names counted four million times, some of them by literal keys.
local names = {}
for i = 0, 999 do names[#names + 1] = "name" .. tostring(i * 7919 % 1000) end

local function count(rounds)
  local m = { total = 0, even = 0 }
  for round = 0, rounds - 1 do
    for _, name in ipairs(names) do m[name] = (m[name] or 0) + 1 end
    m["total"] = m["total"] + #names
    if round % 2 == 0 then m["even"] = m["even"] + 1 end
  end
  return m
end

local m = count(4000)
print(m["name7"])
print(m["total"])
print(m["even"])
local n = 0
for _ in pairs(m) do n = n + 1 end
print(n)
