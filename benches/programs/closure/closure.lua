-- A captured, reassigned variable: a counter closure called 20 million times.
local function makeCounter()
  local count = 0
  return function()
    count = count + 1
    return count
  end
end

local function main()
  local next = makeCounter()
  local last = 0
  for i = 1, 20000000 do
    last = next()
  end
  print(last == 20000000)
end

main()
