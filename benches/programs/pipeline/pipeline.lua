-- Lists through functions: map, filter and fold over 1,000 numbers, 1,000 times.
local function map(list, f)
  local out = {}
  for i = 1, #list do out[i] = f(list[i]) end
  return out
end
local function filter(list, f)
  local out = {}
  for i = 1, #list do
    local x = list[i]
    if f(x) then out[#out + 1] = x end
  end
  return out
end
local function fold(list, a, f)
  for i = 1, #list do a = f(a, list[i]) end
  return a
end

local numbers = {}
for i = 0, 999 do numbers[#numbers + 1] = i end
local total = 0
for round = 0, 999 do
  local doubled = map(numbers, function(x) return x * 2 + round end)
  total = total + fold(filter(doubled, function(x) return x % 3 == 0 end), 0, function(a, x) return a + x end)
end
print(total)
