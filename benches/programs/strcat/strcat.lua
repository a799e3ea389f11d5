-- Texts that grow at their end: 4,000 of 500 appends of two bytes each.
local function grow(n)
  local s = ""
  for i = 1, n do s = s .. "ab" end
  return s
end

local total = 0
for round = 1, 4000 do total = total + #grow(500) end
print(total)
