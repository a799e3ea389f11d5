-- Garbage made fast: 20 million objects of one field, only the newest alive.
local Box = {}
Box.__index = Box

function Box.new(item)
  return setmetatable({ item = item }, Box)
end

local function main()
  local newest = nil
  for i = 1, 20000000 do
    newest = Box.new(i)
  end
  print(newest.item == 20000000)
end

main()
