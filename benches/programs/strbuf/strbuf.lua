-- Texts made of many: five of 200,000 numbers and colons each, joined.
local total = 0
for round = 1, 5 do
  local parts = {}
  for i = 0, 199999 do parts[#parts + 1] = i .. ":" end
  total = total + #table.concat(parts)
end
print(total)
