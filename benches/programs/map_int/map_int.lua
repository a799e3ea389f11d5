-- Maps with numbers as keys: 200,000 entries made, then found, changed and removed, three times.
local function work(n)
  local m = {}
  local key = 1
  for i = 0, n - 1 do
    key = key * 7919 % 1000003
    m[key] = i
  end
  local sum = 0
  key = 1
  for i = 0, n - 1 do
    key = key * 7919 % 1000003
    if m[key] ~= nil then sum = sum + m[key] end
    m[key] = m[key] + 1
  end
  for k, v in pairs(m) do if k % 2 == 0 then sum = sum - v end end
  key = 1
  for i = 0, n - 1 do
    key = key * 7919 % 1000003
    if i % 3 == 0 then m[key] = nil end
  end
  local count = 0
  for _ in pairs(m) do count = count + 1 end
  print(count)
  print(sum)
end

for round = 1, 3 do work(200000) end
